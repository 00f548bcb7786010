using SessionService.Application.Contexts.Tokens;

namespace SessionService.UnitTests.Contexts;

public sealed class RandomContextsTests
{
    private static readonly string[] Roles = ["user", "assistant", "system", "developer", "tool"];
    private static readonly string[] Statuses = ["completed", "completed", "completed", "completed", "in_progress", "incomplete"];
    private static readonly string[] Texts = ["Hello", "語り", "  ", "a longer text, with a 😀 in it", "{}", "\\n"];
    private static readonly string[] Names = ["find", "read_file", "no name", "", "x.y"];
    private static readonly string[] Arguments = ["{\\\"a\\\":1}", "", "no json", "[1]", "\\\"{}\\\""];

    [Theory]
    [InlineData(TokenCounter.O200kBase)]
    [InlineData(TokenCounter.Bytes)]
    public async Task Every_context_of_every_conversation_is_taken_and_keeps_to_its_tokens(string tokenizer)
    {
        for (var seed = 0; seed < 400; seed++)
        {
            var random = new Random(seed);
            var session = new StoredSession { Tokenizer = tokenizer, Memory = random.Next(3) == 0 ? "Likes it short." : null };
            for (var i = random.Next(1, 25); i > 0; i--)
            {
                session.Add(Message(random), isRedacted: random.Next(12) == 0);
            }

            foreach (var format in ModelApi.Formats.Append("session"))
            {
                var budget = random.Next(3) == 0 ? 100_000 : random.Next(1, 400);
                var context = await session.ContextAsync(
                    format, budget, keepsSystem: random.Next(2) == 0, hasReasoning: random.Next(2) == 0, isInline: random.Next(2) == 0);

                Assert.InRange(context.GetProperty("tokens").GetInt32(), 0, budget);
                if (format != "session")
                {
                    try
                    {
                        ModelApi.Read(context);
                    }
                    catch (Exception exception)
                    {
                        throw new InvalidOperationException($"Seed {seed}, {format}: {context}", exception);
                    }
                }
            }
        }
    }

    private static string Message(Random random)
    {
        var status = $"\"status\":\"{One(random, Statuses)}\"";
        var tokens = random.Next(4) == 0 ? $",\"tokens_used\":{random.Next(1, 200)}" : "";
        var rest = $"{status}{tokens}{(random.Next(5) == 0 ? ",\"name\":\"Ada L\"" : "")}";
        return random.Next(6) switch
        {
            0 => $$"""{"role":"{{One(random, Roles)}}","content":"{{One(random, Texts)}}",{{rest}}}""",
            1 => $$"""{"role":"assistant","content":"{{One(random, Texts)}}","message_type":"tool_call","metadata":{"tool_calls":[{{Many(random, OldCall)}}]},{{rest}}}""",
            2 => $$"""{"role":"tool","content":"{{One(random, Texts)}}","message_type":"tool_result","metadata":{"tool_call_id":"{{Id(random)}}"},{{rest}}}""",
            3 => $$"""{"role":"assistant","content":[{{Many(random, Answer)}}],{{rest}}}""",
            4 => $$"""{"role":"{{One(random, ["user", "tool"])}}","content":[{{Many(random, Result)}}],{{rest}}}""",
            _ => $$"""{"role":"{{One(random, Roles)}}","content":[{{Many(random, Any)}}],{{rest}}}""",
        };
    }

    private static string OldCall(Random random) =>
        $$$"""{"id":"{{{Id(random)}}}","function":{"name":"{{{One(random, Names)}}}","arguments":"{{{One(random, Arguments)}}}"}}""";

    private static string Answer(Random random) => random.Next(7) switch
    {
        0 => $$"""{"type":"text","text":"{{One(random, Texts)}}"}""",
        1 => $$$"""{"type":"tool_use","id":"{{{Id(random)}}}","name":"{{{One(random, Names)}}}","input":{}}""",
        2 => $$"""{"type":"function_call","call_id":"{{Id(random)}}","name":"{{One(random, Names)}}","arguments":"{{One(random, Arguments)}}"}""",
        3 => """{"type":"thinking","thinking":"Hm","signature":"Eq"}""",
        4 => $$"""{"type":"reasoning","id":"rs_{{random.Next()}}","summary":[],"encrypted_content":"g"}""",
        5 => $$"""{"type":"tool-find","toolCallId":"{{Id(random)}}","input":{},"output":{{(random.Next(2) == 0 ? "\"\"" : "{\"a\":1}")}}}""",
        _ => """{"functionCall":{"name":"find","args":{}}}""",
    };

    private static string Result(Random random) => random.Next(4) switch
    {
        0 => $$"""{"type":"tool_result","tool_use_id":"{{Id(random)}}","content":"{{One(random, Texts)}}"}""",
        1 => $$$"""{"type":"tool_result","tool_use_id":"{{{Id(random)}}}","content":[{"type":"image","source":{"type":"base64","media_type":"image/png","data":"iVBORw0KGgo="}}]}""",
        2 => $$"""{"type":"function_call_output","call_id":"{{Id(random)}}","output":"{{One(random, Texts)}}"}""",
        _ => """{"functionResponse":{"name":"find","response":{"a":1}}}""",
    };

    private static string Any(Random random) => random.Next(8) switch
    {
        0 or 1 => Answer(random),
        2 => Result(random),
        3 => $$"""{"type":"image","attachment_id":"{{Guid.CreateVersion7()}}"}""",
        4 => """{"type":"image_url","image_url":{"url":"http://example.com/a.png"}}""",
        5 => """{"type":"input_audio","input_audio":{"data":"AAAA","format":"ogg"}}""",
        6 => """{"type":"unheard-of","data":1}""",
        _ => """{"type":"document","source":{"type":"base64","media_type":"application/pdf","data":"AAAA"}}""",
    };

    private static string Many(Random random, Func<Random, string> one) =>
        string.Join(',', Enumerable.Range(0, random.Next(1, 4)).Select(_ => one(random)));

    // Few ids, so that calls and results meet, and some ids come twice; one is no id of Anthropic's, and one is too long.
    private static string Id(Random random) => One(random, ["a", "b", "c", "", "f:1", "call_1_0", new string('i', 70)]);

    private static string One(Random random, string[] choices) => choices[random.Next(choices.Length)];
}
