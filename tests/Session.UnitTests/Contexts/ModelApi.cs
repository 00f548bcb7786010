using System.Text.Json;
using System.Text.RegularExpressions;

namespace SessionService.UnitTests.Contexts;

/// <summary>
/// Reads a context as the API of a model would, and refuses what the API refuses: by its published schema (members, types, limits) and by
/// what it checks beyond the schema.
/// </summary>
internal abstract partial class ModelApi
{
    public static readonly string[] Formats = ["openai", "openai-responses", "anthropic"];

    /// <summary>What the model is told, line by line.</summary>
    public List<string> Told { get; } = [];

    /// <exception cref="Xunit.Sdk.XunitException">The API refuses the context.</exception>
    public static List<string> Read(JsonElement context)
    {
        ModelApi api = context.GetProperty("format").GetString() switch
        {
            "openai" => new ChatApi(),
            "openai-responses" => new ResponsesApi(),
            _ => new AnthropicApi(),
        };
        api.Take(context);
        return api.Told;
    }

    protected abstract void Take(JsonElement context);

    /// <summary>An object with these members and no others; those with a question mark may be absent.</summary>
    protected static void HasMembers(JsonElement json, params string[] names)
    {
        Assert.Equal(JsonValueKind.Object, json.ValueKind);
        var given = json.EnumerateObject().Select(member => member.Name).ToList();
        Assert.Empty(given.Except(names.Select(name => name.TrimEnd('?'))));
        Assert.Empty(names.Where(name => !name.EndsWith('?')).Except(given));
    }

    /// <summary>A text that is not blank.</summary>
    protected static string Text(JsonElement json, string name)
    {
        var text = json.GetProperty(name).GetString();
        Assert.False(string.IsNullOrWhiteSpace(text), $"{name} is blank: {json}");
        return text;
    }

    protected static string Id(JsonElement json, string name, int maxLength)
    {
        var id = Text(json, name);
        Assert.InRange(id.Length, 1, maxLength);
        return id;
    }

    protected static string Name(JsonElement json)
    {
        var name = Text(json, "name");
        Assert.Matches(ToolName(), name);
        return name;
    }

    protected static string Picture(string url)
    {
        Assert.Matches(PictureUrl(), url);
        return url;
    }

    protected static List<JsonElement> Items(JsonElement json)
    {
        Assert.Equal(JsonValueKind.Array, json.ValueKind);
        Assert.NotEqual(0, json.GetArrayLength());
        return [.. json.EnumerateArray()];
    }

    protected static string Compact(string arguments) => JsonSerializer.Serialize(JsonElement.Parse(arguments));

    [GeneratedRegex("^[a-zA-Z0-9_-]{1,64}$", RegexOptions.None, 1000)]
    private static partial Regex ToolName();

    [GeneratedRegex("^(https?://|data:image/(png|jpeg|gif|webp);base64,[A-Za-z0-9+/]+=*$)", RegexOptions.None, 1000)]
    private static partial Regex PictureUrl();
}

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

internal sealed class ResponsesApi : ModelApi
{
    protected override void Take(JsonElement context)
    {
        var (open, ids, isReasoned) = (new HashSet<string>(StringComparer.Ordinal), new HashSet<string>(StringComparer.Ordinal), false);
        foreach (var item in context.GetProperty("input").EnumerateArray())
        {
            var type = Text(item, "type");
            Assert.True(type.EndsWith("_output", StringComparison.Ordinal) || type.EndsWith("_call", StringComparison.Ordinal) || open.Count == 0, $"Calls without results before {item}");
            var isOfModel = type is "reasoning" or "function_call" or "custom_tool_call"
                || (type == "message" && Text(item, "role") == "assistant");
            Assert.True(isOfModel || !isReasoned, $"Nothing follows the reasoning before {item}");
            isReasoned = type == "reasoning";
            switch (type)
            {
                case "message" when isOfModel:
                    HasMembers(item, "type", "id", "role", "status", "content");
                    Assert.Matches("^msg_[a-z0-9_]+$", Id(item, "id", 64));
                    Assert.True(ids.Add(Text(item, "id")));
                    Items(item.GetProperty("content")).ForEach(TakeAnswer);
                    break;

                case "message":
                    HasMembers(item, "type", "role", "content");
                    Assert.Contains(Text(item, "role"), new[] { "user", "system", "developer" });
                    Items(item.GetProperty("content")).ForEach(part => TakeInput(part, item.GetProperty("role").GetString() == "user" ? "user" : "system"));
                    break;

                case "function_call":
                    HasMembers(item, "type", "call_id", "name", "arguments");
                    Assert.True(open.Add(Id(item, "call_id", 64)));
                    Told.Add($"call: {Name(item)} {Compact(Text(item, "arguments"))}");
                    break;

                case "custom_tool_call":
                    HasMembers(item, "type", "call_id", "name", "input");
                    Assert.True(open.Add(Id(item, "call_id", 64)));
                    Told.Add($"call: {Name(item)} {item.GetProperty("input").GetString()}");
                    break;

                case "function_call_output" or "custom_tool_call_output":
                    HasMembers(item, "type", "call_id", "output");
                    Assert.True(open.Remove(Id(item, "call_id", 64)), $"No such call: {item}");
                    TakeOutput(item.GetProperty("output"));
                    break;

                case "reasoning":
                    HasMembers(item, "type", "id", "summary", "encrypted_content?", "content?", "status?");
                    Assert.True(ids.Add(Text(item, "id")));
                    Told.Add("reasoning");
                    break;

                default:
                    Assert.Fail($"Unknown item {type}");
                    break;
            }
        }

        Assert.Empty(open);
        Assert.False(isReasoned);
    }

    private void TakeAnswer(JsonElement part)
    {
        if (Text(part, "type") == "refusal")
        {
            HasMembers(part, "type", "refusal");
            Told.Add($"assistant: {Text(part, "refusal")}");
        }
        else
        {
            HasMembers(part, "type", "text", "annotations", "logprobs");
            Assert.Equal("output_text", Text(part, "type"));
            Told.Add($"assistant: {Text(part, "text")}");
        }
    }

    private void TakeInput(JsonElement part, string role)
    {
        switch (Text(part, "type"))
        {
            case "input_text":
                HasMembers(part, "type", "text");
                Told.Add($"{role}: {Text(part, "text")}");
                break;

            case "input_image" when role == "user" && part.TryGetProperty("image_url", out _):
                HasMembers(part, "type", "image_url", "detail");
                Told.Add($"user: <{Picture(Text(part, "image_url"))}>");
                break;

            case "input_image" when role == "user":
                HasMembers(part, "type", "file_id", "detail");
                Told.Add("user: <file>");
                break;

            case "input_file" when role == "user":
                HasMembers(part, "type", "filename?", "file_data?", "file_url?", "file_id?");
                Told.Add("user: <file>");
                break;

            default:
                Assert.Fail($"Unknown part {part} of {role}");
                break;
        }
    }

    private void TakeOutput(JsonElement output)
    {
        if (output.ValueKind == JsonValueKind.String)
        {
            Assert.False(string.IsNullOrWhiteSpace(output.GetString()));
            Told.Add($"result: {output.GetString()}");
            return;
        }

        var told = Told.Count;
        Items(output).ForEach(part => TakeInput(part, "user"));
        var result = $"result: {string.Join(' ', Told.Skip(told))}";
        Told.RemoveRange(told, Told.Count - told);
        Told.Add(result);
    }
}

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
