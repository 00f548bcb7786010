using System.Text;
using System.Text.Json;
using SessionService.Domain.Messages;

namespace SessionService.Application.Imports.Foreign;

/// <summary>Conversations of data sets in the form of ShareGPT.</summary>
internal sealed class ShareGptForm : IForeignForm
{
    private static readonly string[] Lists = ["conversations", "conversation", "items", "messages"];

    public string Name => "ShareGPT (conversations of {from, value})";

    public bool Is(JsonElement json) => ListOf(json) is not null;

    public ForeignConversation Read(JsonElement json, DateTimeOffset now)
    {
        var list = ListOf(json)!;
        var messages = json.Elements(list).Select(message => ReadMessage(message, now)).ToList();
        if (json.FirstText("system", "system_prompt") is { } system)
        {
            messages.Insert(0, new ForeignMessage { Turns = ForeignTurns.OfText(MessageRoles.System, system) });
        }

        return new()
        {
            Source = "sharegpt",
            Id = json.Id("id", "conversation_id", "conversationId"),
            Title = json.Title(),
            Model = json.Text("model"),
            CreatedAt = ForeignTime.Created(json, now),
            UpdatedAt = ForeignTime.Updated(json, now),
            Messages = messages,
            Labels = json.MembersBut(list, "id", "title", "model", "system"),
        };
    }

    private static string? ListOf(JsonElement json) => Array.Find(
        Lists, list => json.FirstObject(list) is { } first && first.Text("from") is not null && first.Member("value") is not null);

    private static ForeignMessage ReadMessage(JsonElement message, DateTimeOffset now) => new()
    {
        CreatedAt = ForeignTime.Created(message, now),
        Turns = ReadTurns(message),
        Json = message,
    };

    private static IReadOnlyList<ForeignTurn> ReadTurns(JsonElement message)
    {
        var from = message.Text("from");
        var turns = new ForeignTurns(ForeignRoles.Of(from));
        if (message.Member("value") is not { } value)
        {
            return [new ForeignTurn { Role = ForeignRoles.Of(from) }];
        }

        if (from == "function_call" && Call(value) is { } call)
        {
            turns.AddCall(call.Id("id"), call.Text("name"), call.Member("arguments") ?? call.Member("parameters"));
        }
        else
        {
            ForeignContent.Add(turns, value);
        }

        return turns.Build(type: null, message.LabelsBut("from", "value"));
    }

    /// <summary>A call as an object, or as the text of one.</summary>
    private static JsonElement? Call(JsonElement value)
    {
        if (value.AsText() is not { } text || !text.AsSpan().TrimStart().StartsWith('{'))
        {
            return value.ValueKind == JsonValueKind.Object ? value : null;
        }

        var json = Encoding.UTF8.GetBytes(text);
        try
        {
            using var given = JsonDocument.Parse(json);
            using var mended = StorableJson.Mend(json) is { } storable ? JsonDocument.Parse(storable) : null;
            return (mended ?? given).RootElement.Clone();
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
