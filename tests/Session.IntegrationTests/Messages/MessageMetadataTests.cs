using System.Globalization;
using SessionService.IntegrationTests.Databases;
using SessionService.IntegrationTests.Hosting;
using SessionService.IntegrationTests.Messages.Packed;

namespace SessionService.IntegrationTests.Messages;

/// <summary>Messages are found by their metadata, whether they are packed or not.</summary>
public sealed class MessageMetadataTests(PackingFixture service) : IClassFixture<PackingFixture>
{
    [Theory]
    [InlineData("metadata.kind=even", "2 4 6 8 10 12 14 16 18 20", false, null)]
    [InlineData("metadata.kind=even&limit=3", "2 4 6", true, "next_after 7")]
    [InlineData("metadata.kind=even&after=7&limit=7", "8 10 12 14 16 18 20", false, null)]
    [InlineData("metadata.kind=even&after=4&before=9", "6 8", false, null)]
    [InlineData("metadata.kind=even&before=9", "2 4 6 8", false, null)]
    [InlineData("metadata.kind=even&before=9&limit=2", "6 8", true, "next_before 5")]
    [InlineData("metadata.kind=even&before=5&limit=2", "2 4", false, null)]
    [InlineData("metadata.kind=even&before=1000&limit=1", "20", true, "next_before 19")]
    [InlineData("metadata.kind=even&role=user", "4 8 12 16 20", false, null)]
    [InlineData("metadata.kind=even&message_type=note&limit=2", "10 20", false, null)]
    [InlineData("metadata.n=3", "3", false, null)]
    [InlineData("metadata.n=3&metadata.n=5.0", "3 5", false, null)]
    [InlineData("metadata.n=%223%22", "", false, null)]
    [InlineData("metadata.tags=alpha", "6 12 18", false, null)]
    [InlineData("metadata.tags=6&metadata.kind=even", "6", false, null)]
    [InlineData("metadata.deep.er", "5 10 15 20", false, null)]
    [InlineData("metadata.deep.er=null", "5 10 15 20", false, null)]
    [InlineData("metadata.kind=none", "", false, null)]
    [InlineData("metadata.kind=none&before=9", "", false, null)]
    [InlineData("metadata.kind=even&after=1000", "", false, null)]
    public async Task Messages_are_found_by_their_metadata(string query, string sequences, bool hasMore, string? next)
    {
        var user = service.AsNewUser();
        var session = await StartConversationAsync(user);

        var before = (await user.GetAsync($"{session}/messages?{query}")).Is(200);
        await service.PackAsync();
        var after = (await user.GetAsync($"{session}/messages?{query}")).Is(200);

        Assert.Equal(sequences, string.Join(' ', before.Items("messages").Select(message => message.Raw("sequence"))));
        Assert.Equal(hasMore, before.GetProperty("has_more").GetBoolean());
        Assert.Equal(20, before.Number("total"));
        Assert.Equal(next, before.EnumerateObject().Where(field => field.Name.StartsWith("next_", StringComparison.Ordinal))
            .Select(field => $"{field.Name} {field.Value}").SingleOrDefault());
        Assert.Equal(before.GetRawText(), after.GetRawText());
    }

    [Theory]
    [InlineData("page=1")]
    [InlineData("page_size=10")]
    public async Task Pages_do_not_go_with_metadata(string page)
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();

        (await user.GetAsync($"{session}/messages?metadata.kind=even&{page}")).IsProblem(422, "validation_failed");
    }

    [Fact]
    public async Task The_messages_of_another_user_are_not_found()
    {
        var session = await StartConversationAsync(service.AsNewUser());

        (await service.AsNewUser().GetAsync($"{session}/messages?metadata.kind=even")).IsProblem(404, "session_not_found");
    }

    [Fact]
    public async Task An_answer_looks_at_ten_thousand_messages_and_tells_where_to_go_on()
    {
        const int Count = 10_300;
        var user = service.AsNewUser();
        var session = await new Conversation(seed: 18).LoadAsync(service, user, Count, time => Guid.CreateVersion7(new DateTimeOffset(time)));
        await using var database = new TestDatabase(service.ConnectionString);
        await database.ExecuteAsync(
            $$"""
            UPDATE dev.session_messages SET message_metadata = '{"rare":1}'
            WHERE user_id = '{{user.UserId}}' AND sequence IN (100, 10000, 10001, 10200)
            """);

        Assert.Equal(("100 10000", "10000"), await FindAsync("after=0", "next_after"));
        Assert.Equal(("10001 10200", ""), await FindAsync("after=10000", "next_after"));
        Assert.Equal(("10000 10001 10200", "301"), await FindAsync("before=100000", "next_before"));
        Assert.Equal(("100", ""), await FindAsync("before=301", "next_before"));

        async Task<(string Sequences, string Next)> FindAsync(string position, string next)
        {
            var answer = (await user.GetAsync($"{session}/messages?metadata.rare=1&{position}")).Is(200);
            var hasNext = answer.TryGetProperty(next, out var number);
            Assert.Equal(hasNext, answer.GetProperty("has_more").GetBoolean());
            return (string.Join(' ', answer.Items("messages").Select(message => message.Raw("sequence"))), hasNext ? number.GetRawText() : "");
        }
    }

    private static async Task<string> StartConversationAsync(ApiClient user)
    {
        var session = await user.StartSessionAsync();
        var messages = Enumerable.Range(1, 20).Select(n => string.Create(
            CultureInfo.InvariantCulture,
            $$$"""
            {"role":"{{{(n % 4 == 0 ? "user" : "assistant")}}}","content":"message {{{n}}}","message_type":"{{{(n % 10 == 0 ? "note" : "chat")}}}",
             "metadata":{"n":{{{n}}}.0{{{(n % 2 == 0 ? ",\"kind\":\"even\"" : "")}}}{{{(n % 6 == 0 ? $",\"tags\":[\"alpha\",{n}]" : "")}}}{{{(n % 5 == 0 ? ",\"deep\":{\"er\":null}" : "")}}}}}
            """));
        (await user.PostAsync($"{session}/messages/batch", $$"""{"messages":[{{string.Join(',', messages)}}]}""")).Is(201);
        return session;
    }
}
