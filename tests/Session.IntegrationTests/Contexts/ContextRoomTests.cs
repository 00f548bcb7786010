using System.Globalization;
using System.Text.Json;
using SessionService.IntegrationTests.Hosting;

namespace SessionService.IntegrationTests.Contexts;

public sealed class ContextRoomTests(ByteCountingFixture service) : IClassFixture<ByteCountingFixture>
{
    [Theory]
    [InlineData("user", "chat")]
    [InlineData("assistant", "chat")]
    [InlineData("tool", "tool_result")]
    public async Task The_newest_message_has_room_whatever_the_memory(string role, string type)
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        await user.WriteMessageAsync(session, $$"""{"role":"{{role}}","content":"{{Text(1_000)}}","message_type":"{{type}}"}""");
        (await user.PostAsync($"{session}/memory", $$"""{"content":"{{Text(3_998)}}"}""")).Is(201);

        var context = (await user.GetAsync($"{session}/context?max_tokens=4000")).Is(200);

        Assert.Equal(Text(1_000), Assert.Single(context.Items("messages")).Text("content"));
        Assert.Equal((4000, 3000), (context.Number("tokens"), context.GetProperty("memory").Number("tokens")));
        Assert.Equal(3_998 - 2_992, context.GetProperty("memory").Number("omitted_tokens"));
    }

    [Fact]
    public async Task The_memory_takes_at_most_half_of_what_messages_need()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        for (var i = 0; i < 100; i++)
        {
            await user.WriteMessageAsync(session, """{"role":"user","content":"x","tokens_used":10}""");
        }

        (await user.PostAsync($"{session}/memory", $$"""{"content":"{{Text(300)}}"}""")).Is(201);

        var tight = (await user.GetAsync($"{session}/context?max_tokens=400")).Is(200);
        var wide = (await user.GetAsync($"{session}/context?max_tokens=1300")).Is(200);

        Assert.Equal((20, 200, 400), (tight.Items("messages").Count, tight.GetProperty("memory").Number("tokens"), tight.Number("tokens")));
        Assert.Equal((100, 300, Text(300)), (wide.Items("messages").Count, wide.GetProperty("memory").Number("tokens"), wide.GetProperty("memory").Text("content")));
        Assert.False(wide.GetProperty("memory").TryGetProperty("omitted_tokens", out _));
    }

    [Theory]
    [InlineData("x", 40_000, 0)]
    [InlineData("語", 13_000, 0)]
    [InlineData("😀", 10_000, 0)]
    [InlineData("x", 40_000, 25_000)]
    public async Task A_large_result_is_cut_in_the_middle_and_says_how_much_is_missing(string letter, int count, int tokens)
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        await user.WriteMessageAsync(session, """{"role":"user","content":"Read it."}""");
        await user.WriteMessageAsync(session, """{"role":"assistant","content":"Reading.","metadata":{"tool_calls":[{"id":"call_1","function":{"name":"read","arguments":"{}"}}]}}""");
        var content = "begin" + string.Concat(Enumerable.Repeat(letter, count)) + "end";
        await user.WriteMessageAsync(session, $$$"""{"role":"tool","content":"{{{content}}}","message_type":"tool_result","tokens_used":{{{tokens}}},"metadata":{"tool_call_id":"call_1"}}""");

        var context = (await user.GetAsync($"{session}/context?max_tokens=1000")).Is(200);
        var chat = (await user.GetAsync($"{session}/context?max_tokens=1000&format=openai")).Is(200).Items("messages");

        Assert.Equal([1, 2, 3], context.Items("messages").Select(message => message.Number("sequence")));
        Assert.Equal((1000, 0), (context.Number("tokens"), context.Number("omitted_messages")));
        var result = context.Items("messages")[2];
        var omitted = result.Number("omitted_tokens").ToString(CultureInfo.InvariantCulture);
        var parts = result.Text("content").Split($"\n[{omitted} tokens left out]\n");
        Assert.Equal(2, parts.Length);
        Assert.StartsWith("begin", parts[0], StringComparison.Ordinal);
        Assert.EndsWith("end", parts[1], StringComparison.Ordinal);
        Assert.StartsWith(parts[0], content, StringComparison.Ordinal);
        Assert.EndsWith(parts[1], content, StringComparison.Ordinal);
        Assert.InRange(parts[0].Length - parts[1].Length, -8, 8);
        Assert.Equal(["user", "assistant", "tool"], chat.Select(message => message.Text("role")));
        Assert.Equal(result.Text("content"), chat[2].Text("content"));
    }

    [Fact]
    public async Task Only_the_largest_results_of_a_call_are_cut()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        await user.WriteMessageAsync(session, """{"role":"assistant","content":"Reading.","tokens_used":10,"message_type":"tool_call","metadata":{"tool_calls":[{"id":"a","function":{"name":"read"}},{"id":"b","function":{"name":"read"}},{"id":"c","function":{"name":"read"}}]}}""");
        foreach (var (id, tokens) in new[] { ("a", 50), ("b", 5_000), ("c", 9_000) })
        {
            await user.WriteMessageAsync(session, $$$"""{"role":"tool","content":"{{{Text(tokens)}}}","message_type":"tool_result","metadata":{"tool_call_id":"{{{id}}}"}}""");
        }

        var context = (await user.GetAsync($"{session}/context?max_tokens=860")).Is(200);

        Assert.Equal([10, 50, 400, 400], context.Items("messages").Select(message => message.Number("tokens")));
        Assert.Equal(860, context.Number("tokens"));
    }

    [Fact]
    public async Task The_system_messages_of_the_start_are_kept_at_any_budget()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        await user.WriteMessageAsync(session, """{"role":"system","content":"Be brief.","tokens_used":10}""");
        for (var i = 0; i < 60; i++)
        {
            await user.WriteMessageAsync(session, """{"role":"user","content":"x","tokens_used":10}""");
        }

        (await user.PostAsync($"{session}/memory", """{"content":"Likes it short."}""")).Is(201);

        var kept = (await user.GetAsync($"{session}/context?max_tokens=50&keep=system")).Is(200);
        var chat = (await user.GetAsync($"{session}/context?max_tokens=50&keep=system&format=openai")).Is(200);
        var all = (await user.GetAsync($"{session}/context?max_tokens=5000&keep=system")).Is(200);
        var notKept = (await user.GetAsync($"{session}/context?max_tokens=50")).Is(200);

        Assert.Equal([1, 59, 60, 61], kept.Items("messages").Select(message => message.Number("sequence")));
        Assert.Equal((59, 57, 44), (kept.Number("included_from_sequence"), kept.Number("omitted_messages"), kept.Number("tokens")));
        Assert.Equal(["Be brief.", "Likes it short.", "x", "x", "x"], chat.Items("messages").Select(message => message.Text("content")));
        Assert.Equal((61, 0), (all.Items("messages").Count, all.Number("omitted_messages")));
        Assert.DoesNotContain(1, notKept.Items("messages").Select(message => message.Number("sequence")));
        (await user.GetAsync($"{session}/context?keep=all")).IsInvalid("keep");
    }

    [Fact]
    public async Task A_large_system_message_leaves_half_of_the_room()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        await user.WriteMessageAsync(session, $$"""{"role":"system","content":"{{Text(1_000)}}"}""");
        await user.WriteMessageAsync(session, $$"""{"role":"user","content":"{{Text(90)}}"}""");

        var context = (await user.GetAsync($"{session}/context?max_tokens=200&keep=system")).Is(200);

        Assert.Equal([100, 90], context.Items("messages").Select(message => message.Number("tokens")));
    }

    [Fact]
    public async Task A_session_of_system_messages_alone_is_not_doubled()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        await user.WriteMessageAsync(session, """{"role":"system","content":"Be brief."}""");

        var context = (await user.GetAsync($"{session}/context?keep=system&format=openai")).Is(200);

        Assert.Equal(("Be brief.", 0), (Assert.Single(context.Items("messages")).Text("content"), context.Number("omitted_messages")));
        Assert.Equal(JsonValueKind.Null, context.GetProperty("included_from_sequence").ValueKind);
    }

    [Fact]
    public async Task Redacted_messages_are_not_sent_to_a_model()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        await WriteAsync(
            """{"role":"user","content":"A secret."}""",
            """{"role":"assistant","content":"Understood."}""",
            Call("a"), Result("a"),
            Call("b"), Result("b"),
            Call("c"), Result("c"),
            Call("d", "e"), Result("d"), Result("e"),
            """{"role":"assistant","content":"f","message_type":"tool_call","metadata":{"name":"find","tool_call_id":"f"}}""", Result("f"),
            """{"role":"assistant","content":"  Done.  "}""");
        foreach (var sequence in new[] { 1, 4, 5, 7, 8, 9, 12 })
        {
            (await user.DeleteAsync($"{session}/messages/{sequence}")).Is(200);
        }

        var chat = (await user.GetAsync($"{session}/context?format=openai")).Is(200);

        JsonShape.AssertMatches(
            """
            [{"role":"assistant","content":"Understood."},
             {"role":"assistant","content":"Calling.","tool_calls":[{"id":"a","type":"function","function":{"name":"find","arguments":"{}"}}]},
             {"role":"tool","tool_call_id":"a","content":"[removed]"},
             {"role":"assistant","content":"  Done.  "}]
            """,
            chat.GetProperty("messages"));

        async Task WriteAsync(params string[] messages)
        {
            foreach (var message in messages)
            {
                await user.WriteMessageAsync(session, message);
            }
        }

        static string Call(params string[] ids) =>
            $$$"""
            {"role":"assistant","content":"Calling.","metadata":{"tool_calls":[{{{string.Join(',', ids.Select(id => $$$"""{"id":"{{{id}}}","function":{"name":"find","arguments":"{}"}}"""))}}}]}}
            """;

        static string Result(string id) => $$$"""{"role":"tool","content":"Result {{{id}}}","message_type":"tool_result","metadata":{"tool_call_id":"{{{id}}}"}}""";
    }

    [Fact]
    public async Task A_redacted_system_message_is_left_out_where_it_would_be_kept()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        await user.WriteMessageAsync(session, """{"role":"system","content":"Secret."}""");
        await user.WriteMessageAsync(session, """{"role":"user","content":"Hello"}""");
        (await user.DeleteAsync($"{session}/messages/1")).Is(200);

        var chat = (await user.GetAsync($"{session}/context?format=openai&keep=system")).Is(200);

        Assert.Equal("Hello", Assert.Single(chat.Items("messages")).Text("content"));
    }

    private static string Text(int tokens) => new('x', tokens * 4);
}
