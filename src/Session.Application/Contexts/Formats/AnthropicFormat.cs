using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using SessionService.Application.Messages;
using SessionService.Application.Messages.Parts;
using SessionService.Domain.Messages;

namespace SessionService.Application.Contexts.Formats;

/// <summary>Writes turns as the system prompt and the messages of Anthropic's Messages, in which user and assistant alternate.</summary>
internal static class AnthropicFormat
{
    public const int MaxIdLength = 64;

    // The API wants a message of the user first.
    private const string Start = "[The conversation starts here.]";

    private const string PlainText = "text/plain";

    public static IReadOnlyList<MediaKind> Kinds { get; } = [MediaKind.Image, MediaKind.File];

    public static (string System, IReadOnlyList<ContextMessage> Messages) Write(IReadOnlyList<ContextTurn> turns, GivenMedia media)
    {
        var system = turns.Where(IsSystem).Select(turn => ContextJson.TextOf(turn.Parts)).Where(text => text.Length > 0);
        var blocks = turns.Where(turn => !IsSystem(turn)).SelectMany(turn => BlocksOf(turn, media)).ToList();
        LeaveOutThinkingWithoutAnswer(blocks);
        if (blocks is [(MessageRoles.Assistant, _), ..])
        {
            blocks.Insert(0, (MessageRoles.User, ContextJson.Text("text", Start)));
        }

        TrimLastAnswer(blocks);
        var messages = new List<ContextMessage>();
        for (var i = 0; i < blocks.Count;)
        {
            var role = blocks[i].Role;
            var said = blocks.Skip(i).TakeWhile(block => block.Role == role).Select(block => (JsonNode)block.Block).ToArray();
            messages.Add(new ContextMessage { Role = role, Content = MessageContent.Of(new JsonArray(said).ToText()) });
            i += said.Length;
        }

        return (string.Join("\n\n", system), messages);
    }

    private static IEnumerable<(string Role, JsonObject Block)> BlocksOf(ContextTurn turn, GivenMedia media)
    {
        var said = turn.Parts.Select(part => turn.Role is MessageRoles.Assistant ? Answered(part) : Asked(part, media)).OfType<JsonObject>();
        return said.Select(block => (turn.Role, block))
            .Concat(turn.Calls.Select(call => (MessageRoles.Assistant, Call(call))))
            .Concat(turn.Results.Select(call => (MessageRoles.User, Result(call, media))));
    }

    private static bool IsSystem(ContextTurn turn) => turn.Role is MessageRoles.System or MessageRoles.Developer;

    private static JsonObject? Answered(MessagePart part) =>
        part.Kind == PartKind.Reasoning ? Thinking(part) : ContextJson.Text("text", ContextJson.TextOf([part]));

    private static JsonObject? Asked(MessagePart part, GivenMedia media) => part switch
    {
        { Kind: PartKind.Reasoning } => null,
        { Media: { } given } => Block(given, media) ?? ContextJson.Text("text", GivenMedia.NameOf(given)),
        _ => ContextJson.Text("text", part.Text),
    };

    private static JsonObject? Block(PartMedia part, GivenMedia media)
    {
        var given = media.With(part);
        return given switch
        {
            { Kind: MediaKind.Image, Base64: { } data, MediaType: { } type } when GivenMedia.IsPicture(type) =>
                Block("image", given, Source("base64", ("media_type", type), ("data", data))),
            { Kind: MediaKind.Image, Url: { } url } when IsSecure(url) => Block("image", given, Source("url", ("url", url))),
            { Kind: MediaKind.File, Base64: { } data, MediaType: "application/pdf" and var type } =>
                Block("document", given, Source("base64", ("media_type", type), ("data", data))),
            { Kind: MediaKind.File, Base64: { } data, MediaType: { } type } when type.StartsWith(PlainText, StringComparison.Ordinal) =>
                TextIn(data) is { } text ? Block("document", given, Source("text", ("media_type", PlainText), ("data", text))) : null,
            { Kind: MediaKind.File, Url: { } url, MediaType: null or "application/pdf" } when IsSecure(url) =>
                Block("document", given, Source("url", ("url", url))),
            _ => null,
        };
    }

