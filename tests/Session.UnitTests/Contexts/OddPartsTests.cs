using System.Text.Json;
using SessionService.Application.Json;
using SessionService.Application.Messages.Parts;

namespace SessionService.UnitTests.Contexts;

/// <summary>JSON that is accepted as parts, and that no API and no framework would write.</summary>
public sealed class OddPartsTests
{
    private static readonly string[] Formats = [.. ModelApi.Formats, "session"];

    private static readonly string[] Types = [.. KnownParts.Rows.SelectMany(row => row.TypeList).Select(type => type.Replace('*', 'x')).Distinct()];

    private static readonly string[] Names =
    [
        "type", "$type", "id", "call_id", "tool_call_id", "tool_use_id", "toolCallId", "callId", "name", "toolName", "arguments", "args",
        "input", "output", "content", "result", "text", "summary", "encrypted_content", "thinking", "signature", "data", "source", "url",
        "media_type", "mediaType", "image_url", "file", "file_id", "file_data", "attachment_id", "title", "custom", "function", "tool_call",
        "functionCall", "functionResponse", "response", "parts", "thought", "is_error", "status", "action", "state", "value",
    ];

    private static readonly string LongNumber = new('7', JsonLimits.MaxIntegerDigits);

    [Theory]
    [InlineData("""{"role":"assistant","content":[{"type":"tool_call","id":"a","name":"find","arguments":ARGUMENTS}]}""", 62)]
    [InlineData("""{"role":"assistant","content":null,"tool_calls":[{"id":"a","type":"function","function":{"name":"find","arguments":"TEXT"}}]}""", 64)]
    [InlineData("""{"role":"assistant","content":"","message_type":"tool_call","metadata":{"tool_calls":[{"id":"a","function":{"name":"find","arguments":"TEXT"}}]}}""", 64)]
    public async Task Arguments_are_given_as_deep_as_they_may_be(string call, int depth)
    {
        var deep = $"{string.Concat(Enumerable.Repeat("{\"a\":", depth - 1))}{{}}{new string('}', depth - 1)}";
        var session = new StoredSession()
            .Add(call.Replace("ARGUMENTS", deep, StringComparison.Ordinal).Replace("TEXT", deep.Replace("\"", "\\\"", StringComparison.Ordinal), StringComparison.Ordinal))
            .Add("""{"role":"tool","tool_call_id":"a","content":"found"}""");

        foreach (var format in Formats)
        {
            var context = (await session.ContextAsync(format)).GetRawText();

            Assert.Contains(deep, context.Replace("\\\"", "\"", StringComparison.Ordinal), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_result_is_given_as_deep_as_it_may_be()
    {
        var deep = Deep('[', ']', JsonLimits.MaxDepth - 1);
        Assert.Empty(PartChecks.Refuse(JsonDocument.Parse($$"""[{"type":"x","a":{{deep}}}]""", new JsonDocumentOptions { MaxDepth = 100 }).RootElement));
        var session = new StoredSession()
            .Add("""{"role":"assistant","content":[{"type":"tool_call","id":"a","name":"find","arguments":{}}]}""")
            .Add($$"""{"role":"tool","tool_call_id":"a","content":[{"type":"x","a":{{deep}}},{"type":"reasoning","text":"Hm"}]}""")
            .Add($$"""{"role":"assistant","content":[{"type":"x","a":{{deep}}},{"type":"reasoning","text":"Hm"}]}""");

        foreach (var format in Formats)
        {
            await session.ContextAsync(format);
        }
    }

    [Fact]
    public async Task Reasoning_with_a_doubled_member_is_given_as_it_was()
    {
        const string reasoning = """{"type":"reasoning","id":"rs_1","summary":[],"summary":[],"id":"rs_1"}""";
        var session = new StoredSession().Add($$"""{"role":"assistant","content":[{{reasoning}},{"type":"text","text":"Yes."}]}""");

        Assert.Contains(reasoning, (await session.ContextAsync("openai-responses", hasReasoning: true)).GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Whatever_is_accepted_is_told_in_every_format()
    {
        var accepted = 0;
        for (var seed = 0; seed < 1_500; seed++)
        {
            var random = new Random(seed);
            var session = new StoredSession { Tokenizer = "bytes" };
            for (var i = 0; i < 6; i++)
            {
                var parts = $"[{string.Join(',', Enumerable.Range(0, random.Next(1, 4)).Select(_ => Object(random, depth: 0, isPart: true)))}]";
                using var document = JsonDocument.Parse(parts, new JsonDocumentOptions { MaxDepth = 200 });
                if (PartChecks.Refuse(document.RootElement).Count == 0)
                {
                    accepted++;
                    var role = One(random, ["user", "assistant", "tool", "system"]);
                    session.Add($$"""{"role":"{{role}}",{{(random.Next(4) == 0 ? "\"tool_call_id\":\"a\"," : "")}}"content":{{parts}}}""");
                }

                var metadata = random.Next(3) == 0 ? $$"""{"source":"openai","parts":{{parts}}}""" : Object(random, depth: 4, isPart: false);
                session.Add($$"""{"role":"assistant","content":"{\"a\":1,\"a\":2}","message_type":"tool_call","metadata":{{metadata}}}""");
            }

            foreach (var format in Formats)
            {
                var budget = random.Next(2) == 0 ? 100_000 : random.Next(1, 200);
                try
                {
                    await session.ContextAsync(format, budget, hasReasoning: random.Next(3) > 0, isInline: random.Next(2) == 0);
                }
                catch (Exception exception)
                {
                    throw new InvalidOperationException($"Seed {seed}, {format}", exception);
                }
            }
        }

        Assert.InRange(accepted, 3_000, 9_000);
    }

    /// <summary>An object with odd members, some of them twice.</summary>
    private static string Object(Random random, int depth, bool isPart)
    {
        var members = Enumerable.Range(0, random.Next(1, 8)).Select(_ => $"\"{One(random, Names)}\":{Value(random, depth + 1)}").ToList();
        if (isPart)
        {
            members.Insert(random.Next(members.Count), $"\"{One(random, ["type", "type", "$type"])}\":\"{One(random, Types)}\"");
            members.AddRange(random.Next(3) == 0 ? ["\"id\":\"a\"", "\"summary\":[]", "\"name\":\"find\""] : []);
        }

        if (random.Next(3) == 0)
        {
            members.Add(members[random.Next(members.Count)]);
        }

        return $"{{{string.Join(',', members)}}}";
    }

    private static string Value(Random random, int depth) => random.Next(depth > 3 ? 8 : 14) switch
    {
        0 => "null",
        1 => One(random, ["true", "false"]),
        2 => One(random, ["1", "-0.0", "1e308", LongNumber, $"0.{LongNumber}"]),
        3 => One(random, ["\"\"", "\"a\"", "\"b\"", "\"find\"", "\"\\u0041\\n\"", "\"😀\""]),
        4 => One(random, ["\"https://example.com/a.png\"", "\"image/png\"", "\"AAAA\"", "\"data:image/png;base64,AAAA\"", "\"data:;base64,AAAA\""]),
        5 => One(random, ["\"{\\\"a\\\":1,\\\"a\\\":{}}\"", "\"[1,2]\"", "\"{\"", $"\"{Deep('[', ']', 64)}\"", $"\"{Deep('[', ']', 70)}\"", "\"\\\"{\\\\\\\"a\\\\\\\":1}\\\"\""]),
        6 => depth > 2 ? "[]" : One(random, [Deep('[', ']', JsonLimits.MaxDepth - 4), $"{string.Concat(Enumerable.Repeat("{\"a\":", 50))}1{new string('}', 50)}"]),
        7 => $"\"{One(random, Types)}\"",
        < 10 => $"[{string.Join(',', Enumerable.Range(0, random.Next(3)).Select(_ => Object(random, depth, isPart: true)))}]",
        < 12 => Object(random, depth, isPart: true),
        _ => Object(random, depth, isPart: false),
    };

    private static string Deep(char open, char close, int levels) => new string(open, levels) + new string(close, levels);

    private static string One(Random random, string[] choices) => choices[random.Next(choices.Length)];
}
