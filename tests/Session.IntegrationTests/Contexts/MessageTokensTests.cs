using SessionService.IntegrationTests.Databases;
using SessionService.IntegrationTests.Digests;
using SessionService.IntegrationTests.Hosting;

namespace SessionService.IntegrationTests.Contexts;

public sealed class MessageTokensTests(MessageTokensTests.Service service) : IClassFixture<MessageTokensTests.Service>
{
    [Fact]
    public async Task Messages_are_counted_once_whatever_the_batches_of_the_digest()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        var messages = Enumerable.Range(1, 300).Select(i => $$"""{"role":"user","content":"{{Words(i)}}","tokens_used":{{(i % 10 == 0 ? 7 : 0)}}}""");
        (await user.PostAsync($"{session}/messages/batch", $$"""{"messages":[{{string.Join(',', messages)}}]}""")).Is(201);

        await service.DigestAsync();
        await user.WriteMessageAsync(session, """{"role":"assistant","content":[{"type":"tool_use","id":"a","name":"find","input":{"q":"x"}}]}""");
        await service.DigestAsync();

        var counts = (await RowsAsync(session)).SelectMany(row => row.Trim('{', '}').Split(',')).Select(int.Parse).ToList();
        var expected = Enumerable.Range(1, 300).Select(i => i % 10 == 0 ? 0 : i);
        Assert.Equal(expected, counts.Take(300));
        Assert.InRange(Assert.Single(counts.Skip(300)), 4, 12);
    }

    [Fact]
    public async Task A_context_takes_the_counts_of_its_own_tokenizer()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        await user.WriteMessageAsync(session, $$"""{"role":"user","content":"{{Words(10_000)}}"}""");
        var counted = await TokensAsync();
        await service.DigestAsync();
        var kept = await TokensAsync();
        await ChangeAsync("counts = '{77}'");
        var changed = await TokensAsync();
        await ChangeAsync("tokenizer = 'another'");
        var ofAnother = await TokensAsync();
        await user.WriteMessageAsync(session, """{"role":"user","content":"Hello"}""");
        await service.DigestAsync();

        Assert.Equal((10_000, 10_000, 77, 10_000), (counted, kept, changed, ofAnother));
        Assert.Equal(["{0,1}"], await RowsAsync(session));

        async Task<long> TokensAsync() => (await user.GetAsync($"{session}/context?max_tokens=100000")).Is(200).Number("tokens");

        async Task ChangeAsync(string change)
        {
            await using var database = new TestDatabase(service.ConnectionString);
            await database.ExecuteAsync($"UPDATE dev.message_tokens SET {change} WHERE session_id = '{session.Split('/')[^1]}'");
        }
    }

    private async Task<string[]> RowsAsync(string session)
    {
        await using var database = new TestDatabase(service.ConnectionString);
        return await database.QueryAsync(
            $"SELECT counts FROM dev.message_tokens WHERE session_id = '{session.Split('/')[^1]}' AND tokenizer = 'o200k_base' ORDER BY block");
    }

    // Each of these words is a token.
    private static string Words(int tokens) => "Hello" + string.Concat(Enumerable.Repeat(" again", tokens - 1));

    public sealed class Service : ApiFixture
    {
        protected override IEnumerable<KeyValuePair<string, string>> Settings => [.. DigestByHand.Settings, new("Digest:BatchSize", "50")];
    }
}
