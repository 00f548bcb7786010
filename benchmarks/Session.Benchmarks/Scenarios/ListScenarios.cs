using SessionService.Benchmarks.Data;
using SessionService.Benchmarks.Driving;
using SessionService.Benchmarks.Measuring;

namespace SessionService.Benchmarks.Scenarios;

/// <summary>The first page of a user with many sessions against that of a user with few, in each order.</summary>
internal static class ListScenarios
{
    private const string Many = "many-sessions";
    private const string Few = "few-sessions";

    // As many as the user with few has, so that both answers are of the same size.
    private const int PageSize = 10;

    public static Task<Outcome> ByCreationAsync(Laboratory laboratory, CancellationToken cancellationToken) =>
        RunAsync(laboratory, "created_at", cancellationToken);

    public static Task<Outcome> ByActivityAsync(Laboratory laboratory, CancellationToken cancellationToken) =>
        RunAsync(laboratory, "last_activity", cancellationToken);

    public static Task<Outcome> ByMessagesAsync(Laboratory laboratory, CancellationToken cancellationToken) =>
        RunAsync(laboratory, "message_count", cancellationToken);

    public static Task<Outcome> ByCostAsync(Laboratory laboratory, CancellationToken cancellationToken) =>
        RunAsync(laboratory, "total_cost", cancellationToken);

    private static async Task<Outcome> RunAsync(Laboratory laboratory, string sort, CancellationToken cancellationToken)
    {
        await LoadAsync(laboratory, Many, laboratory.Options.ListedMany, cancellationToken);
        await LoadAsync(laboratory, Few, laboratory.Options.ListedFew, cancellationToken);
        var path = $"/api/v1/sessions?sort={sort}&page_size={PageSize}";
        var many = laboratory.Requests([HttpRequests.Get(path, Many)], name: "many sessions");
        var few = laboratory.Requests([HttpRequests.Get(path, Few)], name: "few sessions");
        var pairs = await laboratory.CompareAsync(many, few, cancellationToken);
        return new Outcome(many.Name, few.Name, pairs, [Goal.LatencyAtMost(1.2)]);
    }

    // Once, for whichever of the scenarios comes first.
    private static async Task LoadAsync(Laboratory laboratory, string user, int sessions, CancellationToken cancellationToken)
    {
        await using var command = laboratory.Database.CreateCommand($"SELECT count(*) FROM dev.session_counts WHERE user_id = '{user}'");
        if ((long)(await command.ExecuteScalarAsync(cancellationToken))! > 0)
        {
            return;
        }

        await Loader.AddSessionsOfAsync(laboratory.Database, user, sessions, cancellationToken);
        await Loader.TidyAsync(laboratory.Database, cancellationToken);
        laboratory.Tally.AddSessions(sessions);
    }
}
