using System.Text.Json;
using SessionService.IntegrationTests.Databases;
using SessionService.IntegrationTests.Hosting;

namespace SessionService.IntegrationTests.Messages;

/// <summary>A service with two connections: a page that keeps one would soon be noticed.</summary>
public sealed class StreamingFixture : ApiFixture
{
    protected override async Task<string> PrepareDatabaseAsync() => await base.PrepareDatabaseAsync() + ";Maximum Pool Size=2";
}

public sealed class MessageStreamTests(StreamingFixture service) : IClassFixture<StreamingFixture>
{
    [Fact]
    public async Task A_page_of_many_megabytes_arrives_whole()
    {
        var (user, session) = await StartLongConversationAsync(messages: 100, kilobytesEach: 100);

        var list = (await user.GetAsync($"{session}/messages?limit=1000")).Is(200);

        Assert.Equal(100, list.Number("total"));
        Assert.Equal(
            Enumerable.Range(1, 100).Select(n => (n, 100 * 1024, $"{n} äöü")),
            list.Items("messages").Select(message =>
                ((int)message.Number("sequence"), message.Text("content").Length, message.GetProperty("metadata").Text("n"))));
    }

    // Contents escaped in every size around the chunks in which an answer is sent.
    [Theory]
    [InlineData(255)]
    [InlineData(256)]
    [InlineData(257)]
    [InlineData(1023)]
    public async Task A_message_of_any_size_arrives_whole(int kilobytes)
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        var content = string.Concat(Enumerable.Repeat("\u0001\"\\é😀\n..", kilobytes * 1024 / 14));
        await user.WriteMessageAsync(session, $$"""{"role":"user","content":{{JsonSerializer.Serialize(content)}}}""");
        await user.WriteMessageAsync(session);

        var list = (await user.GetAsync($"{session}/messages")).Is(200);

        Assert.Equal([content, "Hello"], list.Items("messages").Select(message => message.Text("content")));
    }

    // A page that gave its connection back twice would take it from the next one.
    [Fact]
    public async Task Many_pages_at_once_do_not_get_in_each_others_way()
    {
        var conversations = new List<(ApiClient User, string Session)>();
        for (var i = 1; i <= 8; i++)
        {
            conversations.Add(await StartLongConversationAsync(messages: 30 * i, kilobytesEach: 2));
        }

        await Parallel.ForAsync(0, 400, new ParallelOptions { MaxDegreeOfParallelism = 32 }, async (i, _) =>
        {
            var (user, session) = conversations[i % conversations.Count];
            var list = (await user.GetAsync($"{session}/messages?limit=1000")).Is(200);
            Assert.All(list.Items("messages"), message => Assert.Equal(user.UserId, message.Text("user_id")));
            Assert.Equal(list.Number("total"), list.Items("messages")[^1].Number("sequence"));
            Assert.Equal(30 * ((i % conversations.Count) + 1), list.Items("messages").Count);
        });
    }

    [Fact]
    public async Task An_answer_that_the_database_breaks_off_never_ends_as_if_it_were_whole()
    {
        var (user, session) = await StartLongConversationAsync(messages: 1000, kilobytesEach: 64);
        using var http = new HttpClient { BaseAddress = service.Address };
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{session}/messages?limit=1000");
        request.Headers.Add("X-User-Id", user.UserId);
        using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        Assert.True(response.IsSuccessStatusCode);

        // The answer is far larger than what lies in buffers on its way: most of it is still to be read from the database.
        await using (var database = new TestDatabase(service.ConnectionString))
        {
            await database.ExecuteAsync("ALTER TABLE dev.session_messages RENAME COLUMN content TO gone");
        }

        await Assert.ThrowsAnyAsync<Exception>(() => response.Content.ReadAsByteArrayAsync());
        await using (var database = new TestDatabase(service.ConnectionString))
        {
            await database.ExecuteAsync("ALTER TABLE dev.session_messages RENAME COLUMN gone TO content");
        }

        await AssertWorksAsync(user, session);
        Assert.Contains(service.Logs.Entries, entry => entry.Message.StartsWith("A page of messages broke off.", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Clients_that_go_away_in_the_middle_keep_no_connection()
    {
        var (user, session) = await StartLongConversationAsync(messages: 1000, kilobytesEach: 64);
        for (var i = 0; i < 5; i++)
        {
            using var http = new HttpClient { BaseAddress = service.Address };
            using var request = new HttpRequestMessage(HttpMethod.Get, $"{session}/messages?limit=1000");
            request.Headers.Add("X-User-Id", user.UserId);
            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
            Assert.True(response.IsSuccessStatusCode);
        }

        await AssertWorksAsync(user, session);
    }

    // More requests at once than the service has connections.
    private static async Task AssertWorksAsync(ApiClient user, string session)
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => user.GetAsync($"{session}/messages?limit=2")));
        Assert.All(answers, answer => Assert.Equal(2, answer.Is(200).Items("messages").Count));
    }

    private async Task<(ApiClient User, string Session)> StartLongConversationAsync(int messages, int kilobytesEach)
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        await using var database = new TestDatabase(service.ConnectionString);
        await database.ExecuteAsync(
            $$"""
            INSERT INTO dev.session_messages
                (user_id, session_id, sequence, id, role, content, message_type, message_metadata, tokens_used, cost_usd, created_at)
            SELECT s.user_id, s.session_id, n, gen_random_uuid(), 'user', repeat('Message.', {{kilobytesEach}} * 128), 'chat',
                   jsonb_build_object('n', n || ' äöü'), 1, 0, s.created_at
            FROM dev.sessions AS s CROSS JOIN generate_series(1, {{messages}}) AS n
            WHERE s.user_id = '{{user.UserId}}';
            UPDATE dev.sessions SET message_count = {{messages}}, total_tokens = {{messages}} WHERE user_id = '{{user.UserId}}';
            """);
        return (user, session);
    }
}
