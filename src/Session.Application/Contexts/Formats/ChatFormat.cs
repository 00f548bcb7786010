using System.Text.Json.Nodes;
using SessionService.Application.Messages;
using SessionService.Application.Messages.Parts;
using SessionService.Domain.Messages;

namespace SessionService.Application.Contexts.Formats;

/// <summary>Writes turns as the messages of OpenAI's chat completions.</summary>
internal static class ChatFormat
{
    public const int MaxIdLength = 40;

    private const int MaxNameLength = 64;

    public static TakenMedia Taken { get; } = new([MediaKind.Image, MediaKind.Audio, MediaKind.File], InResults: false);

    public static IReadOnlyList<ContextMessage> Write(IReadOnlyList<ContextTurn> turns, GivenMedia media)
    {
        var messages = new List<ContextMessage>(turns.Count);
        foreach (var turn in turns)
        {
            if ((turn.Role is MessageRoles.User ? User(turn, media) : Other(turn)) is { } message)
            {
                messages.Add(message);
            }

            messages.AddRange(turn.Results.Select(call => new ContextMessage
            {
                Role = MessageRoles.Tool,
                ToolCallId = call.Id,
                Content = MessageContent.Of(ContextJson.TextOfResult(call.Result)),
            }));
        }

        return messages;
    }

    private static ContextMessage User(ContextTurn turn, GivenMedia media)
    {
        var content = turn.Parts.Any(part => part.Kind == PartKind.Media)
            ? MessageContent.Of(new JsonArray([.. turn.Parts.Select(part => Block(part, media))]).ToText())
            : MessageContent.Of(ContextJson.TextOf(turn.Parts));
        return new ContextMessage { Role = turn.Role, Name = NameOf(turn), Content = content };
    }

    /// <summary>The others take text alone.</summary>
    private static ContextMessage? Other(ContextTurn turn)
    {
        var refusal = string.Join('\n', turn.Parts.Where(part => part.Kind == PartKind.Refusal).Select(part => part.Text));
        var text = ContextJson.TextOf(turn.Parts.Where(part => part.Kind != PartKind.Refusal));
        if (text.Length + refusal.Length + turn.Calls.Count == 0)
        {
            return null;
        }

        // A refusal is either beside a text or the only part.
        var isRefusal = text.Length + turn.Calls.Count == 0;
        return new ContextMessage
        {
            Role = turn.Role,
            Name = NameOf(turn),
            Content = isRefusal
                ? MessageContent.Of(new JsonArray(new JsonObject { ["type"] = "refusal", ["refusal"] = refusal }).ToText())
                : text.Length > 0 ? MessageContent.Of(text) : null,
            Refusal = isRefusal || refusal.Length == 0 ? null : refusal,
            ToolCalls = turn.Calls.Count == 0 ? null : [.. turn.Calls.Select(Call)],
        };
    }

    private static ChatToolCall Call(AnsweredCall call) => call.CustomInput is { } input
        ? new ChatToolCall { Id = call.Id, Type = "custom", Custom = new ChatCustomTool { Name = call.Name, Input = input } }
        : new ChatToolCall
        {
            Id = call.Id,
            Type = "function",
            Function = new ChatFunction { Name = call.Name, Arguments = call.Call.Arguments },
        };

    private static JsonObject Block(MessagePart part, GivenMedia media)
    {
        if (part.Media is null)
        {
            return ContextJson.Text("text", part.Text);
        }

        var given = media.With(part.Media);
        return given switch
        {
            { Kind: MediaKind.Image, Url: { } url } when given.MediaType is null || GivenMedia.IsPicture(given.MediaType) => Picture(url),
            { Kind: MediaKind.Image, Base64: not null } when GivenMedia.IsPicture(given.MediaType) => Picture(GivenMedia.DataUrl(given)),
            { Kind: MediaKind.Audio, Base64: { } data } when SoundFormat(given.MediaType) is { } format => new JsonObject
            {
                ["type"] = "input_audio",
                ["input_audio"] = new JsonObject { ["data"] = data, ["format"] = format },
            },
            { Kind: MediaKind.File, Base64: not null, MediaType: not null } => new JsonObject
            {
                ["type"] = "file",
                ["file"] = new JsonObject { ["filename"] = given.Name ?? "file", ["file_data"] = GivenMedia.DataUrl(given) },
            },
            { Kind: MediaKind.File, FileId: { } id } when GivenMedia.IsOpenAiFile(id) =>
                new JsonObject { ["type"] = "file", ["file"] = new JsonObject { ["file_id"] = id } },
            _ => ContextJson.Text("text", GivenMedia.NameOf(given)),
        };
    }

    private static JsonObject Picture(string url) =>
        new() { ["type"] = "image_url", ["image_url"] = new JsonObject { ["url"] = url } };

    private static string? SoundFormat(string? mediaType) => mediaType switch
    {
        "audio/wav" or "audio/x-wav" or "audio/wave" or "audio/vnd.wave" => "wav",
        "audio/mpeg" or "audio/mp3" => "mp3",
        _ => null,
    };

    /// <summary>The name with the letters that the API takes.</summary>
    private static string? NameOf(ContextTurn turn)
    {
        var letters = (turn.Name ?? "").Select(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' ? letter : '_');
        var name = string.Concat(letters).Trim('_');
        return name.Length == 0 ? null : name[..Math.Min(name.Length, MaxNameLength)];
    }
}
