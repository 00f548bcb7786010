using System.Text.Json;

namespace SessionService.Application.Imports.Foreign;

/// <summary>Claude's export (<c>conversations.json</c>).</summary>
internal sealed class ClaudeForm : IForeignForm
{
    public string Name => "Claude (conversations.json: chat_messages)";

    public bool Is(JsonElement json) => json.ArrayAt("chat_messages") is not null;

    public ForeignConversation Read(JsonElement json, DateTimeOffset now) => new()
    {
        Source = "claude",
        Id = json.Id("uuid", "id"),
        Title = json.Title(),
        Model = json.Text("model"),
        CreatedAt = ForeignTime.Created(json, now),
        UpdatedAt = ForeignTime.Updated(json, now),
        CurrentId = json.Id("current_leaf_message_uuid"),
        Messages =
        [
            .. json.Elements("chat_messages").Select(message => new ForeignMessage
            {
                Id = message.Id("uuid", "id"),
                ParentId = message.Id("parent_message_uuid"),
                CreatedAt = ForeignTime.Created(message, now),
                Turns = ReadTurns(message),
                Json = message,
            }),
        ],
    };

    private static IReadOnlyList<ForeignTurn> ReadTurns(JsonElement message)
    {
        var role = ForeignRoles.Of(message.FirstText("sender", "role"));
        var turns = new ForeignTurns(role);
        var content = message.Member("content");
        if (content is { ValueKind: JsonValueKind.Array } blocks && blocks.GetArrayLength() > 0)
        {
            ForeignContent.Add(turns, blocks);
        }
        else
        {
            turns.AddText(message.Text("text") ?? content?.AsText());
        }

        if (!turns.HasText)
        {
            // The blocks may be of a kind whose text stands beside them.
            turns.AddText(message.Text("text"));
        }

        foreach (var file in message.Elements("attachments").Concat(message.Elements("files")).Concat(message.Elements("files_v2")))
        {
            turns.AddPart(file);
        }

        return turns.Build();
    }
}
