using System.Text.Json;

namespace SessionService.UnitTests.Contexts;

/// <summary>Anthropic's messages.</summary>
internal sealed class AnthropicApi : ModelApi
{
    protected override void Take(JsonElement context)
    {
        var system = context.GetProperty("system").GetString()!;
        if (system.Length > 0)
        {
            Assert.False(string.IsNullOrWhiteSpace(system));
            Told.Add($"system: {system}");
        }

        var (expected, ids) = ("user", new HashSet<string>(StringComparer.Ordinal));
        List<string> open = [];
        foreach (var message in context.GetProperty("messages").EnumerateArray())
        {
            HasMembers(message, "role", "content");
            Assert.Equal(expected, Text(message, "role"));
            expected = expected == "user" ? "assistant" : "user";
            var blocks = Items(message.GetProperty("content"));
            var answered = blocks.TakeWhile(block => Text(block, "type") == "tool_result").Select(block => Text(block, "tool_use_id")).ToList();
            Assert.Equal(open.Order(StringComparer.Ordinal), answered.Order(StringComparer.Ordinal));
            open = [];
            foreach (var block in blocks)
            {
                Take(block, message.GetProperty("role").GetString()!, open, ids);
            }

            Assert.DoesNotContain(Text(blocks[^1], "type"), new[] { "thinking", "redacted_thinking" });
        }

        Assert.Empty(open);
        if (context.GetProperty("messages").EnumerateArray().LastOrDefault() is { ValueKind: JsonValueKind.Object } last
            && Text(last, "role") == "assistant"
            && Items(last.GetProperty("content"))[^1].TryGetProperty("text", out var text))
        {
            Assert.Equal(text.GetString()!.TrimEnd(), text.GetString());
        }
    }

    private void Take(JsonElement block, string role, List<string> open, HashSet<string> ids)
    {
        switch (Text(block, "type"))
        {
            case "text":
                HasMembers(block, "type", "text");
                Told.Add($"{role}: {Text(block, "text")}");
                break;

            case "image" or "document" when role == "user":
                Told.Add($"user: {Media(block)}");
                break;

            case "tool_use" when role == "assistant":
                HasMembers(block, "type", "id", "name", "input");
                Assert.Equal(JsonValueKind.Object, block.GetProperty("input").ValueKind);
                Assert.Matches("^[a-zA-Z0-9_-]+$", Id(block, "id", 64));
                Assert.True(ids.Add(Text(block, "id")));
                open.Add(Text(block, "id"));
                Told.Add($"call: {Name(block)} {Compact(block.GetProperty("input").GetRawText())}");
                break;

            case "tool_result" when role == "user":
                HasMembers(block, "type", "tool_use_id", "content", "is_error?");
                Told.Add($"result: {Result(block.GetProperty("content"))}");
                break;

            case "thinking" when role == "assistant":
                HasMembers(block, "type", "thinking", "signature");
                Told.Add("reasoning");
                break;

            case "redacted_thinking" when role == "assistant":
                HasMembers(block, "type", "data");
                Told.Add("reasoning");
                break;

            default:
                Assert.Fail($"Unknown block {block} of {role}");
                break;
        }
    }

    private static string Result(JsonElement content)
    {
        if (content.ValueKind == JsonValueKind.String)
        {
            Assert.False(string.IsNullOrWhiteSpace(content.GetString()));
            return content.GetString()!;
        }

        return string.Join(' ', Items(content).Select(block => Text(block, "type") == "text" ? $"user: {Text(block, "text")}" : $"user: {Media(block)}"));
    }

    private static string Media(JsonElement block)
    {
        var isImage = Text(block, "type") == "image";
        HasMembers(block, isImage ? ["type", "source"] : ["type", "source", "title?"]);
        var source = block.GetProperty("source");
        switch (Text(source, "type"))
        {
            case "url":
                HasMembers(source, "type", "url");
                Assert.StartsWith("https://", Text(source, "url"), StringComparison.Ordinal);
                return isImage ? $"<{Text(source, "url")}>" : "<file>";

            case "base64":
                HasMembers(source, "type", "media_type", "data");
                var type = Text(source, "media_type");
                Assert.True(isImage ? type is "image/png" or "image/jpeg" or "image/gif" or "image/webp" : type == "application/pdf", type);
                return isImage ? $"<data:{type};base64,{Text(source, "data")}>" : "<file>";

            default:
                HasMembers(source, "type", "media_type", "data");
                Assert.Equal(("text", "text/plain", false), (Text(source, "type"), Text(source, "media_type"), isImage));
                Assert.NotEmpty(Text(source, "data"));
                return "<file>";
        }
    }
}
