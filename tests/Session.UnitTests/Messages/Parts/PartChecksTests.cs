using System.Globalization;
using System.Text;
using System.Text.Json;
using SessionService.Application.Messages.Parts;

namespace SessionService.UnitTests.Messages.Parts;

public sealed class PartChecksTests
{
    [Theory]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("7")]
    public void What_is_no_array_of_parts_is_refused_as_a_whole(string json)
    {
        Assert.Null(Assert.Single(Refuse(json)).Index);
    }

    [Fact]
    public void A_message_has_at_most_a_thousand_parts()
    {
        Assert.Empty(Refuse($"[{string.Join(',', Enumerable.Repeat("""{"type":"text","text":"a"}""", 1000))}]"));
        Assert.Null(Assert.Single(Refuse($"[{string.Join(',', Enumerable.Repeat("""{"type":"text","text":"a"}""", 1001))}]")).Index);
    }

    [Theory]
    [InlineData("\"a text\"")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"type":7}""")]
    [InlineData("""{"type":""}""")]
    [InlineData("""{"kind":"text"}""")]
    [InlineData("""{"functionCall":null}""")]
    [InlineData("""{"type":"text","text":"a\u0000b"}""")]
    [InlineData("""{"type":"text","text":"a\ud800b"}""")]
    [InlineData("""{"type":"text","a\udc00b":1}""")]
    [InlineData("""{"type":"text","n":1e400}""")]
    [InlineData("""{"type":"image","url":"data:image/png;base64,no base64"}""")]
    [InlineData("""{"type":"image_url","image_url":{"url":"data:image/png;base64,****"}}""")]
    [InlineData("""{"type":"image","source":{"type":"base64","media_type":"image/png","data":"a"}}""")]
    [InlineData("""{"type":"image","source":{"type":"base64","media_type":"picture","data":"YQ=="}}""")]
    [InlineData("""{"inlineData":{"mimeType":"image/png","data":"!"}}""")]
    [InlineData("""{"type":"input_audio","input_audio":{"data":"YQ=","format":"wav"}}""")]
    [InlineData("""{"type":"file","attachment_id":"7"}""")]
    [InlineData("""{"type":"file","attachment_id":7}""")]
    [InlineData("""{"type":"file","url":"attachment:7"}""")]
    [InlineData("""{"type":"image","url":"data:image/png;base64,attachment:7"}""")]
    [InlineData("""{"type":"file","url":"https://files.test/a","media_type":"image/*"}""")]
    [InlineData("""{"type":"file","url":"https://files.test/a","media_type":7}""")]
    [InlineData("""{"type":"file","url":"data:pdf;base64,YQ=="}""")]
    [InlineData("""{"type":"file","url":"data:;charset=é;base64,YQ=="}""")]
    [InlineData("""{"type":"file","url":"https://files.test/a","media_type":"image/é"}""")]
    [InlineData("""{"type":"file","url":"https://files.test/a","media_type":"text/plain;a=\"\u0001\""}""")]
    [InlineData("""{"type":"tool_result","tool_use_id":"1","content":[{"type":"image","source":{"type":"base64","media_type":"image/png","data":"?"}}]}""")]
    [InlineData("""{"type":"message","role":"user","content":[{"type":"input_image","image_url":"data:image/png;base64,?"}]}""")]
    public void A_part_that_is_none_is_named_by_its_place(string json)
    {
        var refusals = Refuse($$"""[{"type":"text","text":"a"},{{json}},{"type":"text","text":"b"}]""");

        Assert.Equal(1, Assert.Single(refusals).Index);
    }

    [Theory]
    [InlineData("""{"type":"hologram","data":"?","media_type":"x"}""")]
    [InlineData("""{"$type":"hologram"}""")]
    [InlineData("""{"text":"a"}""")]
    [InlineData("""{"inline_data":{"mime_type":"image/png","data":"-_-_"}}""")]
    [InlineData("""{"type":"image","url":"data:image/png;base64,iVBORw0KGgo"}""")]
    [InlineData("""{"type":"image","url":"data:;base64,YQ=="}""")]
    [InlineData("""{"type":"image","url":"data:image/svg+xml,<svg/>"}""")]
    [InlineData("""{"type":"image","image":"https://pictures.test/a.png"}""")]
    [InlineData("""{"type":"file","url":"https://files.test/a","media_type":"text/plain; charset=utf-8"}""")]
    [InlineData("""{"type":"tool_result","tool_call_id":"1","content":{"type":"image","size":3}}""")]
    public void A_part_of_any_type_is_accepted(string json) => Assert.Empty(Refuse($"[{json}]"));

    [Fact]
    public void A_deep_part_is_refused()
    {
        Assert.Empty(Refuse($$"""[{"type":"x","a":{{new string('[', 62)}}{{new string(']', 62)}}}]"""));
        Assert.Equal(0, Assert.Single(Refuse($$"""[{"type":"x","a":{{new string('[', 65)}}{{new string(']', 65)}}}]""")).Index);
    }

    [Fact]
    public void No_json_brings_the_checks_or_the_reading_down()
    {
        var random = new Random(16);
        for (var i = 0; i < 20_000; i++)
        {
            var json = new StringBuilder("[");
            Append(json, random, depth: 0);
            var text = json.Append(']').ToString();
            using var document = JsonDocument.Parse(text);

            if (PartChecks.Refuse(document.RootElement).Count > 0)
            {
                continue;
            }

            var parts = MessageParts.Read(document.RootElement);
            Assert.NotNull(parts.Text + parts.SearchText + parts.CallText + parts.MessageType);
            Assert.All(parts.Parts, part => Assert.NotNull(part.Arguments));
            var files = PartFiles.Find(text);
            Assert.All(files.Inline, file => Assert.NotNull(files.Decode(file)));
        }
    }

    private static void Append(StringBuilder json, Random random, int depth)
    {
        string[] words =
        [
            "text", "type", "$type", "image", "image_url", "url", "data", "source", "content", "tool_result", "tool_use", "input", "name",
            "functionCall", "functionResponse", "inlineData", "mimeType", "media_type", "attachment_id", "file", "tool-x", "toolCallId",
            "output", "message", "reasoning", "summary", "arguments", "document", "result", "parts", "response", "thought", "base64",
            "data:image/png;base64,YWJj", "data:,", "attachment:0d1f95c6-a8fa-462d-8f6e-b1f0da7524a0", "YWJj", "image/png", "\\ud800",
            "\\u0000", "x\\\\y", "data:a\\/b;base64\\u002cYQ==", "*_tool_result", "function_call_output", "call_id", "",
        ];
        switch (random.Next(depth > 5 ? 3 : 8))
        {
            case 0:
                json.Append(random.Next(-3, 3).ToString(CultureInfo.InvariantCulture));
                break;

            case 1:
                json.Append(random.Next(3) switch { 0 => "null", 1 => "true", _ => "[]" });
                break;

            case 2 or 3:
                json.Append('"').Append(words[random.Next(words.Length)]).Append('"');
                break;

            case 4:
                json.Append('[');
                for (var i = random.Next(4); i >= 0; i--)
                {
                    Append(json, random, depth + 1);
                    json.Append(i > 0 ? "," : "");
                }

                json.Append(']');
                break;

            default:
                json.Append('{');
                for (var i = random.Next(5); i >= 0; i--)
                {
                    json.Append('"').Append(words[random.Next(words.Length)]).Append("\":");
                    Append(json, random, depth + 1);
                    json.Append(i > 0 ? "," : "");
                }

                json.Append('}');
                break;
        }
    }

    private static IReadOnlyList<PartRefusal> Refuse(string json)
    {
        using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 256 });
        return PartChecks.Refuse(document.RootElement);
    }
}
