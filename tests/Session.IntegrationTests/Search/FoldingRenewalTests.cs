using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using SessionService.Infrastructure.Folding;
using SessionService.IntegrationTests.Databases;
using SessionService.IntegrationTests.Digests;
using SessionService.IntegrationTests.Hosting;
using SessionService.IntegrationTests.UserMemories;

namespace SessionService.IntegrationTests.Search;

/// <summary>
/// An index that an earlier version of the service wrote is renewed. The tests replace the texts of indexed messages, so the results of a search
/// show whether the index was renewed.
/// </summary>
public sealed class FoldingRenewalTests(SearchFixture service) : IClassFixture<SearchFixture>
{
    private const string Old = "UPDATE dev.search_segments SET folding = 1";

    // The folding 3, and the first version of traits above it.
    private const string Current = "259";

    [Fact]
    public async Task A_search_finds_by_the_folding_of_today_what_was_indexed_by_an_older_one()
    {
        var user = service.AsNewUser();
        await WriteAsync(user, messages: 30);
        await using var database = new TestDatabase(service.ConnectionString);
        await database.ExecuteAsync(RewriteMessages(user));
        Assert.Equal(0, await CountAsync(user, "zebra"));

        await database.ExecuteAsync($"{Old} WHERE user_id = '{user.UserId}'");

        Assert.Equal(30, await CountAsync(user, "zebra"));
        Assert.Equal(0, await CountAsync(user, "apple"));
        Assert.Equal([Current], await FoldingsAsync(database, user));
        Assert.Equal(["30"], await database.QueryAsync($"SELECT sum(message_count) FROM dev.search_segments WHERE user_id = '{user.UserId}'"));
    }

    [Fact]
    public async Task Segments_of_everybody_are_made_anew_in_the_background_in_their_order()
    {
        var users = new[] { service.AsNewUser(), service.AsNewUser() };
        await using var database = new TestDatabase(service.ConnectionString);
        foreach (var user in users)
        {
            await WriteAsync(user, messages: 30);
            await database.ExecuteAsync(RewriteMessages(user));
            await database.ExecuteAsync($"{Old} WHERE user_id = '{user.UserId}'");
        }

        var before = await SizesAsync();
        await service.RenewAsync();

        Assert.Equal(before, await SizesAsync());
        foreach (var user in users)
        {
            Assert.Equal([Current], await FoldingsAsync(database, user));
            Assert.Equal(30, await CountAsync(user, "zebra"));
        }

        Task<string[]> SizesAsync() =>
            database.QueryAsync($"SELECT message_count FROM dev.search_segments WHERE user_id = '{users[0].UserId}' ORDER BY segment_id");
    }

    [Fact]
    public async Task What_was_redacted_is_not_indexed_again()
    {
        var user = service.AsNewUser();
        var session = await WriteAsync(user, messages: 5);
        await using var database = new TestDatabase(service.ConnectionString);
        await database.ExecuteAsync($"{Old} WHERE user_id = '{user.UserId}'");

        (await user.DeleteAsync($"{session}/messages/2")).Is(200);
        Assert.Equal(["1"], await FoldingsAsync(database, user));
        Assert.Equal(4, await CountAsync(user, "apple"));
        Assert.Equal([Current], await FoldingsAsync(database, user));
    }

    [Fact]
    public async Task A_digest_leaves_old_segments_as_they_are_and_writes_new_ones_beside_them()
    {
        var user = service.AsNewUser();
        var session = await WriteAsync(user, messages: 2);
        await using var database = new TestDatabase(service.ConnectionString);
        await database.ExecuteAsync($"{Old} WHERE user_id = '{user.UserId}'");

        await user.WriteMessageAsync(session, Message("apple"));
        await service.DigestAsync();

        Assert.Equal(["1", Current], await FoldingsAsync(database, user));
        Assert.Equal(3, await CountAsync(user, "apple"));
    }

    [Fact]
    public async Task Segments_without_traits_serve_until_they_are_made_anew_in_the_background()
    {
        var user = service.AsNewUser();
        await WriteAsync(user, messages: 5);
        await using var database = new TestDatabase(service.ConnectionString);
        await database.ExecuteAsync(RewriteMessages(user));
        await database.ExecuteAsync($"UPDATE dev.search_segments SET folding = 3 WHERE user_id = '{user.UserId}'");

        Assert.Equal(5, await CountAsync(user, "apple"));
        Assert.Equal(["3"], await FoldingsAsync(database, user));

        await service.RenewAsync();
        Assert.Equal(5, await CountAsync(user, "zebra"));
        Assert.Equal([Current], await FoldingsAsync(database, user));
    }

