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

    private const int MaxTitleLength = 500;

    private const string PlainText = "text/plain";

    public static TakenMedia Taken { get; } = new([MediaKind.Image, MediaKind.File], InResults: true);

    public static (string System, IReadOnlyList<ContextMessage> Messages) Write(IReadOnlyList<ContextTurn> turns, GivenMedia media)
    {
        var system = turns.Where(IsSystem).Select(turn => ContextJson.TextOf(turn.Parts)).Where(text => text.Length > 0);
        var blocks = ToldItem.WithAnsweredReasoning(turns.Where(turn => !IsSystem(turn)).SelectMany(turn => BlocksOf(turn, media)));
        if (blocks is [{ Role: MessageRoles.Assistant }, ..])
        {
            blocks.Insert(0, new ToldItem(MessageRoles.User, ContextJson.Text("text", Start)));
        }

        TrimLastAnswer(blocks);
        var messages = new List<ContextMessage>();
        for (var i = 0; i < blocks.Count;)
        {
            var role = blocks[i].Role;
            var said = blocks.Skip(i).TakeWhile(block => block.Role == role).Select(block => block.Json).ToArray();
            messages.Add(new ContextMessage { Role = role, Content = MessageContent.Of(new JsonArray(said).ToText()) });
            i += said.Length;
        }

        return (string.Join("\n\n", system), messages);
    }

    private static IEnumerable<ToldItem> BlocksOf(ContextTurn turn, GivenMedia media)
    {
        foreach (var part in turn.Parts)
        {
            if (part.Kind != PartKind.Reasoning)
            {
                yield return new ToldItem(turn.Role, turn.Role is MessageRoles.Assistant ? Answered(part) : Asked(part, media));
            }
            else if (Thinking(part) is { } thinking)
            {
                yield return new ToldItem(turn.Role, thinking, IsReasoning: true);
            }
        }

        foreach (var call in turn.Calls)
        {
            yield return new ToldItem(MessageRoles.Assistant, Call(call));
        }

        foreach (var call in turn.Results)
        {
            yield return new ToldItem(MessageRoles.User, Result(call, media));
        }
    }

    private static bool IsSystem(ContextTurn turn) => turn.Role is MessageRoles.System or MessageRoles.Developer;

    private static JsonObject Answered(MessagePart part) => ContextJson.Text("text", ContextJson.TextOf([part]));

    private static JsonObject Asked(MessagePart part, GivenMedia media) => part switch
    {
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
            block["title"] = media.Name.Length <= MaxTitleLength ? media.Name : media.Name[..MaxTitleLength];
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
            _ = input.ToText();
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
        string[] names = ContextJson.TextAt(part.Json, "type") switch
        {
            "thinking" => ["thinking", "signature"],
            "redacted_thinking" => ["data"],
            _ => [],
        };
        if (names.Length == 0 || Array.Exists(names, name => ContextJson.TextAt(part.Json, name) is null))
        {
            return null;
        }

        return Source(ContextJson.TextAt(part.Json, "type")!, names.Select(name => (name, ContextJson.TextAt(part.Json, name)!)));
    }

    private static string? TextIn(string base64)
    {
        try
        {
            var utf8 = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
            var text = utf8.GetString(Convert.FromBase64String(base64));
            return string.IsNullOrWhiteSpace(text) ? null : text;
        }
        catch (Exception exception) when (exception is FormatException or ArgumentException)
        {
            return null;
        }
    }

    private static bool IsSecure(string url) => url.StartsWith("https://", StringComparison.OrdinalIgnoreCase);

    /// <summary>The API refuses a last answer that ends with blanks, because the model is to go on with the answer.</summary>
    private static void TrimLastAnswer(List<ToldItem> blocks)
    {
        if (blocks is [.., { Role: MessageRoles.Assistant, Json: var last }] && last["text"] is { } text)
        {
            last["text"] = text.GetValue<string>().TrimEnd();
        }
    }
}
