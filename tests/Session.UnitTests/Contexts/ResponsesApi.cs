using System.Text.Json;

namespace SessionService.UnitTests.Contexts;

/// <summary>OpenAI's responses.</summary>
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
