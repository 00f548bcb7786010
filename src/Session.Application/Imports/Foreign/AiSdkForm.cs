using System.Text.Json;

namespace SessionService.Application.Imports.Foreign;

/// <summary>Messages of a user interface made with Vercel's AI SDK (<c>UIMessage[]</c>).</summary>
internal sealed class AiSdkForm : IForeignForm
{
    public string Name => "Vercel AI SDK (UIMessage: messages with parts)";

    public bool Is(JsonElement json) => json.FirstObject("messages")?.ArrayAt("parts") is not null;

    public ForeignConversation Read(JsonElement json, DateTimeOffset now) => new()
    {
        Source = "ai_sdk",
        Id = json.Id("id", "chatId", "conversation_id", "conversationId"),
        Title = json.Title(),
        Model = json.Text("model"),
        CreatedAt = ForeignTime.Created(json, now),
        UpdatedAt = ForeignTime.Updated(json, now),
        Messages =
        [
            .. json.Elements("messages").Select(message => new ForeignMessage
            {
                Id = message.Id("id"),
                CreatedAt = ForeignTime.Created(message, now)
                    ?? (message.ObjectAt("metadata") is { } metadata ? ForeignTime.Created(metadata, now) : null),
                Turns = ReadTurns(message),
                Json = message,
            }),
        ],
        Labels = json.MembersBut("messages", "id", "title", "model"),
    };

    private static IReadOnlyList<ForeignTurn> ReadTurns(JsonElement message)
    {
        var turns = new ForeignTurns(ForeignRoles.Of(message.Text("role")));
        if ((message.ArrayAt("parts") ?? message.Member("content")) is { } content)
        {
            ForeignContent.Add(turns, content);
        }

        foreach (var file in message.Elements("experimental_attachments"))
        {
            turns.AddPart(file);
        }

        return message.Member("metadata") is { } metadata
            ? turns.Build(type: null, [new("message_metadata", metadata.GetRawText())])
            : turns.Build();
    }
}
