using System.Text.Json;

namespace SessionService.UnitTests.Contexts;

/// <summary>OpenAI's chat completions.</summary>
internal sealed class ChatApi : ModelApi
{
    protected override void Take(JsonElement context)
    {
        var open = new HashSet<string>(StringComparer.Ordinal);
        foreach (var message in context.GetProperty("messages").EnumerateArray())
        {
            var role = Text(message, "role");
            Assert.True(role == "tool" || open.Count == 0, $"Calls without results before {message}");
            switch (role)
            {
                case "system" or "developer":
                    HasMembers(message, "role", "content", "name?");
                    Told.Add($"system: {Text(message, "content")}");
                    break;

                case "user":
                    HasMembers(message, "role", "content", "name?");
                    TakeContent(message.GetProperty("content"));
                    break;

                case "assistant":
                    HasMembers(message, "role", "content?", "name?", "refusal?", "tool_calls?");
                    TakeAnswer(message, open);
                    break;

                case "tool":
                    HasMembers(message, "role", "content", "tool_call_id");
                    Assert.True(open.Remove(Id(message, "tool_call_id", 40)), $"No such call: {message}");
                    Told.Add($"result: {Text(message, "content")}");
                    break;

                default:
                    Assert.Fail($"Unknown role {role}");
                    break;
            }

            if (message.TryGetProperty("name", out var name))
            {
                Assert.Matches("^[a-zA-Z0-9_-]{1,64}$", name.GetString());
            }
        }

        Assert.Empty(open);
    }

    private void TakeContent(JsonElement content)
    {
        if (content.ValueKind == JsonValueKind.String)
        {
            Assert.False(string.IsNullOrWhiteSpace(content.GetString()));
            Told.Add($"user: {content.GetString()}");
            return;
        }

        foreach (var part in Items(content))
        {
            var type = Text(part, "type");
            HasMembers(part, "type", type);
            var body = part.GetProperty(type);
            switch (type)
            {
                case "text":
                    Told.Add($"user: {Text(part, "text")}");
                    break;

                case "image_url":
                    HasMembers(body, "url", "detail?");
                    Told.Add($"user: <{Picture(Text(body, "url"))}>");
                    break;

                case "input_audio":
                    HasMembers(body, "data", "format");
                    Assert.Contains(Text(body, "format"), new[] { "wav", "mp3" });
                    Told.Add("user: <audio>");
                    break;

                case "file" when body.TryGetProperty("file_id", out _):
                    HasMembers(body, "file_id");
                    Told.Add("user: <file>");
                    break;

                case "file":
                    HasMembers(body, "filename", "file_data");
                    Assert.StartsWith("data:", Text(body, "file_data"), StringComparison.Ordinal);
                    Told.Add("user: <file>");
                    break;

                default:
                    Assert.Fail($"Unknown part {type}");
                    break;
            }
        }
    }

    private void TakeAnswer(JsonElement message, HashSet<string> open)
    {
        if (message.TryGetProperty("content", out var content))
        {
            if (content.ValueKind == JsonValueKind.String)
            {
                Told.Add($"assistant: {Text(message, "content")}");
            }
            else
            {
                var refusal = Assert.Single(Items(content));
                HasMembers(refusal, "type", "refusal");
                Told.Add($"assistant: {Text(refusal, "refusal")}");
            }
        }

        if (message.TryGetProperty("refusal", out _))
        {
            Told.Add($"assistant: {Text(message, "refusal")}");
        }

        if (!message.TryGetProperty("tool_calls", out var calls))
        {
            Assert.True(message.TryGetProperty("content", out _));
            return;
        }

        Assert.InRange(Items(calls).Count, 1, 128);
        foreach (var call in Items(calls))
        {
            var isCustom = Text(call, "type") == "custom";
            HasMembers(call, "id", "type", isCustom ? "custom" : "function");
            var body = call.GetProperty(isCustom ? "custom" : "function");
            HasMembers(body, "name", isCustom ? "input" : "arguments");
            Assert.True(open.Add(Id(call, "id", 40)));
            Told.Add($"call: {Name(body)} {(isCustom ? body.GetProperty("input").GetString() : Compact(Text(body, "arguments")))}");
        }
    }
}
