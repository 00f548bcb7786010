using System.Globalization;
using System.Text.Json;
using SessionService.Application.Paging;
using SessionService.Application.Sessions;
using SessionService.Infrastructure.Sessions;
using SessionService.IntegrationTests.Databases;
using SessionService.IntegrationTests.Digests;
using SessionService.IntegrationTests.Hosting;

namespace SessionService.IntegrationTests.Sessions;

/// <summary>A service that digests when a test says so.</summary>
public sealed class SessionOrderFixture : ApiFixture
{
    protected override IEnumerable<KeyValuePair<string, string>> Settings => DigestByHand.Settings;
}

public sealed class SessionOrderTests(SessionOrderFixture service) : IClassFixture<SessionOrderFixture>
{
    private const string Sessions = "/api/v1/sessions";

    public static TheoryData<string, string> Orders()
    {
        var orders = new TheoryData<string, string>();
        foreach (var sort in new[] { "created_at", "last_activity", "message_count", "total_cost" })
        {
            orders.Add(sort, "asc");
            orders.Add(sort, "desc");
        }

        return orders;
    }

    [Theory]
    [MemberData(nameof(Orders))]
    public async Task Every_order_is_that_of_the_values_digested_or_not_by_page_and_by_cursor(string sort, string order)
    {
        var user = service.AsNewUser();
        var sessions = await Task.WhenAll(Enumerable.Range(0, 23).Select(_ => user.StartSessionAsync()));
        await WriteAsync(user, sessions[..12]);
        await service.DigestAsync();
        var thirds = sessions.Where((_, i) => i % 3 == 0).ToList();
        await WriteAsync(user, thirds);
        foreach (var third in thirds)
        {
            (await user.SendAsync(HttpMethod.Patch, third, """{"metadata":{"third":true}}""")).Is(200);
        }

        var expected = (await user.GetAsync($"{Sessions}?page_size=100")).Is(200).Items("sessions").Select(session => (Key(session, sort), session.Text("session_id"))).Order().ToList();
        if (order == "desc")
        {
            expected.Reverse();
        }

        var query = $"{Sessions}?sort={sort}&order={order}";
        var pages = new List<JsonElement>();
        for (var page = 1; page <= 4; page++)
        {
            pages.Add((await user.GetAsync($"{query}&page={page}&page_size=7")).Is(200));
        }

        Assert.Equal(expected.Select(pair => pair.Item2), pages.SelectMany(Ids));
        Assert.Equal(expected.Select(pair => pair.Item2), (await ReadAsync(user, $"{query}&page_size=4")).SelectMany(Ids));
        Assert.All(pages, page => Assert.Equal(23, page.Number("total")));
        Assert.Equal(
            expected.Select(pair => pair.Item2).Where(id => thirds.Exists(third => third.EndsWith(id, StringComparison.Ordinal))),
            (await ReadAsync(user, $"{query}&page_size=2&metadata.third=true")).SelectMany(Ids));
    }

