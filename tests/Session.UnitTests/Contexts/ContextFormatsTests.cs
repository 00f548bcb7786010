using System.Text.Json;

namespace SessionService.UnitTests.Contexts;

public sealed class ContextFormatsTests
{
    private const string Png = "iVBORw0KGgo=";

    // One conversation, as the clients of each vendor write the messages.
    private static readonly Dictionary<string, string[]> Conversations = new(StringComparer.Ordinal)
    {
        ["own"] =
        [
            """{"role":"user","content":[{"type":"text","text":"Oslo and Rome?"},{"type":"image","url":"https://example.com/map.png"}]}""",
            """{"role":"assistant","content":[{"type":"reasoning","text":"Two cities."},{"type":"text","text":"I look."},{"type":"tool_call","id":"a","name":"weather","arguments":{"city":"Oslo"}},{"type":"tool_call","id":"b","name":"weather","arguments":"{\"city\":\"Rome\"}"}]}""",
            """{"role":"tool","content":[{"type":"tool_result","tool_call_id":"b","content":"18 degrees"},{"type":"tool_result","tool_call_id":"a","content":"3 degrees"}]}""",
            """{"role":"assistant","content":[{"type":"text","text":"Rome."}]}""",
        ],
        ["openai"] =
        [
            """{"role":"user","content":[{"type":"text","text":"Oslo and Rome?"},{"type":"image_url","image_url":{"url":"https://example.com/map.png","detail":"low"}}]}""",
            """{"role":"assistant","content":"I look.","tool_calls":[{"id":"call_a","type":"function","function":{"name":"weather","arguments":"{\"city\":\"Oslo\"}"}},{"id":"call_b","type":"function","function":{"name":"weather","arguments":"{\"city\":\"Rome\"}"}}]}""",
            """{"role":"tool","tool_call_id":"call_b","content":"18 degrees"}""",
            """{"role":"tool","tool_call_id":"call_a","content":[{"type":"text","text":"3 degrees"}]}""",
            """{"role":"assistant","content":"Rome."}""",
        ],
        ["openai-responses"] =
        [
            """{"role":"user","content":[{"type":"input_text","text":"Oslo and Rome?"},{"type":"input_image","image_url":"https://example.com/map.png","detail":"auto"}]}""",
            """{"role":"assistant","content":[{"type":"reasoning","id":"rs_1","summary":[{"type":"summary_text","text":"Two cities."}],"encrypted_content":"gAAAAB"},{"type":"message","id":"msg_1","role":"assistant","status":"completed","content":[{"type":"output_text","text":"I look.","annotations":[]}]},{"type":"function_call","id":"fc_1","call_id":"call_a","name":"weather","arguments":"{\"city\":\"Oslo\"}","status":"completed"},{"type":"function_call","id":"fc_2","call_id":"call_b","name":"weather","arguments":"{\"city\":\"Rome\"}"}]}""",
            """{"role":"tool","content":[{"type":"function_call_output","call_id":"call_b","output":"18 degrees"},{"type":"function_call_output","call_id":"call_a","output":[{"type":"input_text","text":"3 degrees"}]}]}""",
            """{"role":"assistant","content":[{"type":"output_text","text":"Rome.","annotations":[]}]}""",
        ],
        ["anthropic"] =
        [
            """{"role":"user","content":[{"type":"text","text":"Oslo and Rome?"},{"type":"image","source":{"type":"url","url":"https://example.com/map.png"}}]}""",
            """{"role":"assistant","content":[{"type":"thinking","thinking":"Two cities.","signature":"EqQB"},{"type":"redacted_thinking","data":"EmwK"},{"type":"text","text":"I look."},{"type":"tool_use","id":"toolu_a","name":"weather","input":{"city":"Oslo"}},{"type":"tool_use","id":"toolu_b","name":"weather","input":{"city":"Rome"}}]}""",
            """{"role":"user","content":[{"type":"tool_result","tool_use_id":"toolu_b","content":"18 degrees"},{"type":"tool_result","tool_use_id":"toolu_a","content":[{"type":"text","text":"3 degrees"}]}]}""",
            """{"role":"assistant","content":[{"type":"text","text":"Rome."}]}""",
        ],
        ["Microsoft.Extensions.AI"] =
        [
            """{"role":"user","content":[{"$type":"text","text":"Oslo and Rome?"},{"$type":"uri","uri":"https://example.com/map.png","mediaType":"image/png"}]}""",
            """{"role":"assistant","content":[{"$type":"reasoning","text":"Two cities."},{"$type":"text","text":"I look."},{"$type":"functionCall","callId":"a","name":"weather","arguments":{"city":"Oslo"}},{"$type":"functionCall","callId":"b","name":"weather","arguments":{"city":"Rome"}}]}""",
            """{"role":"tool","content":[{"$type":"functionResult","callId":"b","result":"18 degrees"},{"$type":"functionResult","callId":"a","result":"3 degrees"}]}""",
            """{"role":"assistant","content":[{"$type":"text","text":"Rome."}]}""",
        ],
        ["AI SDK, user interface"] =
        [
            """{"role":"user","content":[{"type":"text","text":"Oslo and Rome?"},{"type":"file","mediaType":"image/png","url":"https://example.com/map.png"}]}""",
            """{"role":"assistant","content":[{"type":"step-start"},{"type":"reasoning","text":"Two cities.","state":"done"},{"type":"text","text":"I look."},{"type":"tool-weather","toolCallId":"b","state":"output-available","input":{"city":"Rome"},"output":"18 degrees"},{"type":"dynamic-tool","toolName":"weather","toolCallId":"a","state":"output-available","input":{"city":"Oslo"},"output":"3 degrees"},{"type":"step-start"},{"type":"text","text":"Rome."}]}""",
        ],
        ["AI SDK, model"] =
        [
            """{"role":"user","content":[{"type":"text","text":"Oslo and Rome?"},{"type":"image","image":"https://example.com/map.png","mediaType":"image/png"}]}""",
            """{"role":"assistant","content":[{"type":"text","text":"I look."},{"type":"tool-call","toolCallId":"a","toolName":"weather","input":{"city":"Oslo"}},{"type":"tool-call","toolCallId":"b","toolName":"weather","input":{"city":"Rome"}}]}""",
            """{"role":"tool","content":[{"type":"tool-result","toolCallId":"b","toolName":"weather","output":{"type":"text","value":"18 degrees"}},{"type":"tool-result","toolCallId":"a","toolName":"weather","output":{"type":"json","value":"3 degrees"}}]}""",
            """{"role":"assistant","content":[{"type":"text","text":"Rome."}]}""",
        ],
        ["Gemini"] =
        [
            """{"role":"user","content":[{"text":"Oslo and Rome?"},{"fileData":{"mimeType":"image/png","fileUri":"https://example.com/map.png"}}]}""",
            """{"role":"assistant","content":[{"text":"Two cities.","thought":true},{"text":"I look."},{"functionCall":{"name":"weather","args":{"city":"Rome"}},"thoughtSignature":"Cg"},{"functionCall":{"name":"weather","args":{"city":"Oslo"}}}]}""",
            """{"role":"user","content":[{"functionResponse":{"name":"weather","response":{"output":"18 degrees"}}},{"functionResponse":{"name":"weather","response":{"output":"3 degrees"}}}]}""",
            """{"role":"assistant","content":[{"text":"Rome."}]}""",
        ],
        ["Ollama"] =
        [
            """{"role":"user","content":[{"type":"text","text":"Oslo and Rome?"},{"type":"image_url","image_url":{"url":"https://example.com/map.png"}}]}""",
            """{"role":"assistant","content":"I look.","tool_calls":[{"function":{"name":"weather","arguments":{"city":"Rome"}}},{"function":{"index":1,"name":"weather","arguments":{"city":"Oslo"}}}]}""",
            """{"role":"tool","content":"18 degrees"}""",
            """{"role":"tool","content":"3 degrees"}""",
            """{"role":"assistant","content":"Rome."}""",
        ],
        ["the old way"] =
        [
            """{"role":"user","content":"Oslo and Rome?","metadata":{"source":"openai","parts":[{"type":"image","url":"https://example.com/map.png"}]}}""",
            """{"role":"assistant","content":"I look.","message_type":"tool_call","metadata":{"source":"openai","parts":[{"type":"thinking","thinking":"Two cities.","signature":"EqQB"}],"tool_calls":[{"id":"a","type":"function","function":{"name":"weather","arguments":"{\"city\":\"Oslo\"}"}},{"id":"b","type":"function","function":{"name":"weather","arguments":"{\"city\":\"Rome\"}"}}]}}""",
            """{"role":"tool","content":"18 degrees","message_type":"tool_result","metadata":{"tool_call_id":"b"}}""",
            """{"role":"tool","content":"3 degrees","message_type":"tool_result","metadata":{"tool_call_id":"a"}}""",
            """{"role":"assistant","content":"Rome."}""",
        ],
    };