    private static JsonObject Block(string type, PartMedia media, JsonObject source)
    {
        var block = new JsonObject { ["type"] = type, ["source"] = source };
        if (type is "document" && !string.IsNullOrWhiteSpace(media.Name))
        {
            block["title"] = media.Name;
        }

        return block;
    }

    private static JsonObject Source(string type, params IEnumerable<(string Name, string Text)> members)
    {
        var source = new JsonObject { ["type"] = type };
        foreach (var (name, text) in members)
        {
            source[name] = text;
        }

        return source;
    }

    private static JsonObject Call(AnsweredCall call) => new()
    {
        ["type"] = "tool_use",
        ["id"] = call.Id,
        ["name"] = call.Name,
        ["input"] = call.CustomInput is { } input ? new JsonObject { ["input"] = input } : InputOf(call.Call.Arguments),
    };

    private static JsonObject Result(AnsweredCall call, GivenMedia media)
    {
        var result = new JsonObject
        {
            ["type"] = "tool_result",
            ["tool_use_id"] = call.Id,
            ["content"] = ContextJson.BlocksOfResult(call.Result, "text", part => Block(part, media)) is { } blocks
                ? blocks
                : ContextJson.TextOfResult(call.Result),
        };
        if (call.Result.IsError)
        {
            result["is_error"] = true;
        }

        return result;
    }

    /// <summary>The API takes an object.</summary>
    private static JsonObject InputOf(string arguments)
    {
        try
        {
            var input = JsonNode.Parse(arguments) switch
            {
                JsonObject json => json,
                JsonValue value when value.TryGetValue<string>(out var text) && JsonNode.Parse(text) is JsonObject nested => nested,
                var other => new JsonObject { ["arguments"] = other },
            };

            // Only writing finds a half of a surrogate pair.
            _ = input.ToJsonString();
            return input;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return new JsonObject { ["arguments"] = arguments };
        }
    }

    /// <summary>Thinking as it was; without its signature the API refuses it.</summary>
    private static JsonObject? Thinking(MessagePart part)
    {
        if (part.Json.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        string[] names = TextAt(part.Json, "type") switch
        {
            "thinking" => ["thinking", "signature"],
            "redacted_thinking" => ["data"],
            _ => [],
        };
        if (names.Length == 0 || Array.Exists(names, name => TextAt(part.Json, name) is null))
        {
            return null;
        }

        return Source(TextAt(part.Json, "type")!, names.Select(name => (name, TextAt(part.Json, name)!)));
    }

    private static string? TextAt(JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static string? TextIn(string base64)
    {
        try
        {
            var text = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true).GetString(Convert.FromBase64String(base64));
            return string.IsNullOrWhiteSpace(text) ? null : text;
        }
        catch (Exception exception) when (exception is FormatException or ArgumentException)
        {
            return null;
        }
    }

    private static bool IsSecure(string url) => url.StartsWith("https://", StringComparison.OrdinalIgnoreCase);

    /// <summary>The API refuses an answer that ends with thinking.</summary>
    private static void LeaveOutThinkingWithoutAnswer(List<(string Role, JsonObject Block)> blocks)
    {
        var isFollowed = false;
        for (var i = blocks.Count - 1; i >= 0; i--)
        {
            if (blocks[i].Block["type"]!.GetValue<string>() is not ("thinking" or "redacted_thinking"))
            {
                isFollowed = blocks[i].Role is MessageRoles.Assistant;
            }
            else if (!isFollowed)
            {
                blocks.RemoveAt(i);
            }
        }
    }

    /// <summary>The API refuses a last answer that ends with blanks, because the model is to go on with the answer.</summary>
    private static void TrimLastAnswer(List<(string Role, JsonObject Block)> blocks)
    {
        if (blocks is [.., (MessageRoles.Assistant, var last)] && last["text"] is { } text)
        {
            last["text"] = text.GetValue<string>().TrimEnd();
        }
    }
}
