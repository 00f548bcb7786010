using SessionService.IntegrationTests.Hosting;

namespace SessionService.IntegrationTests.Messages;

public sealed class MessagePositionTests(ApiFixture service) : IClassFixture<ApiFixture>
{
    private const string MaxNumber = "9223372036854775807";

    [Theory]
    [InlineData("after=0", "1 2 3 4 5 6 7", false)]
    [InlineData("after=0&limit=3", "1 2 3", true)]
    [InlineData("after=3&limit=3", "4 5 6", true)]
    [InlineData("after=4&limit=3", "5 6 7", false)]
    [InlineData("after=5&limit=3", "6 7", false)]
    [InlineData("after=7", "", false)]
    [InlineData("after=1000", "", false)]
    [InlineData("after=" + MaxNumber, "", false)]
    [InlineData("limit=2", "1 2", true)]
    [InlineData("limit=7", "1 2 3 4 5 6 7", false)]
    [InlineData("limit=1000", "1 2 3 4 5 6 7", false)]
    [InlineData("before=0", "", false)]
    [InlineData("before=1", "", false)]
    [InlineData("before=2", "1", false)]
    [InlineData("before=7&limit=3", "4 5 6", true)]
    [InlineData("before=4&limit=3", "1 2 3", false)]
    [InlineData("before=3&limit=3", "1 2", false)]
    [InlineData("before=8&limit=2", "6 7", true)]
    [InlineData("before=1000&limit=2", "6 7", true)]
    [InlineData("before=" + MaxNumber + "&limit=2", "6 7", true)]
    [InlineData("before=" + MaxNumber, "1 2 3 4 5 6 7", false)]
    [InlineData("after=2&before=6", "3 4 5", false)]
    [InlineData("after=2&before=6&limit=2", "3 4", true)]
    [InlineData("after=2&before=6&limit=3", "3 4 5", false)]
    [InlineData("after=5&before=1000", "6 7", false)]
    [InlineData("after=5&before=6", "", false)]
    [InlineData("after=6&before=2", "", false)]
    [InlineData("after=0&before=" + MaxNumber + "&limit=1", "1", true)]
    public async Task A_range_of_numbers_is_read_from_its_end_and_knows_whether_there_is_more(string query, string sequences, bool hasMore)
    {
        var (user, session) = await StartConversationAsync();

        foreach (var order in new[] { "", "&order=asc", "&order=desc" })
        {
            var list = (await user.GetAsync($"{session}/messages?{query}{order}")).Is(200);

            Assert.Equal(sequences, Sequences(list));
            Assert.Equal(hasMore, list.GetProperty("has_more").GetBoolean());
            Assert.Equal(7, list.Number("total"));
        }
    }

    // Roles of the seven messages: user, assistant, tool, user, assistant, tool, user; types: chat but for the tools' tool_result.
    [Theory]
    [InlineData("after=0&role=user", "1 4 7", false, 3)]
    [InlineData("after=0&limit=2&role=user", "1 4", true, 3)]
    [InlineData("after=1&limit=2&role=user", "4 7", false, 3)]
    [InlineData("limit=1&role=user", "1", true, 3)]
    [InlineData("after=7&role=user", "", false, 3)]
    [InlineData("after=" + MaxNumber + "&role=user", "", false, 3)]
    [InlineData("before=7&role=user", "1 4", false, 3)]
    [InlineData("before=8&limit=2&role=user", "4 7", true, 3)]
    [InlineData("before=7&limit=1&role=user", "4", true, 3)]
    [InlineData("before=4&limit=1&role=user", "1", false, 3)]
    [InlineData("before=1000&limit=1&role=user", "7", true, 3)]
    [InlineData("before=0&role=user", "", false, 3)]
    [InlineData("after=1&before=7&role=user", "4", false, 3)]
    [InlineData("after=0&before=7&limit=1&role=user", "1", true, 3)]
    [InlineData("before=" + MaxNumber + "&limit=2&message_type=chat", "5 7", true, 5)]
    [InlineData("after=1&limit=2&message_type=chat", "2 4", true, 5)]
    [InlineData("after=3&role=tool&message_type=tool_result", "6", false, 2)]
    [InlineData("after=0&role=system", "", false, 0)]
    [InlineData("before=7&role=user&message_type=tool_result", "", false, 0)]
    public async Task Filters_choose_within_the_range_and_the_total_is_of_the_session(string query, string sequences, bool hasMore, int total)
    {
        var (user, session) = await StartConversationAsync();

        foreach (var order in new[] { "", "&order=desc" })
        {
            var list = (await user.GetAsync($"{session}/messages?{query}{order}")).Is(200);

            Assert.Equal(sequences, Sequences(list));
            Assert.Equal(hasMore, list.GetProperty("has_more").GetBoolean());
            Assert.Equal(total, list.Number("total"));
        }
    }