    [Theory]
    [MemberData(nameof(Orders))]
    public async Task While_others_write_what_does_not_change_comes_once(string sort, string order)
    {
        var user = service.AsNewUser();
        var quiet = await Task.WhenAll(Enumerable.Range(0, 30).Select(_ => user.StartSessionAsync()));
        var busy = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => user.StartSessionAsync()));
        await WriteAsync(user, quiet);
        var writing = Task.Run(async () =>
        {
            for (var i = 0; i < 8; i++)
            {
                await WriteAsync(user, busy);
                await user.StartSessionAsync();
                await service.DigestOnceAsync();
            }
        });

        var expected = quiet.Select(session => session.Split('/')[^1]).Order();
        do
        {
            var ids = (await ReadAsync(user, $"{Sessions}?sort={sort}&order={order}&page_size=5")).SelectMany(Ids).ToList();
            Assert.Equal(expected, ids.Where(id => quiet.Any(session => session.EndsWith(id, StringComparison.Ordinal))).Order());
        }
        while (!writing.IsCompleted);

        await writing;
    }

    [Fact]
    public async Task Costs_are_compared_to_the_last_digit()
    {
        var user = service.AsNewUser();
        var costs = new[] { "9999999999.9999999999", "0.0000000001", "0.0000000002", "9999999999.9999999998" };
        foreach (var cost in costs)
        {
            await user.WriteMessageAsync(await user.StartSessionAsync(), $$"""{"role":"user","content":"x","cost_usd":{{cost}}}""");
        }

        var lists = await ReadAsync(user, $"{Sessions}?sort=total_cost&order=asc&page_size=1");

        Assert.Equal([costs[1], costs[2], costs[3], costs[0]], lists.Select(list => Assert.Single(list.Items("sessions")).Raw("total_cost")));
    }

    [Fact]
    public async Task The_first_page_costs_a_user_with_100_000_sessions_what_it_costs_one_with_10()
    {
        var (few, many) = (service.AsNewUser(), service.AsNewUser());
        await using var database = new TestDatabase(service.ConnectionString);
        foreach (var (user, count) in new[] { (few, 10), (many, 100_000) })
        {
            await database.ExecuteAsync(SessionRows.Insert(user, count, "now() - n * interval '1 second'", "jsonb_build_object('n', n)"));
            await database.ExecuteAsync(
                $"""
                UPDATE dev.sessions
                SET is_digested = true, last_activity = created_at, digested_activity = created_at
                WHERE user_id = '{user.UserId}'
                """);
        }

        await database.ExecuteAsync("VACUUM ANALYZE dev.sessions");
        var session = await many.StartSessionAsync();
        await many.WriteMessageAsync(session);
        (await many.PostAsync($"{session}/star", "{}")).Is(200);

        foreach (var sort in Enum.GetValues<SessionSort>())
        {
            var list = (await many.GetAsync($"{Sessions}?sort={JsonNamingPolicy.SnakeCaseLower.ConvertName(sort.ToString())}&page_size=50")).Is(200);
            Assert.Equal((100_001, 50), (list.Number("total"), list.Items("sessions").Count));

            var ofMany = await ExplainAsync(database, many, sort, cursor: null, "51, 0");
            var ofFew = await ExplainAsync(database, few, sort, cursor: null, "51, 0");
            var deep = await ExplainAsync(database, many, sort, new SessionCursor(0, Guid.Empty), $"{Place(sort)}, '80000000-0000-0000-0000-000000000000', 51, 0");

            Assert.InRange(ofMany.RowsRead("sessions"), 51, 60);
            Assert.InRange(deep.RowsRead("sessions"), 51, 60);
            Assert.InRange(ofMany.Blocks, 1, ofFew.Blocks + 150);
            Assert.InRange(deep.Blocks, 1, ofFew.Blocks + 150);
        }

        var (starred, _) = new SessionListStatement(many.UserId, new SessionFilter { IsStarred = true }, cursor: null).ToPage(new PageRange(1, 50));
        Assert.InRange((await StatementPlan.ExplainAsync(database, starred, $"'{many.UserId}', 51, 0")).RowsRead("sessions"), 1, 10);

        // Half of the way down; all of them have the same number of messages and the same cost.
        static string Place(SessionSort sort) => sort switch
        {
            SessionSort.MessageCount or SessionSort.TotalCost => "0",
            _ => "now() - interval '50000 seconds'",
        };
    }

    [Fact]
    public async Task A_condition_on_metadata_leads_to_the_sessions_that_meet_it()
    {
        var user = service.AsNewUser();
        await using var database = new TestDatabase(service.ConnectionString);
        foreach (var owner in new[] { user, service.AsNewUser() })
        {
            await database.ExecuteAsync(SessionRows.Insert(owner, 20_000, "now()", "jsonb_build_object('n', n, 'deep', jsonb_build_object('m', n % 5000))"));
        }

        await database.ExecuteAsync("VACUUM ANALYZE dev.sessions");
        var list = (await user.GetAsync($"{Sessions}?metadata.deep.m=7")).Is(200);
        Assert.Equal(4, list.Number("total"));

        var filter = new SessionFilter { Metadata = [new MetadataCondition(["deep", "m"], ["7"])] };
        var (statement, _) = new SessionListStatement(user.UserId, filter, cursor: null).ToPage(new PageRange(1, 50));
        string[] values = ["\"7\"", "[\"7\"]", "7", "[7]"];
        var plan = await StatementPlan.ExplainAsync(
            database,
            statement,
            $"'{user.UserId}', {string.Join(", ", values.Select(value => $$$$"""'{"{{{{user.UserId}}}}":{"deep":{"m":{{{{value}}}}}}}'"""))}, 51, 0");

        Assert.InRange(plan.RowsRead("sessions"), 1, 20);
        Assert.Contains("Bitmap Index Scan", plan.Nodes);
    }

    private static async Task<StatementPlan> ExplainAsync(TestDatabase database, ApiClient user, SessionSort sort, SessionCursor? cursor, string parameters)
    {
        var (statement, _) = new SessionListStatement(user.UserId, new SessionFilter { Sort = sort }, cursor).ToPage(new PageRange(1, 50));
        var statuses = sort == SessionSort.CreatedAt ? "" : "'{active,completed,ended,archived,expired}', ";
        return await StatementPlan.ExplainAsync(database, statement, $"'{user.UserId}', {statuses}{parameters}");
    }

    private static async Task WriteAsync(ApiClient user, IEnumerable<string> sessions)
    {
        foreach (var (session, i) in sessions.Select((session, i) => (session, i)))
        {
            for (var n = 0; n <= i % 3; n++)
            {
                await user.WriteMessageAsync(session, $$"""{"role":"user","content":"x","cost_usd":0.000000000{{i % 4}}}""");
            }
        }
    }

    private static decimal Key(JsonElement session, string sort) => session.GetProperty(sort) is { ValueKind: JsonValueKind.Number } number
        ? number.GetDecimal()
        : DateTimeOffset.Parse(session.Text(sort), CultureInfo.InvariantCulture).UtcTicks;

    private static async Task<List<JsonElement>> ReadAsync(ApiClient user, string path)
    {
        var lists = new List<JsonElement>();
        var cursor = "";
        while (true)
        {
            var list = (await user.GetAsync($"{path}&cursor={cursor}")).Is(200);
            lists.Add(list);
            if (list.GetProperty("next_cursor").GetString() is not { } next)
            {
                return lists;
            }

            cursor = next;
        }
    }

    private static List<string> Ids(JsonElement list) => [.. list.Items("sessions").Select(session => session.Text("session_id"))];
}
