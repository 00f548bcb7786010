using SessionService.IntegrationTests.Databases;
using SessionService.IntegrationTests.Hosting;

namespace SessionService.IntegrationTests.Messages;

/// <summary>A service with one connection, whose last statement can be looked up, and a session of 100,000 messages.</summary>
public sealed class LongSessionFixture : ApiFixture
{
    public const long Count = 100_000;

    public string Session { get; private set; } = "";

    public ApiClient User => As("long-session");

    protected override async Task<string> PrepareDatabaseAsync() => await base.PrepareDatabaseAsync() + ";Maximum Pool Size=1";

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        Session = await User.StartSessionAsync();
        await using var database = new TestDatabase(ConnectionString);
        await database.ExecuteAsync(
            $"""
            INSERT INTO dev.session_messages
                (user_id, session_id, sequence, id, role, content, message_type, message_metadata, tokens_used, cost_usd, created_at)
            SELECT s.user_id, s.session_id, n, gen_random_uuid(), CASE n % 3 WHEN 0 THEN 'tool' ELSE 'user' END,
                   'Message ' || n, 'chat', '{Empty}', 1, 0.0000000001, s.created_at
            FROM dev.sessions AS s CROSS JOIN generate_series(1, {Count}) AS n;
            UPDATE dev.sessions SET message_count = {Count}, total_tokens = {Count}, total_cost = {Count} * 0.0000000001;
            ANALYZE dev.session_messages;
            """);
    }

    private const string Empty = "{}";
}

public sealed class MessageDepthTests(LongSessionFixture service) : IClassFixture<LongSessionFixture>
{
    private const long Count = LongSessionFixture.Count;

    [Theory]
    [InlineData("after=0&limit=1000", 1, 1000, true)]
    [InlineData("after=50000&limit=1000", 50_001, 51_000, true)]
    [InlineData("after=99000&limit=1000", 99_001, 100_000, false)]
    [InlineData("after=99950&limit=1000", 99_951, 100_000, false)]
    [InlineData("before=1001&limit=1000", 1, 1000, false)]
    [InlineData("before=50001&limit=1000", 49_001, 50_000, true)]
    [InlineData("before=100001&limit=1000", 99_001, 100_000, true)]
    [InlineData("after=10&before=99990&limit=5", 11, 15, true)]
    [InlineData("page=1000&page_size=100", 99_901, 100_000, null)]
    public async Task Every_place_of_a_long_session_can_be_read(string query, long first, long last, bool? hasMore)
    {
        var list = (await service.User.GetAsync($"{service.Session}/messages?{query}")).Is(200);

        Assert.Equal(
            Enumerable.Range((int)first, (int)(last - first + 1)).Select(n => (n, $"Message {n}")),
            list.Items("messages").Select(message => ((int)message.Number("sequence"), message.Text("content"))));
        Assert.Equal(hasMore, list.TryGetProperty("has_more", out var more) ? more.GetBoolean() : null);
        Assert.Equal(Count, list.Number("total"));
    }

    [Fact]
    public async Task Filters_reach_every_place_too()
    {
        var end = (await service.User.GetAsync($"{service.Session}/messages?before={long.MaxValue}&limit=3&role=tool")).Is(200);
        var rest = (await service.User.GetAsync($"{service.Session}/messages?after=99990&role=tool")).Is(200);

        Assert.Equal([99_993L, 99_996, 99_999], end.Items("messages").Select(message => message.Number("sequence")));
        Assert.True(end.GetProperty("has_more").GetBoolean());
        Assert.Equal([99_993L, 99_996, 99_999], rest.Items("messages").Select(message => message.Number("sequence")));
        Assert.False(rest.GetProperty("has_more").GetBoolean());
        Assert.Equal([33_333L, 33_333], new[] { end, rest }.Select(list => list.Number("total")));
    }

    // The statement as the service sent it, with the plan that serves every position: it reads the rows of the answer and no others.
    [Theory]
    [InlineData("after=0", "false, 0, 100", "false, 99900, 100000")]
    [InlineData("page=1", "false, 0, 100", "false, 99900, 100000")]
    [InlineData("before=101", "false, 100, 0, 100", "false, 100000, 0, 100")]
    [InlineData("order=desc", "false, 9223372036854775806, 99900, 100", "false, 9223372036854775806, 0, 100")]
    public async Task Depth_costs_nothing(string query, string atTheStart, string atTheEnd)
    {
        await using var database = new TestDatabase(service.ConnectionString);
        var statement = await StatementPlan.StatementOfAsync(
            database,
            "session_messages",
            async () => (await service.User.GetAsync($"{service.Session}/messages?{query}")).Is(200));

        var session = $"'{service.User.UserId}', '{service.Session.Split('/')[^1]}'";
        var start = await StatementPlan.ExplainAsync(database, statement, $"{session}, {atTheStart}");
        var end = await StatementPlan.ExplainAsync(database, statement, $"{session}, {atTheEnd}");

        Assert.Equal((100, 100), (start.RowsRead("session_messages"), end.RowsRead("session_messages")));
        Assert.InRange(end.Blocks, 1, start.Blocks + 5);
        Assert.DoesNotContain("Sort", end.Nodes);
    }
}
