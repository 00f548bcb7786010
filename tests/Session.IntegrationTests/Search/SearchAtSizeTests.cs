using System.Text.Json;
using SessionService.IntegrationTests.Databases;
using SessionService.IntegrationTests.Digests;
using SessionService.IntegrationTests.Hosting;

namespace SessionService.IntegrationTests.Search;

/// <summary>A user with 100,000 messages, digested.</summary>
public sealed class LargeSearchFixture : ApiFixture
{
    public const int Sessions = 100;
    public const int MessagesEach = 1_000;

    public ApiClient User => As("large");

    protected override IEnumerable<KeyValuePair<string, string>> Settings => [.. DigestByHand.Settings, new("Digest:BatchSize", "10000")];

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        await using var database = new TestDatabase(ConnectionString);
        const string Empty = "{}";
        await database.ExecuteAsync(
            $"""
            INSERT INTO dev.sessions
                (user_id, session_id, status, conversation_data, metadata, session_summary, message_count, total_tokens, total_cost, created_at, updated_at, last_activity)
            SELECT 'large', gen_random_uuid(), 'active', '{Empty}', '{Empty}', '', {MessagesEach}, 0, 0, '2024-01-01Z', '2024-01-01Z', '2024-01-01Z'
            FROM generate_series(1, {Sessions});
            INSERT INTO dev.session_messages
                (user_id, session_id, sequence, id, role, content, message_type, message_metadata, tokens_used, cost_usd, created_at)
            SELECT 'large', s.session_id, n, gen_random_uuid(), 'user', 'common part' || n || CASE n WHEN 500 THEN ' rare thing' ELSE '' END,
                   'chat', '{Empty}', 0, 0, timestamptz '2024-01-01Z' + n * interval '1 minute'
            FROM dev.sessions AS s CROSS JOIN generate_series(1, {MessagesEach}) AS n;
            ANALYZE dev.sessions, dev.session_messages;
            """);
        await this.DigestAsync();
    }
}

public sealed class SearchAtSizeTests(LargeSearchFixture service) : IClassFixture<LargeSearchFixture>
{
    [Fact]
    public async Task Common_and_rare_words_are_counted_exactly()
    {
        const int All = LargeSearchFixture.Sessions * LargeSearchFixture.MessagesEach;

        Assert.Equal(All, (await FindAsync("common")).Number("total_hits"));
        Assert.Equal(LargeSearchFixture.Sessions, (await FindAsync("\"rare thing\"")).Number("total_hits"));
        Assert.Equal(LargeSearchFixture.Sessions, (await FindAsync("common part77")).Number("total_hits"));
        Assert.Equal(All - LargeSearchFixture.Sessions, (await FindAsync("common -rare")).Number("total_hits"));
        Assert.Equal(2 * LargeSearchFixture.Sessions, (await FindAsync("part7 or rare")).Number("total_hits"));

        await using var database = new TestDatabase(service.ConnectionString);
        Assert.Equal(["true"], await database.QueryAsync("SELECT count(*) <= 50 AND sum(message_count) = 100000 FROM dev.search_segments"));
    }

    [Fact]
    public async Task Equally_good_hits_are_paged_through_newest_first()
    {
        var found = new List<JsonElement>();
        string? cursor = null;
        do
        {
            var answer = await FindAsync("\"rare thing\"", $"limit=30{(cursor is null ? "" : $"&cursor={cursor}")}");
            found.AddRange(answer.Items("results").SelectMany(result => result.Items("hits")));
            cursor = answer.GetProperty("next_cursor").GetString();
        }
        while (cursor is not null);
        var newest = await FindAsync("common", "limit=100&from=2024-01-01T16:39:00Z");

        Assert.Equal(LargeSearchFixture.Sessions, found.Select(hit => hit.Text("session_id")).Distinct(StringComparer.Ordinal).Count());
        Assert.Equal(LargeSearchFixture.Sessions, found.Count);
        Assert.All(newest.Items("results"), result => Assert.Equal([1000L], result.Items("hits").Select(hit => hit.Number("sequence")).Take(1)));
    }

    private async Task<JsonElement> FindAsync(string query, string filters = "") =>
        (await service.User.GetAsync($"/api/v1/sessions/search?q={Uri.EscapeDataString(query)}&{filters}")).Is(200);
}
