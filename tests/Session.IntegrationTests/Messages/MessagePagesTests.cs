using SessionService.IntegrationTests.Hosting;

namespace SessionService.IntegrationTests.Messages;

public sealed class MessagePagesTests(ApiFixture service) : IClassFixture<ApiFixture>
{
    [Fact]
    public async Task A_session_without_messages_has_an_empty_first_page()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();

        var list = (await user.GetAsync($"{session}/messages")).Is(200);

        JsonShape.AssertMatches("""{"messages": [], "total": 0, "page": 1, "page_size": 100}""", list);
    }

    [Fact]
    public async Task The_list_shows_each_message_as_it_was_answered()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        var message = await user.WriteMessageAsync(
            session, """{"role":"user","content":"Hello","metadata":{"n":1.10},"tokens_used":10,"cost_usd":0.0010}""");

        var list = (await user.GetAsync($"{session}/messages")).Is(200);

        JsonShape.AssertMatches(message.GetRawText(), Assert.Single(list.Items("messages")));
    }

    [Theory]
    [InlineData("", 1, "1 2 3 4 5 6 7")]
    [InlineData("page_size=3", 1, "1 2 3")]
    [InlineData("page_size=3", 2, "4 5 6")]
    [InlineData("page_size=3", 3, "7")]
    [InlineData("page_size=3", 4, "")]
    [InlineData("page_size=7", 2, "")]
    [InlineData("page_size=200", int.MaxValue, "")]
    [InlineData("order=asc&page_size=3", 2, "4 5 6")]
    [InlineData("order=desc", 1, "7 6 5 4 3 2 1")]
    [InlineData("order=desc&page_size=3", 1, "7 6 5")]
    [InlineData("order=desc&page_size=3", 2, "4 3 2")]
    [InlineData("order=desc&page_size=3", 3, "1")]
    [InlineData("order=desc&page_size=3", 4, "")]
    [InlineData("order=desc&page_size=200", int.MaxValue, "")]
    public async Task A_page_is_cut_from_the_numbers_of_the_messages(string query, int page, string sequences)
    {
        var (user, session) = await StartConversationAsync();

        var list = (await user.GetAsync($"{session}/messages?{query}&page={page}")).Is(200);

        Assert.Equal(sequences, string.Join(' ', list.Items("messages").Select(message => message.Number("sequence"))));
        Assert.Equal(7, list.Number("total"));
        Assert.Equal(page, list.Number("page"));
    }

    // Roles of the seven messages: user, assistant, tool, user, assistant, tool, user; types: chat but for the tools' tool_result.
    [Theory]
    [InlineData("role=user", "1 4 7", 3)]
    [InlineData("role=user&page_size=2", "1 4", 3)]
    [InlineData("role=user&page_size=2&page=2", "7", 3)]
    [InlineData("role=user&page_size=2&page=3", "", 3)]
    [InlineData("role=user&page_size=200&page=2147483647", "", 3)]
    [InlineData("role=user&order=desc&page_size=2", "7 4", 3)]
    [InlineData("role=user&order=desc&page_size=2&page=2", "1", 3)]
    [InlineData("message_type=tool_result", "3 6", 2)]
    [InlineData("role=tool&message_type=tool_result", "3 6", 2)]
    [InlineData("role=user&message_type=tool_result", "", 0)]
    [InlineData("role=system", "", 0)]
    [InlineData("message_type=Chat", "", 0)]
    [InlineData("role=&message_type=&order=&page=&page_size=", "1 2 3 4 5 6 7", 7)]
    public async Task Filters_choose_by_role_and_type_and_the_total_is_of_what_they_choose(string query, string sequences, int total)
    {
        var (user, session) = await StartConversationAsync();

        var list = (await user.GetAsync($"{session}/messages?{query}")).Is(200);

        Assert.Equal(sequences, string.Join(' ', list.Items("messages").Select(message => message.Number("sequence"))));
        Assert.Equal(total, list.Number("total"));
    }

    [Theory]
    [InlineData("page=0", "page")]
    [InlineData("page=-1", "page")]
    [InlineData("page=2147483648", "page")]
    [InlineData("page=x", "page")]
    [InlineData("page_size=0", "page_size")]
    [InlineData("page_size=201", "page_size")]
    [InlineData("page_size=1e2", "page_size")]
    [InlineData("order=newest", "order")]
    [InlineData("role=function", "role")]
    [InlineData("message_type=%00", "message_type")]
    [InlineData("message_type=123456789012345678901234567890123456789012345678901", "message_type")]
    [InlineData("page=0&page_size=201&order=newest&role=function&message_type=%00", "page page_size order role message_type")]
    public async Task A_list_that_cannot_be_is_refused_by_every_parameter_at_fault(string query, string fields)
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();

        (await user.GetAsync($"{session}/messages?{query}")).IsInvalid(fields.Split(' '));
    }

    private async Task<(ApiClient User, string Session)> StartConversationAsync()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        foreach (var role in new[] { "user", "assistant", "tool", "user", "assistant", "tool", "user" })
        {
            var type = role == "tool" ? "tool_result" : "chat";
            await user.WriteMessageAsync(session, $$"""{"role":"{{role}}","content":"Hello","message_type":"{{type}}"}""");
        }

        return (user, session);
    }
}
