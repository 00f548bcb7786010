using System.Text.Json;
using Microsoft.Extensions.AI;

namespace SessionService.AgentFramework;

/// <summary>Parts that other clients wrote: the service's own types, and those of model APIs that mean the same.</summary>
internal static class NativeParts
{
    private const string AttachmentMark = "attachment:";

    /// <summary>The content that a part stands for; <see langword="null"/> where its type is not known.</summary>
    public static AIContent? Read(JsonElement part, JsonSerializerOptions options) => Text(part, "type") switch
    {
        "text" or "input_text" or "output_text" when Text(part, "text") is { } text => new TextContent(text),
        "refusal" when Text(part, "refusal", "text") is { } text => new ErrorContent(text) { ErrorCode = "Refusal" },
        "reasoning" or "thinking" => ReadReasoning(part),
        "tool_call" or "tool_use" or "server_tool_use" or "function_call" or "tool-call" => ReadCall(part, part, options),
        "function" when Member(part, "function") is { } function => ReadCall(part, function, options),
        "tool_result" or "function_call_output" or "tool-result" => ReadResult(part),
        "image" or "audio" or "video" or "file" or "document" or "image_url" or "input_image" or "input_file" => ReadMedia(part),
        _ => null,
    };

    private static TextReasoningContent? ReadReasoning(JsonElement part) =>
        Text(part, "text", "thinking") is { } text
            ? new TextReasoningContent(text) { ProtectedData = Text(part, "encrypted", "signature", "encrypted_content") }
            : null;

    private static FunctionCallContent? ReadCall(JsonElement part, JsonElement call, JsonSerializerOptions options)
    {
        if (Text(part, "call_id", "toolCallId", "id") is not { } id || Text(call, "name", "toolName") is not { } name)
        {
            return null;
        }

        var given = Member(call, "arguments", "input", "args");
        IDictionary<string, object?>? arguments = null;
        try
        {
            arguments = given switch
            {
                { ValueKind: JsonValueKind.Object } json => ReadArguments(json),
                { ValueKind: JsonValueKind.String } text when text.GetString() is { Length: > 0 } json => ReadArguments(json),
                _ => null,
            };
        }
        catch (JsonException)
        {
            // A model wrote no JSON: the caller sees the text.
            arguments = new Dictionary<string, object?>(StringComparer.Ordinal) { ["arguments"] = given!.Value.GetString() };
        }

        return new FunctionCallContent(id, name, arguments);

        static Dictionary<string, object?>? ReadArguments(object json)
        {
            using var document = json is string text ? JsonDocument.Parse(text) : null;
            var root = document?.RootElement ?? (JsonElement)json;
            if (root.ValueKind != JsonValueKind.Object)
            {
                return null;
            }

            var arguments = new Dictionary<string, object?>(StringComparer.Ordinal);
            foreach (var member in root.EnumerateObject())
            {
                arguments[member.Name] = member.Value.ValueKind == JsonValueKind.Null ? null : member.Value.Clone();
            }

            return arguments;
        }
    }

    private static FunctionResultContent? ReadResult(JsonElement part)
    {
        if (Text(part, "tool_call_id", "tool_use_id", "call_id", "toolCallId") is not { } id)
        {
            return null;
        }

        var result = Member(part, "content", "output", "result");
        return new FunctionResultContent(id, result is { ValueKind: JsonValueKind.String } text ? text.GetString() : (object?)result);
    }

    private static AIContent? ReadMedia(JsonElement part)
    {
        var source = Member(part, "source") is { ValueKind: JsonValueKind.Object } nested ? nested : part;
        var mediaType = Text(part, "media_type") ?? Text(source, "media_type");
        var url = Text(source, "url", "file_url")
            ?? (Member(part, "image_url") switch
            {
                { ValueKind: JsonValueKind.String } text => text.GetString(),
                { ValueKind: JsonValueKind.Object } image => Text(image, "url"),
                _ => null,
            });
        try
        {
            return (url, Text(source, "data", "base64", "file_data")) switch
            {
                ({ } data, _) when data.StartsWith("data:", StringComparison.OrdinalIgnoreCase) => Data(data, mediaType),
                ({ } address, _) when !address.StartsWith(AttachmentMark, StringComparison.Ordinal) =>
                    new UriContent(address, mediaType ?? MediaTypeOf(part)),
                (_, { } data) when data.StartsWith("data:", StringComparison.OrdinalIgnoreCase) => Data(data, mediaType),
                (_, { } data) when mediaType is not null && !data.StartsWith(AttachmentMark, StringComparison.Ordinal) =>
                    Data($"data:{mediaType};base64,{data}", mediaType),
                _ => null,
            };
        }
        catch (Exception exception) when (exception is ArgumentException or FormatException)
        {
            // The framework takes other addresses and media types than the service.
            return null;
        }

        DataContent Data(string uri, string? type) => new(uri, type) { Name = Text(part, "name", "filename") };
    }

    private static string MediaTypeOf(JsonElement part) => Text(part, "type") switch
    {
        "image" or "image_url" or "input_image" => "image/*",
        "audio" => "audio/*",
        "video" => "video/*",
        _ => "application/octet-stream",
    };

    private static string? Text(JsonElement json, params string[] names)
    {
        foreach (var name in names)
        {
            if (json.ValueKind == JsonValueKind.Object
                && json.TryGetProperty(name, out var value)
                && value.ValueKind == JsonValueKind.String)
            {
                return value.GetString();
            }
        }

        return null;
    }

    private static JsonElement? Member(JsonElement json, params string[] names)
    {
        foreach (var name in names)
        {
            if (json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null)
            {
                return value;
            }
        }

        return null;
    }
}
