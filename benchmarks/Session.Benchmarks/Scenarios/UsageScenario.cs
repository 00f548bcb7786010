using SessionService.Benchmarks.Data;
using SessionService.Benchmarks.Driving;
using SessionService.Benchmarks.Measuring;

namespace SessionService.Benchmarks.Scenarios;

/// <summary>Usage of the user with the deep session against that of a user with a few pages of messages, once both are digested.</summary>
internal static class UsageScenario
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    public static async Task<Outcome> RunAsync(Laboratory laboratory, CancellationToken cancellationToken)
    {
        await WaitForDigestAsync(laboratory, cancellationToken);
        var many = laboratory.Requests([Request(session: 0)], name: "many messages");
        var few = laboratory.Requests([Request(session: 1)], name: "few messages");
        var pairs = await laboratory.CompareAsync(many, few, cancellationToken);
        return new Outcome(many.Name, few.Name, pairs, [Goal.LatencyAtMost(1.2)]);
    }

    private static byte[] Request(int session) => HttpRequests.Get($"/api/v1/users/{Keys.User(session)}/usage?bucket=day", Keys.User(session));

    private static async Task WaitForDigestAsync(Laboratory laboratory, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        await using var command = laboratory.Database.CreateCommand(
            $"SELECT count(*) FROM dev.sessions WHERE NOT is_digested AND user_id IN ('{Keys.User(0)}', '{Keys.User(1)}')");
        while ((long)(await command.ExecuteScalarAsync(patience.Token))! > 0)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(100), patience.Token);
        }
    }
}
