using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using SessionService.Infrastructure.Sessions;
using SessionService.IntegrationTests.Databases;
using SessionService.IntegrationTests.Deltas;
using SessionService.IntegrationTests.Hosting;
using SessionService.IntegrationTests.Transfers;

namespace SessionService.IntegrationTests.Archival;

/// <summary>Each pair of features that change the state of a session, as docs/decisions/0036-features-meet.md has them.</summary>
public sealed class FeaturesAfterEachOtherTests(ArchivalFixture service) : IClassFixture<ArchivalFixture>
{
    private const string January = "2025-01-15T10:00:00.000000Z";

    public static TheoryData<string, string, string> States => DocumentedPairs.Read("the session is");

    public static TheoryData<string, string, string> BeforeRetention => DocumentedPairs.Read("before retention");

    [Theory]
    [MemberData(nameof(States))]
    public async Task A_feature_finds_a_session_in_a_state_and_leaves_the_state_that_the_table_says(string state, string feature, string expected)
    {
        var user = service.AsNewUser();
        var session = await StartAsync(user, state, feature);

        var answer = await user.DoAsync(session, feature);

        var isRefused = int.TryParse(expected, out var status);
        Assert.True(isRefused ? answer.Status == status : answer.Status is 200 or 201, answer.Text);
        Assert.Equal(isRefused ? state : expected, await user.StateAsync(session));
        Assert.Equal(0, await RecountAsync());
        if (feature is "fork" or "copy" && !isRefused)
        {
            Assert.Equal(feature == "fork" ? "active" : state, await user.StateAsync(answer.Headers["Location"]));
        }
    }

    [Theory]
    [MemberData(nameof(BeforeRetention))]
    public async Task Retention_counts_every_write_as_use_and_nothing_else(string feature, string due, string expected)
    {
        var user = service.AsNewUser();
        var session = feature == "import of the session" ? await ImportAsync(user, due) : await StartAsync(user, due, feature);
        var answer = feature is "nothing" or "import of the session" ? null : await user.DoAsync(session, feature);
        Assert.True(answer is null or { Status: 200 or 201 }, answer?.Text);

        await service.RunAsync();

        Assert.Equal(expected, await user.StateAsync(session));
        Assert.Equal(0, await RecountAsync());
        if (feature is "fork" or "copy")
        {
            Assert.Equal(
                feature == "fork" || due == "due to expire" ? "active" : due == "due to be archived" ? "expired" : "archived",
                await user.StateAsync(answer!.Headers["Location"]));
        }
    }

    [Fact]
    public async Task What_was_put_away_long_before_its_import_shows_that_time_and_is_deleted_when_the_time_since_the_import_is_up()
    {
        var user = service.AsNewUser();
        var session = await ImportAsync(user, "due to be deleted");
        var read = (await user.GetAsync(session)).Is(200);
        foreach (var time in new[] { "archived_at", "created_at", "updated_at", "last_activity" })
        {
            Assert.Equal((time, January), (time, read.Text(time)));
        }

        await service.RunAsync();
        Assert.Equal(read.GetRawText(), (await user.GetAsync(session)).Is(200).GetRawText());
        await using var database = new TestDatabase(service.ConnectionString);
        await database.ExecuteAsync(
            $"UPDATE dev.sessions SET used_at = used_at - interval '11 days' WHERE session_id = '{SessionFeatures.IdOf(session)}'");
        await service.RunAsync();

        Assert.Equal("gone", await user.StateAsync(session));
    }

    private async Task<string> StartAsync(ApiClient user, string state, string feature)
    {
        var session = await user.StartSessionAsync();
        await user.WriteMessageAsync(session);
        await user.WriteMessageAsync(session);
        if (feature == "completion")
        {
            await user.OpenAsync(session);
        }

        foreach (var before in state switch
        {
            "ended" => ["end"],
            "archived" or "due to be deleted" => ["archive"],
            "ended, archived" => ["end", "archive"],
            "gone" => ["erasure"],
            _ => (string[])[],
        })
        {
            Assert.Equal(200, (await user.DoAsync(session, before)).Status);
        }

        var status = state == "due to be archived" ? "expired" : state;
        if (status is "completed" or "expired")
        {
            (await user.PutAsync(session, $$"""{"status":"{{status}}"}""")).Is(200);
        }

        if (state.StartsWith("due", StringComparison.Ordinal))
        {
            await using var database = new TestDatabase(service.ConnectionString);
            await database.ExecuteAsync(
                $"""
                UPDATE dev.sessions
                SET created_at = '{January}', last_activity = '{January}', updated_at = '{January}',
                    archived_at = CASE WHEN archived_at IS NOT NULL THEN timestamptz '{January}' END
                WHERE session_id = '{SessionFeatures.IdOf(session)}'
                """);
        }

        return session;
    }

    private static async Task<string> ImportAsync(ApiClient user, string due)
    {
        var id = Guid.NewGuid();
        var status = due switch { "due to expire" => "active", "due to be archived" => "expired", _ => "archived" };
        var archivedAt = status == "archived" ? $"\"{January}\"" : "null";
        (await user.ImportAsync(
        [
            $$"""{"type":"session","session_id":"{{id}}","status":"{{status}}","archived_at":{{archivedAt}},"created_at":"{{January}}","updated_at":"{{January}}","last_activity":"{{January}}"}""",
            $$"""{"type":"message","session_id":"{{id}}","sequence":1,"role":"user","content":"Hello","created_at":"{{January}}"}""",
        ])).Is(200).Has("sessions", created: 1);
        return $"/api/v1/sessions/{id}";
    }

    private Task<int> RecountAsync() =>
        service.Services.GetServices<IHostedService>().OfType<RecountJob>().Single().RecountAsync(CancellationToken.None);
}
