using System.Text.Json;
using SessionService.Application.Paging;
using SessionService.Application.Sessions;
using SessionService.Domain.Sessions;
using SessionService.Infrastructure.Sessions;
using SessionService.IntegrationTests.Databases;
using SessionService.IntegrationTests.Hosting;

namespace SessionService.IntegrationTests.Sessions;

/// <summary>With a database of its own: what the planner believes depends on all that is there.</summary>
public sealed class RareSessionsTests(SessionOrderFixture service) : IClassFixture<SessionOrderFixture>
{
    private const string Sessions = "/api/v1/sessions";

    [Fact]
    public async Task The_few_sessions_of_a_rare_kind_are_found_without_looking_at_the_others()
    {
        var user = service.AsNewUser();
        await using var database = new TestDatabase(service.ConnectionString);
        foreach (var owner in new[] { user, service.AsNewUser() })
        {
            await database.ExecuteAsync(SessionRows.Insert(
                owner, 10_000, "now() - n * interval '1 second'", "CASE WHEN n % 2500 = 7 THEN '{\"deep\":[{\"rare\":null}],\"rare\":{\"at\":1}}' ELSE jsonb_build_object('deep', n) END"));
            await database.ExecuteAsync(
                $"""
                UPDATE dev.sessions
                SET is_digested = true, last_activity = created_at, digested_activity = created_at,
                    status = CASE WHEN metadata ? 'rare' THEN 'expired' ELSE 'active' END
                WHERE user_id = '{owner.UserId}';
                INSERT INTO dev.session_counts VALUES ('{owner.UserId}', 0, 'expired', false, 4), ('{owner.UserId}', 1, 'active', false, -4)
                """);
        }

        await database.ExecuteAsync("VACUUM ANALYZE dev.sessions");
        foreach (var (query, filter, values) in new (string, SessionFilter, string)[]
        {
            ("status=expired", new SessionFilter { Statuses = [SessionStatus.Expired] }, "'{expired}'"),
            ("metadata.rare.at=", new SessionFilter { Metadata = [new MetadataCondition(["rare", "at"], [])] }, "'{rare,at}'"),
            ("active_after=2100-01-01", new SessionFilter { ActiveAfter = DateTimeOffset.UnixEpoch }, "now() + interval '1 day'"),
        })
        {
            foreach (var sort in Enum.GetValues<SessionSort>())
            {
                var list = (await user.GetAsync($"{Sessions}?{query}&sort={JsonNamingPolicy.SnakeCaseLower.ConvertName(sort.ToString())}")).Is(200);
                var count = filter.ActiveAfter is null ? 4 : 0;
                Assert.Equal((count, count), (list.Number("total"), list.Items("sessions").Count));

                var (statement, _) = new SessionListStatement(user.UserId, filter with { Sort = sort }, cursor: null).ToPage(new PageRange(1, 50));
                var statuses = filter.ActiveAfter is null ? "" : "'{active,completed,ended,archived,expired}', ";
                var plan = await StatementPlan.ExplainAsync(
                    database, statement, $"'{user.UserId}', {statuses}{values}, 51, 0", isPrepared: filter.IsCounted());

                Assert.True(plan.RowsRead("sessions") is < 60, $"{query} by {sort}: {plan.RowsRead("sessions")} rows, {string.Join(", ", plan.Nodes)}");
            }
        }

        Assert.Equal(0, (await user.GetAsync($"{Sessions}?metadata.at=")).Is(200).Number("total"));
        Assert.Equal(10_000, (await user.GetAsync($"{Sessions}?metadata.deep=")).Is(200).Number("total"));
    }
}