    public static IEnumerable<object[]> VendorsAndFormats() =>
        Conversations.Keys.SelectMany(vendor => ModelApi.Formats.Select(format => new object[] { vendor, format }));

    [Theory]
    [MemberData(nameof(VendorsAndFormats))]
    public async Task Every_vendors_conversation_is_told_to_every_model(string vendor, string format)
    {
        var told = ModelApi.Read(await Session(Conversations[vendor]).ContextAsync(format));

        Assert.Equal(
            ["assistant: I look.", "assistant: Rome.", "call: weather {\"city\":\"Oslo\"}", "call: weather {\"city\":\"Rome\"}", "user: <https://example.com/map.png>", "user: Oslo and Rome?"],
            told.Where(line => !line.StartsWith("result", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
        Assert.Equal("user: Oslo and Rome?", told[0]);
        Assert.Contains("18 degrees", told[5], StringComparison.Ordinal);
        Assert.Contains("3 degrees", told[6], StringComparison.Ordinal);
        Assert.Equal("assistant: Rome.", told[7]);
    }

    [Theory]
    [MemberData(nameof(VendorsAndFormats))]
    public async Task Reasoning_is_given_to_the_model_that_takes_it(string vendor, string format)
    {
        var context = await Session(Conversations[vendor]).ContextAsync(format, hasReasoning: true);

        var reasoning = (vendor, format) switch
        {
            ("openai-responses", "openai-responses") => """{"type":"reasoning","id":"rs_1","summary":[{"type":"summary_text","text":"Two cities."}],"encrypted_content":"gAAAAB"}""",
            ("anthropic", "anthropic") => """{"type":"thinking","thinking":"Two cities.","signature":"EqQB"},{"type":"redacted_thinking","data":"EmwK"}""",
            ("the old way", "anthropic") => """{"type":"thinking","thinking":"Two cities.","signature":"EqQB"}""",
            _ => null,
        };
        Assert.Equal(reasoning is not null, ModelApi.Read(context).Contains("reasoning"));
        Assert.Contains(reasoning ?? "", context.GetRawText(), StringComparison.Ordinal);
        Assert.Equal(reasoning is not null, context.GetRawText().Contains("Two cities.", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_sessions_own_format_has_the_parts_as_they_were_given()
    {
        var session = Session(Conversations["anthropic"]);

        var without = (await session.ContextAsync("session")).GetProperty("messages");
        var with = (await session.ContextAsync("session", hasReasoning: true)).GetProperty("messages");

        var given = JsonElement.Parse(Conversations["anthropic"][1]).GetProperty("content");
        Assert.True(JsonElement.DeepEquals(given, with[1].GetProperty("parts")));
        Assert.Equal(given.EnumerateArray().Skip(2).Select(part => part.GetRawText()), without[1].GetProperty("parts").EnumerateArray().Select(part => part.GetRawText()));
        Assert.Equal("I look.", without[1].GetProperty("content").GetString());
    }

    [Theory]
    [InlineData("openai")]
    [InlineData("openai-responses")]
    [InlineData("anthropic")]
    public async Task System_prompts_and_the_memory_come_first(string format)
    {
        var session = Session(
            """{"role":"developer","content":"Be brief.","name":"Ada L."}""",
            """{"role":"user","content":"Hello","name":"Ada L."}""");
        session.Memory = "Lives in Linz.";

        var context = await session.ContextAsync(format, keepsSystem: true);

        var told = ModelApi.Read(context);
        Assert.Equal("user: Hello", told[^1]);
        Assert.Equal("system: Be brief. Lives in Linz.", string.Join(' ', told[..^1]).Replace("\n\n", " ", StringComparison.Ordinal).Replace(" system: L", " L", StringComparison.Ordinal));
        Assert.Equal(JsonValueKind.Null, context.GetProperty("memory").ValueKind);
    }

    [Fact]
    public async Task Anthropics_system_is_there_even_if_empty_and_the_user_speaks_first()
    {
        var context = await Session("""{"role":"assistant","content":"Good morning. "}""").ContextAsync("anthropic");

        Assert.Equal("", context.GetProperty("system").GetString());
        Assert.Equal(["user: [The conversation starts here.]", "assistant: Good morning."], ModelApi.Read(context));
    }

    [Theory]
    [InlineData("openai")]
    [InlineData("openai-responses")]
    [InlineData("anthropic")]
    public async Task What_is_not_whole_is_left_out_with_what_belongs_to_it(string format)
    {
        var session = Session(
            """{"role":"user","content":"First"}""",
            """{"role":"assistant","content":[{"type":"tool_call","id":"a","name":"find","arguments":{}}],"status":"incomplete"}""",
            """{"role":"tool","content":[{"type":"tool_result","tool_call_id":"a","content":"of a call that is not whole"}]}""",
            """{"role":"assistant","content":[{"type":"text","text":"Calling."},{"type":"tool_call","id":"b","name":"find","arguments":{}},{"type":"tool_call","id":"c","name":"find","arguments":{}}]}""",
            """{"role":"tool","content":[{"type":"tool_result","tool_call_id":"c","content":""}]}""",
            """{"role":"assistant","content":[{"type":"tool_call","id":"d","name":"find","arguments":{}}]}""",
            """{"role":"assistant","content":"   "}""",
            """{"role":"user","content":"Last"}""",
            """{"role":"assistant","content":"Wri","status":"in_progress"}""");

        var told = ModelApi.Read(await session.ContextAsync(format));

        Assert.Equal(["user: First", "assistant: Calling.", "call: find {}", "result: [no output]", "user: Last"], told);
    }

    [Fact]
    public async Task Results_without_ids_go_to_the_calls_of_their_tools()
    {
        var session = Session(
            """{"role":"user","content":"Go."}""",
            """{"role":"assistant","content":[{"functionCall":{"name":"lamp","args":{}}},{"functionCall":{"name":"door","args":{}}},{"executableCode":{"language":"PYTHON","code":"1+2"}}]}""",
            """{"role":"user","content":[{"codeExecutionResult":{"outcome":"OUTCOME_OK","output":"three"}},{"functionResponse":{"name":"door","response":{"is":"shut"}}},{"functionResponse":{"name":"lamp","response":{"is":"lit"}}}]}""");

        var messages = (await session.ContextAsync("openai")).GetProperty("messages").EnumerateArray().ToList();

        var tools = messages[1].GetProperty("tool_calls").EnumerateArray()
            .ToDictionary(call => call.GetProperty("id").GetString()!, call => call.GetProperty("function").GetProperty("name").GetString());
        Assert.Equal(3, tools.Count);
        Assert.All(messages[2..5], result => Assert.Contains(
            tools[result.GetProperty("tool_call_id").GetString()!] switch { "lamp" => "lit", "door" => "shut", _ => "three" },
            result.GetProperty("content").GetRawText(),
            StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("session", 900)]
    [InlineData("openai", 900)]
    [InlineData("openai-responses", 900)]
    [InlineData("anthropic", 900)]
    [InlineData("anthropic", 100)]
    public async Task The_newest_message_has_room_whatever_its_pictures_and_arguments_take(string format, int maxTokens)
    {
        var pictures = string.Join(',', Enumerable.Repeat("""{"type":"image","url":"https://example.com/map.png"}""", 2));
        var asked = Session($$"""{"role":"user","content":[{"type":"text","text":"Compare the two."},{{pictures}}]}""");
        var called = Session(
            $$$"""{"role":"assistant","content":[{"type":"tool_call","id":"a","name":"write","arguments":{"text":"{{{string.Concat(Enumerable.Repeat("word ", 2_000))}}}"}}]}""",
            """{"role":"tool","content":[{"type":"tool_result","tool_call_id":"a","content":"Written."}]}""");

        foreach (var session in new[] { asked, called })
        {
            var context = await session.ContextAsync(format, maxTokens);
            Assert.InRange(context.GetProperty("tokens").GetInt32(), 1, maxTokens);
            Assert.NotEqual(0, context.GetProperty(format is "openai-responses" ? "input" : "messages").GetArrayLength());
        }
    }

    [Theory]
    [InlineData("openai")]
    [InlineData("openai-responses")]
    [InlineData("anthropic")]
    public async Task A_redacted_result_whose_call_remains_is_named(string format)
    {
        var session = Session(Conversations["anthropic"][..2])
            .Add("""{"role":"user","content":"x","message_type":"tool_result"}""", isRedacted: true)
            .Add("""{"role":"user","content":"And Linz?"}""")
            .Add(Conversations["openai"][1], isRedacted: true)
            .Add(Conversations["openai"][2])
            .Add("""{"role":"user","content":"Well?"}""");

        var told = ModelApi.Read(await session.ContextAsync(format));

        Assert.Equal(["assistant: I look.", "call: weather {\"city\":\"Oslo\"}", "result: [removed]", "user: And Linz?", "user: Well?"], told[2..]);
    }

    [Theory]
    [InlineData("openai")]
    [InlineData("openai-responses")]
    [InlineData("anthropic")]
    public async Task Attachments_are_named_or_given_as_data(string format)
    {
        var (picture, pdf, sound, gone) = (Guid.CreateVersion7(), Guid.CreateVersion7(), Guid.CreateVersion7(), Guid.CreateVersion7());
        var session = Session(
            $$"""{"role":"user","content":[{"type":"text","text":"See"},{"type":"image","attachment_id":"{{picture}}","media_type":"image/png"},{"type":"file","attachment_id":"{{pdf}}","name":"a.pdf"},{"type":"audio","attachment_id":"{{sound}}"},{"type":"image","attachment_id":"{{gone}}","name":"b.png"}]}""",
            """{"role":"assistant","content":[{"type":"tool_use","id":"a","name":"shot","input":{}}]}""",
            $$$"""{"role":"user","content":[{"type":"tool_result","tool_use_id":"a","is_error":true,"content":[{"type":"text","text":"Seen"},{"type":"image","source":{"type":"base64","media_type":"image/png","data":"{{{Png}}}"}}]}]}""",
            """{"role":"assistant","content":[{"type":"text","text":"Drawn"},{"type":"image","url":"https://example.com/own.png"}]}""");
        session.Attachments[picture] = (Convert.FromBase64String(Png), "image/png");
        session.Attachments[pdf] = ([1], "application/pdf");
        session.Attachments[sound] = ([1], "audio/mpeg");

        var named = ModelApi.Read(await session.ContextAsync(format));
        var given = ModelApi.Read(await session.ContextAsync(format, isInline: true));

        Assert.Equal(
            ["user: See", $"user: [image (image/png): attachment {picture}]", $"user: [file a.pdf: attachment {pdf}]", $"user: [audio: attachment {sound}]", $"user: [image b.png: attachment {gone}]"],
            string.Join('\n', named.TakeWhile(line => line.StartsWith("user", StringComparison.Ordinal))).Split('\n').Select(line => line.StartsWith('[') ? $"user: {line}" : line));
        Assert.Equal([$"user: <data:image/png;base64,{Png}>", "user: <file>"], given[1..3]);
        Assert.Equal(format == "openai" ? "user: <audio>" : $"user: [audio: attachment {sound}]", given[3]);
        Assert.Equal(format == "openai" ? "result: Seen\n[image (image/png)]" : $"result: user: Seen user: <data:image/png;base64,{Png}>", given[6]);
        Assert.Contains("[image: https://example.com/own.png]", given[^1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("openai", "call: shell ls -l")]
    [InlineData("openai-responses", "call: shell ls -l")]
    [InlineData("anthropic", """call: shell {"input":"ls -l"}""")]
    public async Task Custom_tools_take_a_text(string format, string call)
    {
        var session = Session(
            """{"role":"user","content":"List"}""",
            """{"role":"assistant","content":[{"type":"custom_tool_call","call_id":"a","name":"shell","input":"ls -l"}]}""",
            """{"role":"tool","content":[{"type":"custom_tool_call_output","call_id":"a","output":"b.txt"}]}""");

        Assert.Equal(["user: List", call, "result: b.txt"], ModelApi.Read(await session.ContextAsync(format)));
    }

    [Theory]
    [InlineData("openai")]
    [InlineData("openai-responses")]
    [InlineData("anthropic")]
    public async Task A_message_with_parts_is_cut_in_its_texts_and_results(string format)
    {
        var output = string.Join(' ', Enumerable.Range(0, 5_000));
        var session = Session(
            """{"role":"user","content":"Read it."}""",
            """{"role":"assistant","content":[{"type":"tool_use","id":"a","name":"read","input":{}},{"type":"tool_use","id":"b","name":"read","input":{}}]}""",
            $$"""{"role":"user","content":[{"type":"tool_result","tool_use_id":"a","content":"short"},{"type":"tool_result","tool_use_id":"b","content":"{{output}}"}]}""");

        var context = await session.ContextAsync(format, maxTokens: 500);
        var stored = (await session.ContextAsync("session", maxTokens: 500)).GetProperty("messages")[2];

        var told = ModelApi.Read(context);
        Assert.Equal(["user: Read it.", "call: read {}", "call: read {}", "result: short"], told[..^1]);
        Assert.Matches(@"^result: 0 1 [\s\S]*\n\[\d+ tokens left out\]\n[\s\S]* 4999$", told[^1]);
        Assert.InRange(context.GetProperty("tokens").GetInt32(), 400, 500);
        Assert.True(JsonElement.DeepEquals(JsonElement.Parse("""{"type":"tool_result","tool_use_id":"a","content":"short"}"""), stored.GetProperty("parts")[0]));
        Assert.Equal(told[^1], "result: " + stored.GetProperty("parts")[1].GetProperty("content").GetString());
        Assert.EndsWith(" 4999", stored.GetProperty("content").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refusal_stays_one_where_the_api_knows_refusals()
    {
        var session = Session(
            """{"role":"user","content":"Do it."}""",
            """{"role":"assistant","content":[{"type":"refusal","refusal":"No."}]}""",
            """{"role":"assistant","content":[{"type":"text","text":"Well,"},{"type":"refusal","text":"never."}]}""");

        var chat = (await session.ContextAsync("openai")).GetProperty("messages");

        Assert.Equal("No.", chat[1].GetProperty("content")[0].GetProperty("refusal").GetString());
        Assert.Equal("never.", chat[2].GetProperty("refusal").GetString());
        Assert.Equal(["user: Do it.", "assistant: No.", "assistant: Well,", "assistant: never."], ModelApi.Read(await session.ContextAsync("openai-responses")));
    }

    [Theory]
    [InlineData("""[{"name":"wheel"},{"count":3}]""")]
    [InlineData("""[{"type":5},{}]""")]
    [InlineData("""["wheel",1]""")]
    [InlineData("""{"wheel":1}""")]
    [InlineData("""[{"type":"image","url":"https://example.com/map.png"}]""")]
    public async Task Labels_that_are_called_parts_are_no_parts(string parts)
    {
        var session = Session($$$"""{"role":"user","content":"Hello","metadata":{"parts":{{{parts}}}}}""");

        Assert.Equal(["user: Hello"], ModelApi.Read(await session.ContextAsync("anthropic")));
    }

    [Fact]
    public async Task Kept_counts_are_taken_for_long_messages()
    {
        var session = Session($$"""{"role":"user","content":"{{new string('x', 20_000)}}"}""");
        session.Counts[1] = 17;

        Assert.Equal(17, (await session.ContextAsync("session")).GetProperty("tokens").GetInt32());
    }

    private static StoredSession Session(params string[] messages)
    {
        var session = new StoredSession();
        foreach (var message in messages)
        {
            session.Add(message);
        }

        return session;
    }
}