    [Fact]
    public async Task Segments_of_a_later_version_are_left_alone()
    {
        var user = service.AsNewUser();
        await WriteAsync(user, messages: 2);
        await using var database = new TestDatabase(service.ConnectionString);
        await database.ExecuteAsync($"UPDATE dev.search_segments SET folding = 1000 WHERE user_id = '{user.UserId}'");

        await service.RenewAsync();

        Assert.Equal(2, await CountAsync(user, "apple"));
        Assert.Equal(["1000"], await FoldingsAsync(database, user));
    }

    [Theory]
    [InlineData("user_memories", "content")]
    [InlineData("session_memories", "conversation_summary")]
    public async Task Memories_are_found_by_the_folding_of_today_before_and_after_their_words_are_made_anew(string table, string content)
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        (await user.PostAsync(UserMemoriesEndpointTests.PathOf(user), """{"content":"apple"}""")).Is(201);
        (await user.PostAsync($"{session}/memory", """{"content":"apple"}""")).Is(201);
        await using var database = new TestDatabase(service.ConnectionString);
        await database.ExecuteAsync($"UPDATE dev.{table} SET {content} = 'zebra', vector = NULL WHERE user_id = '{user.UserId}'");
        Assert.Equal(0, await KeywordScoreAsync());

        // As an earlier version writes them.
        await database.ExecuteAsync($"UPDATE dev.{table} SET words = substring(words FOR octet_length(words) - 3) WHERE user_id = '{user.UserId}'");
        Assert.Equal(1, await KeywordScoreAsync());

        await service.RenewAsync();
        await database.ExecuteAsync($"UPDATE dev.{table} SET {content} = 'another' WHERE user_id = '{user.UserId}'");
        Assert.Equal(1, await KeywordScoreAsync());

        async Task<double> KeywordScoreAsync()
        {
            var answer = await user.PostAsync($"/api/v1/users/{user.UserId}/memories/search", """{"query":"zebra"}""");
            return answer.Is(200).Items("results").Select(result => result.GetProperty("keyword_score").GetDouble()).DefaultIfEmpty().Max();
        }
    }

    [Fact]
    public async Task The_job_makes_everything_anew_when_the_service_starts()
    {
        var user = service.AsNewUser();
        await WriteAsync(user, messages: 10);
        await using var database = new TestDatabase(service.ConnectionString);
        await database.ExecuteAsync($"{Old} WHERE user_id = '{user.UserId}'");
        await using var other = new ServiceProcess(("ConnectionStrings__SessionDb", service.ConnectionString), ("Digest__Share", "1"));

        await other.StartAsync();

        await Eventually.IsSoAsync(async () => await FoldingsAsync(database, user) is [Current]);
    }

    private static string RewriteMessages(ApiClient user) => $"UPDATE dev.session_messages SET content = 'zebra' WHERE user_id = '{user.UserId}'";

    private static Task<string[]> FoldingsAsync(TestDatabase database, ApiClient user) =>
        database.QueryAsync($"SELECT DISTINCT folding FROM dev.search_segments WHERE user_id = '{user.UserId}' ORDER BY folding");

    private async Task<string> WriteAsync(ApiClient user, int messages)
    {
        var session = await user.StartSessionAsync();
        (await user.PostAsync($"{session}/messages/batch", $$"""{"messages":[{{string.Join(',', Enumerable.Repeat(Message("apple"), messages))}}]}""")).Is(201);
        await service.DigestAsync();
        return session;
    }

    private static async Task<long> CountAsync(ApiClient user, string word) =>
        (await user.GetAsync($"/api/v1/sessions/search?q={word}")).Is(200).Number("total_hits");

    private static string Message(string content) => JsonSerializer.Serialize(new { role = "user", content });
}

internal static class FoldingRenewal
{
    /// <summary>Does the work of the job at once, for all users.</summary>
    public static async Task RenewAsync(this ApiFixture service)
    {
        foreach (var data in service.Services.GetServices<IFoldedData>())
        {
            await foreach (var _ in data.RenewAsync(CancellationToken.None))
            {
            }
        }
    }
}
