using System.Text.Json;
using SessionService.IntegrationTests.Hosting;

namespace SessionService.IntegrationTests.Contexts;

public sealed class ContextTests(ByteCountingFixture service) : IClassFixture<ByteCountingFixture>
{
    [Fact]
    public async Task The_memory_and_the_newest_messages_that_fit_come_oldest_first()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        for (var i = 1; i <= 10; i++)
        {
            await user.WriteMessageAsync(session, $$"""{"role":"user","content":"Message {{i}}","tokens_used":10}""");
        }

        (await user.PostAsync($"{session}/memory", """{"content":"Likes it short."}""")).Is(201);

        var context = (await user.GetAsync($"{session}/context?max_tokens=38")).Is(200);

        Assert.Equal(("session", 38, 34, 4), (context.Text("format"), context.Number("max_tokens"), context.Number("tokens"), context.Number("estimated_tokens")));
        Assert.Equal(("Likes it short.", 4), (context.GetProperty("memory").Text("content"), context.GetProperty("memory").Number("tokens")));
        Assert.Equal(["Message 8", "Message 9", "Message 10"], context.Items("messages").Select(message => message.Text("content")));
        Assert.Equal((8, 7), (context.Number("included_from_sequence"), context.Number("omitted_messages")));
        Assert.All(context.Items("messages"), message => Assert.False(message.GetProperty("is_estimated").GetBoolean()));
    }

    [Fact]
    public async Task Tokens_are_estimated_where_none_are_given()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        await user.WriteMessageAsync(session, """{"role":"user","content":"日本語日本"}""");
        await user.WriteMessageAsync(session, """{"role":"assistant","content":"x","tokens_used":7}""");

        var context = (await user.GetAsync($"{session}/context")).Is(200);

        Assert.Equal([(4, true), (7, false)], context.Items("messages").Select(message => ((int)message.Number("tokens"), message.GetProperty("is_estimated").GetBoolean())));
        Assert.Equal((4000, 11, 4), (context.Number("max_tokens"), context.Number("tokens"), context.Number("estimated_tokens")));
    }

    [Fact]
    public async Task Nothing_is_asked_for_more_than_it_is_given_room()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        await user.WriteMessageAsync(session, """{"role":"user","content":"Small","tokens_used":1}""");
        await user.WriteMessageAsync(session, """{"role":"user","content":"Large","tokens_used":100}""");
        (await user.PostAsync($"{session}/memory", """{"content":"A memory of more than twenty bytes."}""")).Is(201);

        var context = (await user.GetAsync($"{session}/context?max_tokens=5")).Is(200);
        var chat = (await user.GetAsync($"{session}/context?max_tokens=5&format=openai")).Is(200);

        Assert.Equal((0, 2), (context.Number("tokens"), context.Number("omitted_messages")));
        Assert.Empty(context.Items("messages"));
        Assert.Empty(chat.Items("messages"));
        Assert.Equal((JsonValueKind.Null, JsonValueKind.Null), (context.GetProperty("memory").ValueKind, context.GetProperty("included_from_sequence").ValueKind));
    }

    [Fact]
    public async Task An_empty_session_has_an_empty_context()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();

        var context = (await user.GetAsync($"{session}/context")).Is(200);

        Assert.Equal((0, 0), (context.Number("tokens"), context.Number("omitted_messages")));
        Assert.Empty(context.Items("messages"));
        (await user.GetAsync($"{session}/context?max_tokens=0&format=xml")).IsInvalid("max_tokens", "format");
        (await user.GetAsync($"{session}/context?max_tokens=1000001")).IsInvalid("max_tokens");
        (await service.AsNewUser().GetAsync($"{session}/context")).IsProblem(404, "session_not_found");
    }

    // From a call on, everything up to its result is one piece, whatever the budget cuts off.
    [Fact]
    public async Task A_call_is_never_parted_from_its_result_whatever_the_budget()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        string[] types = ["chat", "tool_call", "tool_call", "tool_result", "notification", "tool_result", "chat", "tool_call", "tool_result", "chat"];
        foreach (var type in types)
        {
            await user.WriteMessageAsync(session, $$"""{"role":"{{(type == "tool_result" ? "tool" : "assistant")}}","content":"x","message_type":"{{type}}","tokens_used":1}""");
        }

        var starts = new List<long?>();
        for (var budget = 1; budget <= types.Length; budget++)
        {
            var context = (await user.GetAsync($"{session}/context?max_tokens={budget}")).Is(200);
            starts.Add(context.Number("included_from_sequence"));
            Assert.InRange(context.Number("tokens"), 1, budget);
        }

        Assert.Equal([10, 10, 8, 7, 7, 7, 7, 7, 2, 1], starts);
    }

    [Fact]
    public async Task A_result_without_its_call_does_not_hold_back_the_rest()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        for (var i = 0; i < 150; i++)
        {
            await user.WriteMessageAsync(session, """{"role":"user","content":"x","tokens_used":1}""");
        }

        await user.WriteMessageAsync(session, """{"role":"tool","content":"orphan","message_type":"tool_result","tokens_used":1,"metadata":{"tool_call_id":"gone"}}""");

        var context = (await user.GetAsync($"{session}/context?max_tokens=3&format=openai")).Is(200);

        Assert.Equal((149, 148), (context.Number("included_from_sequence"), context.Number("omitted_messages")));
        Assert.Equal(["user", "user", "user"], context.Items("messages").Select(message => message.Text("role")));
    }

    [Fact]
    public async Task A_chat_completion_call_takes_the_messages_as_they_are()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        foreach (var message in new[]
        {
            """{"role":"system","content":"Be brief."}""",
            """{"role":"user","content":"Weather in Paris and 東京?"}""",
            """{"role":"assistant","content":"{\"city\":\"Paris\"}","message_type":"tool_call","metadata":{"tool_call_id":"call_1","name":"weather","arguments":{"city":"Paris"}}}""",
            """{"role":"assistant","content":"Asking.","message_type":"tool_call","metadata":{"tool_calls":[{"id":"call_2","type":"function","function":{"name":"weather","arguments":"{\"city\":\"東京\"}"}}]}}""",
            """{"role":"system","content":"Retrying.","message_type":"notification"}""",
            """{"role":"tool","content":"rain","message_type":"tool_result","metadata":{"tool_call_id":"call_2"}}""",
            """{"role":"tool","content":"sun","message_type":"tool_result","metadata":{"tool_call_id":"call_1"}}""",
            """{"role":"assistant","content":"Sun and rain."}""",
            """{"role":"assistant","content":"calls something","message_type":"tool_call"}""",
            """{"role":"tool","content":"its result","message_type":"tool_result"}""",
            """{"role":"assistant","content":"pending","message_type":"tool_call","metadata":{"id":"call_3","name":"weather"}}""",
        })
        {
            await user.WriteMessageAsync(session, message);
        }

        (await user.PostAsync($"{session}/memory", """{"content":"Lives in Berlin."}""")).Is(201);

        var context = (await user.GetAsync($"{session}/context?format=openai")).Is(200);

        JsonShape.AssertMatches(
            """
            [{"role":"system","content":"Lives in Berlin."},
             {"role":"system","content":"Be brief."},
             {"role":"user","content":"Weather in Paris and 東京?"},
             {"role":"assistant","content":"{\"city\":\"Paris\"}\nAsking.","tool_calls":[
                {"id":"call_1","type":"function","function":{"name":"weather","arguments":"{\"city\": \"Paris\"}"}},
                {"id":"call_2","type":"function","function":{"name":"weather","arguments":"{\"city\":\"東京\"}"}}]},
             {"role":"tool","tool_call_id":"call_2","content":"rain"},
             {"role":"tool","tool_call_id":"call_1","content":"sun"},
             {"role":"system","content":"Retrying."},
             {"role":"assistant","content":"Sun and rain."},
             {"role":"assistant","content":"calls something"},
             {"role":"user","content":"Result of a tool:\nits result"},
             {"role":"assistant","content":"pending"}]
            """,
            context.GetProperty("messages"));
    }

    [Fact]
    public async Task Calls_of_one_message_have_ids_of_their_own_and_are_no_more_than_the_API_takes()
    {
        var user = service.AsNewUser();
        var (doubled, many) = (await user.StartSessionAsync(), await user.StartSessionAsync());
        await user.WriteMessageAsync(doubled, """
            {"role":"assistant","content":"Asking.","message_type":"tool_call","metadata":{"tool_calls":[
                {"id":"call_1_1","function":{"name":"a","arguments":""}},{"function":{"name":"b"}},{"id":"call_1_1","function":{"name":"c"}}]}}
            """);
        var calls = Enumerable.Range(0, 129).Select(i => $$$"""{"id":"{{{i}}}","function":{"name":"f","arguments":"{}"}}""");
        await user.WriteMessageAsync(many, $$$"""
            {"role":"assistant","content":"Asking.","message_type":"tool_call","metadata":{"tool_calls":[{{{string.Join(',', calls)}}}]}}
            """);
        foreach (var (session, count) in new[] { (doubled, 3), (many, 129) })
        {
            var results = Enumerable.Range(0, count).Select(_ => """{"role":"tool","content":"result","message_type":"tool_result"}""");
            (await user.PostAsync($"{session}/messages/batch", $$"""{"messages":[{{string.Join(',', results)}}]}""")).Is(201);
        }

        var messages = (await user.GetAsync($"{doubled}/context?format=openai")).Is(200).Items("messages");
        var made = messages[0].Items("tool_calls");
        Assert.Equal(("call_1_1", "{}"), (made[0].Text("id"), made[0].GetProperty("function").Text("arguments")));
        Assert.Distinct(made.Select(call => call.Text("id")), StringComparer.Ordinal);
        Assert.Equal(made.Select(call => call.Text("id")), messages.Skip(1).Select(message => message.Text("tool_call_id")));

        var plain = (await user.GetAsync($"{many}/context?format=openai")).Is(200).Items("messages");
        Assert.Equal(130, plain.Count);
        Assert.All(plain, message => Assert.False(message.TryGetProperty("tool_calls", out _) || message.TryGetProperty("tool_call_id", out _)));
    }

    [Fact]
    public async Task A_long_session_is_read_no_further_than_the_answer_needs()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        for (var batch = 0; batch < 3; batch++)
        {
            var messages = string.Join(',', Enumerable.Range(0, 1000).Select(_ => """{"role":"user","content":"x","tokens_used":1}"""));
            (await user.PostAsync($"{session}/messages/batch", $$"""{"messages":[{{messages}}]}""")).Is(201);
        }

        var all = (await user.GetAsync($"{session}/context?max_tokens=1000000")).Is(200);
        var some = (await user.GetAsync($"{session}/context?max_tokens=120")).Is(200);

        Assert.Equal((2000, 1001, 1000), (all.Items("messages").Count, all.Number("included_from_sequence"), all.Number("omitted_messages")));
        Assert.Equal(Enumerable.Range(2881, 120).Select(n => (long)n), some.Items("messages").Select(message => message.Number("sequence")));
    }
}
