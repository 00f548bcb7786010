using System.Text.Json;
using SessionService.Application.Imports;
using SessionService.Application.Messages.Parts;

namespace SessionService.UnitTests.Imports;

/// <summary>Messages as imports stored them before messages had parts.</summary>
public sealed class EarlierPartsTests
{
    [Theory]
    [InlineData(
        "I look.", "tool_call",
        """{"parts": [{"type": "image", "url": "https://pictures.test/a.png"}, {"type": "thinking", "thinking": "Hm"}], "source": "claude", "tool_calls": [{"id": "c1", "type": "function", "function": {"name": "weather", "arguments": "{}"}}]}""",
        "Reasoning, Text, Call, Media", "I look.")]
    [InlineData("Hm", "reasoning", """{"parts": [{"type": "reasoning", "text": "Hm"}], "source": "openai"}""", "Reasoning", "")]
    [InlineData(
        "Rain", "tool_result", """{"parts": [{"type": "image", "image": "iVBORw0KGgo="}], "source": "claude", "tool_call_id": "c1"}""",
        "Result", "Rain")]
    [InlineData("", "chat", """{"parts": [{"file_name": "a.txt"}], "source": "claude"}""", "Media", "")]
    public void Metadata_parts_become_parts(string content, string type, string metadata, string kinds, string text)
    {
        var (json, rest) = EarlierParts.Of(content, type, metadata)!.Value;

        using var document = JsonDocument.Parse(json);
        var parts = MessageParts.Read(document.RootElement);
        Assert.Empty(PartChecks.Refuse(document.RootElement));
        Assert.Equal(kinds, string.Join(", ", parts.Parts.Select(part => part.Kind)));
        Assert.Equal(text, parts.Text);
        using var without = JsonDocument.Parse(rest);
        Assert.False(without.RootElement.TryGetProperty("parts", out _));
        Assert.Equal(JsonDocument.Parse(metadata).RootElement.EnumerateObject().Count() - 1, without.RootElement.EnumerateObject().Count());
    }

    [Theory]
    [InlineData("""{"parts": [{"type": "image"}]}""")]
    [InlineData("""{"parts": "many", "source": "shop"}""")]
    [InlineData("""{"parts": [1, 2], "source": "shop"}""")]
    [InlineData("""{"parts": [], "source": "shop"}""")]
    [InlineData("""{"source": "\"parts\""}""")]
    [InlineData("{}")]
    public void Other_metadata_stay_as_they_are(string metadata) => Assert.Null(EarlierParts.Of("Hm", "chat", metadata));
}