    [Fact]
    public async Task The_answer_is_that_of_a_page_and_says_besides_whether_there_is_more()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        var first = await user.WriteMessageAsync(
            session, """{"role":"user","content":"Grüße 😀 \"\\ \u0001","metadata":{"n":1.10},"tokens_used":10,"cost_usd":0.0010}""");
        var second = await user.WriteMessageAsync(session);

        var forwards = (await user.GetAsync($"{session}/messages?after=0&limit=1")).Is(200);
        var backwards = (await user.GetAsync($"{session}/messages?before=100")).Is(200);
        var byPage = (await user.GetAsync($"{session}/messages")).Is(200);

        JsonShape.AssertMatches(
            $$"""{"messages": [{{first.GetRawText()}}], "total": 2, "page": 1, "page_size": 1, "has_more": true}""", forwards);
        JsonShape.AssertMatches(
            $$"""
            {"messages": [{{first.GetRawText()}}, {{second.GetRawText()}}], "total": 2, "page": 1, "page_size": 100, "has_more": false}
            """,
            backwards);
        JsonShape.AssertMatches(
            $$"""{"messages": [{{first.GetRawText()}}, {{second.GetRawText()}}], "total": 2, "page": 1, "page_size": 100}""", byPage);
    }

    [Theory]
    [InlineData("after=0")]
    [InlineData("before=5")]
    [InlineData("limit=5")]
    [InlineData("after=0&role=user")]
    [InlineData("before=5&role=user")]
    public async Task A_session_without_messages_is_an_empty_range_and_no_session_is_not_found(string query)
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();

        var list = (await user.GetAsync($"{session}/messages?{query}")).Is(200);

        Assert.Equal("", Sequences(list));
        Assert.Equal(0, list.Number("total"));
        Assert.False(list.GetProperty("has_more").GetBoolean());
        (await user.GetAsync($"/api/v1/sessions/{Guid.NewGuid()}/messages?{query}")).IsProblem(404, "session_not_found");
        (await service.AsNewUser().GetAsync($"{session}/messages?{query}")).IsProblem(404, "session_not_found");
    }

    [Theory]
    [InlineData("after=-1", "after")]
    [InlineData("after=x", "after")]
    [InlineData("after=1.5", "after")]
    [InlineData("after=9223372036854775808", "after")]
    [InlineData("before=-1", "before")]
    [InlineData("before=one", "before")]
    [InlineData("limit=0", "limit")]
    [InlineData("limit=-1", "limit")]
    [InlineData("limit=1001", "limit")]
    [InlineData("limit=many", "limit")]
    [InlineData("after=0&order=newest", "order")]
    [InlineData("page=1&after=0", "page after")]
    [InlineData("page=1&before=9", "page before")]
    [InlineData("page_size=10&limit=10", "page_size limit")]
    [InlineData("page=1&page_size=10&after=0&before=9&limit=10", "page page_size after before limit")]
    [InlineData("page=0&limit=0", "page limit")]
    [InlineData("after=-1&before=-1&limit=0&order=newest&role=function", "after before limit order role")]
    public async Task A_range_that_cannot_be_is_refused_by_every_parameter_at_fault(string query, string fields)
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();

        (await user.GetAsync($"{session}/messages?{query}")).IsInvalid(fields.Split(' '));
    }

    [Fact]
    public async Task Parameters_without_a_value_are_not_given()
    {
        var (user, session) = await StartConversationAsync();

        var byPage = (await user.GetAsync($"{session}/messages?after=&before=&limit=&page=2&page_size=3")).Is(200);
        var byPosition = (await user.GetAsync($"{session}/messages?page=&page_size=&after=4")).Is(200);

        Assert.Equal("4 5 6", Sequences(byPage));
        Assert.False(byPage.TryGetProperty("has_more", out _));
        Assert.Equal("5 6 7", Sequences(byPosition));
    }

    private static string Sequences(System.Text.Json.JsonElement list) =>
        string.Join(' ', list.Items("messages").Select(message => message.Number("sequence")));

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
