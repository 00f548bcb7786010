using System.Text.Json;
using SessionService.Domain.Messages;

namespace SessionService.Application.Imports.Foreign;

/// <summary>LibreChat's export of a conversation: messages in a list with their parents, or within each other.</summary>
internal sealed class LibreChatForm : IForeignForm
{
    private static readonly string[] Lists = ["messages", "messagesTree"];

    public string Name => "LibreChat (messages with messageId)";

    public bool Is(JsonElement json) => Lists.Any(list => json.FirstObject(list)?.Member("messageId") is not null);

    public ForeignConversation Read(JsonElement json, DateTimeOffset now)
    {
        var messages = new List<ForeignMessage>();
        foreach (var message in Lists.SelectMany(list => json.Elements(list)))
        {
            Add(messages, message, parentId: null, now);
        }

        return new()
        {
            Source = "librechat",
            Id = json.Id("conversationId") ?? json.FirstObject("messages")?.Id("conversationId"),
            Title = json.Title(),
            Model = json.Text("model") ?? json.ObjectAt("options")?.Text("model"),
            CreatedAt = ForeignTime.Created(json, now),
            UpdatedAt = ForeignTime.Updated(json, now),
            CurrentId = json.Id("currentMessageId", "latestMessageId"),
            Messages = messages,
        };
    }

    private static void Add(List<ForeignMessage> messages, JsonElement message, string? parentId, DateTimeOffset now)
    {
        var id = message.Id("messageId");
        var labels = new List<KeyValuePair<string, string>>();
        ForeignTurns.AddLabel(labels, "model", message.Text("model"));
        messages.Add(new ForeignMessage
        {
            Id = id,
            ParentId = message.Id("parentMessageId") ?? parentId,
            CreatedAt = ForeignTime.Created(message, now),
            Turns = ReadTurns(message, labels),
            Json = message,
        });
        foreach (var child in message.Elements("children"))
        {
            Add(messages, child, id, now);
        }
    }

    private static IReadOnlyList<ForeignTurn> ReadTurns(JsonElement message, List<KeyValuePair<string, string>> labels)
    {
        var role = message.Member("isCreatedByUser")?.ToString().ToUpperInvariant() switch
        {
            "TRUE" => MessageRoles.User,
            "FALSE" => MessageRoles.Assistant,
            _ when message.Text("role") is { } given => ForeignRoles.Of(given),

            // The sender of an answer is the name of a model.
            _ when message.FirstText("sender") is { } sender =>
                ForeignRoles.Of(sender) == MessageRoles.User ? MessageRoles.User : MessageRoles.Assistant,
            _ => null,
        };
        var turns = new ForeignTurns(role);
        if (message.ArrayAt("content") is { } content && content.GetArrayLength() > 0)
        {
            ForeignContent.Add(turns, content);
        }
        else
        {
            turns.AddText(message.Text("text") ?? message.Text("content"));
        }

        foreach (var file in message.Elements("files").Concat(message.Elements("attachments")))
        {
            turns.AddPart(file);
        }

        return turns.Build(type: null, labels);
    }
}
