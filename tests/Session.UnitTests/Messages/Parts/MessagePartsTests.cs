using System.Text.Json;
using SessionService.Application.Messages.Parts;

namespace SessionService.UnitTests.Messages.Parts;

public sealed class MessagePartsTests
{
    private const string Call = """{"type":"tool_use","id":"c1","name":"tide","input":{"port":"Brest"}}""";
    private const string Result = """{"type":"tool_result","tool_use_id":"c1","content":"high at 9"}""";

    [Fact]
    public void Results_within_results_are_not_put_together_at_each_level()
    {
        var text = new string('a', 200_000);
        var json = $$"""{"type":"hologram","said":"{{text}}"}""";
        for (var depth = 0; depth < 25; depth++)
        {
            json = $$"""{"type":"tool_result","tool_use_id":"c1","content":[{{json}}]}""";
        }

        using var document = JsonDocument.Parse($"[{json}]", new JsonDocumentOptions { MaxDepth = 100 });
        var before = GC.GetAllocatedBytesForCurrentThread();
        var parts = MessageParts.Read(document.RootElement);

        Assert.Contains(text, parts.Text, StringComparison.Ordinal);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 12 * text.Length);
    }

    [Theory]
    [InlineData("""a \u00e9\u00E8 b""", "a éè b")]
    [InlineData("""\ud83d\ude00""", "😀")]
    [InlineData("""\ud83d \u0000 \u12 \u""", """\ud83d \u0000 \u12 \u""")]
    [InlineData("""\u\u0041\uuuu""", """\uA\uuuu""")]
    public void The_letters_stand_in_place_of_escapes(string text, string unescaped) => Assert.Equal(unescaped, PartText.Unescape(text));

    [Fact]
    public void The_text_of_a_message_is_its_texts_and_refusals()
    {
        var parts = Read($$"""[{"type":"thinking","thinking":"hm"},{"type":"text","text":"One."},{{Call}},{"type":"refusal","refusal":"Two."},{"type":"text","text":""}]""");

        Assert.Equal("One.\nTwo.", parts.Text);
        Assert.Equal("One.\nTwo.", parts.SearchText);
        Assert.Equal("tide\n{\"port\":\"Brest\"}", parts.CallText);
    }

    [Fact]
    public void The_text_of_a_message_of_results_is_the_results()
    {
        var parts = Read($$"""[{"type":"step-start"},{{Result}},{"type":"function_call_output","call_id":"c2","output":"low at 3"}]""");

        Assert.Equal("high at 9\nlow at 3", parts.Text);
        Assert.Equal("tool_result", parts.MessageType);
    }

    [Fact]
    public void Results_beside_a_text_are_searched_and_not_read()
    {
        var parts = Read($$"""[{{Result}},{"type":"text","text":"And tomorrow?"}]""");

        Assert.Equal("And tomorrow?", parts.Text);
        Assert.Equal("high at 9\nAnd tomorrow?", parts.SearchText);
        Assert.Equal("chat", parts.MessageType);
    }

    [Theory]
    [InlineData("[" + Call + "]", "tool_call")]
    [InlineData("[" + Call + """,{"type":"text","text":"I look."}]""", "tool_call")]
    [InlineData("[" + Call + "," + Result + "]", "tool_call")]
    [InlineData("[" + Result + "]", "tool_result")]
    [InlineData("[" + Result + """,{"type":"hologram"}]""", "chat")]
    [InlineData("""[{"type":"text","text":"Hi."}]""", "chat")]
    [InlineData("""[{"type":"thinking","thinking":"Hm."}]""", "chat")]
    public void The_type_of_a_message_follows_from_its_parts(string json, string type) => Assert.Equal(type, Read(json).MessageType);

    [Fact]
    public void Ids_arguments_reasoning_and_base64_are_not_searched()
    {
        var base64 = Convert.ToBase64String(Enumerable.Range(0, 600).Select(i => (byte)(i * 7)).ToArray());
        var parts = Read(
            $$$"""
            [{"type":"reasoning","summary":[{"type":"summary_text","text":"secret thought"}],"encrypted_content":"{{{base64}}}"},
             {"type":"function_call","call_id":"call_secret","name":"secret_tool","arguments":"{\"secret\":1}"},
             {"type":"function_call_output","call_id":"call_secret","output":"seen {{{base64}}} seen"},
             {"type":"function_call_output","call_id":"call_secret","output":"data:image/png;base64,iVBORw0KGgo="},
             {"type":"function_call_output","call_id":"call_secret","output":"{\"picture\":\"{{{base64.Replace("/", "\\\\/", StringComparison.Ordinal)}}}\"}"},
             {"$type":"functionResult","callId":"call_secret","result":{"a":"{{{base64.Replace("+", "\\u002B", StringComparison.Ordinal)}}}","n":1.0}},
             {"$type":"functionResult","callId":"call_secret","result":{"content":[{"type":"image","data":"c2VjcmV0","mimeType":"image/png"}]}},
             {"type":"tool_result","tool_use_id":"call_secret","content":[{"type":"image","source":{"type":"base64","media_type":"image/png","data":"{{{base64}}}"}}]}]
            """);

        Assert.DoesNotContain("secret", parts.SearchText, StringComparison.Ordinal);
        Assert.DoesNotContain("c2VjcmV0", parts.SearchText, StringComparison.Ordinal);
        Assert.DoesNotContain(base64[..40], parts.SearchText, StringComparison.Ordinal);
        Assert.DoesNotContain(base64[^40..], parts.SearchText, StringComparison.Ordinal);
        Assert.DoesNotContain("iVBORw0KGgo", parts.SearchText, StringComparison.Ordinal);
        Assert.Contains("seen  seen", parts.SearchText, StringComparison.Ordinal);
        Assert.Contains("""{"a":"","n":1.0}""", parts.SearchText, StringComparison.Ordinal);
    }

    [Fact]
    public void Letters_that_json_escapes_are_found()
    {
        var parts = Read(
            """[{"type":"function_call_output","call_id":"1","output":"{\"city\": \"Z\\u00fcrich\", \"sky\": \"\\ud83c\\udf24\", \"x\": \"\\ud83c\"}"}]""");

        Assert.Equal("""{"city": "Zürich", "sky": "🌤", "x": "\ud83c"}""", parts.SearchText);
        Assert.Equal("""{"city": "Z\u00fcrich", "sky": "\ud83c\udf24", "x": "\ud83c"}""", parts.Text);
    }

    [Fact]
    public void Words_and_paths_without_blanks_stay_in_the_text()
    {
        var path = string.Concat(Enumerable.Repeat("lib/site-packages/", 40)) + "x.py";
        var parts = Read($$"""[{"type":"tool_result","tool_call_id":"1","content":"in {{path}} use base64, please"}]""");

        Assert.Equal($"in {path} use base64, please", parts.Text);
    }

    [Fact]
    public void Pictures_in_a_result_are_nested()
    {
        var parts = Read(
            """
            [{"type":"tool_result","tool_use_id":"c1","content":[{"type":"text","text":"a"},{"type":"image","source":{"type":"url","url":"https://pictures.test/a.png"}}]},
             {"functionResponse":{"id":"c2","name":"draw","response":{"ok":true},"parts":[{"inlineData":{"mimeType":"image/png","data":"iVBORw0KGgo="}}]}},
             {"type":"computer_call_output","call_id":"c3","output":{"type":"computer_screenshot","image_url":"data:image/png;base64,iVBORw0KGgo="}}]
            """);

        Assert.All(parts.Parts, part => Assert.Equal(PartKind.Result, part.Kind));
        Assert.Equal(["https://pictures.test/a.png", null, null], parts.Parts.Select(part => Assert.Single(part.Nested).Media!.Url));
        Assert.Equal("a\n{\"ok\":true}", parts.Text);
    }

    private static MessageParts Read(string json) => MessageParts.Read(JsonDocument.Parse(json).RootElement);
}
