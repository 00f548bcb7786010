using System.Text;
using System.Text.Json;
using SessionService.Domain.Messages;

namespace SessionService.Application.Imports.Foreign;

/// <summary>Open WebUI's export of chats: a tree of messages with the current one.</summary>
internal sealed class OpenWebUiForm : IForeignForm
{
    private const string Reasoning = "<details type=\"reasoning\"";
    private const string EndOfSummary = "</summary>";
    private const string End = "</details>";

    public string Name => "Open WebUI (chat.history.messages)";

    public bool Is(JsonElement json) => HistoryOf(json)?.Member("messages") is { ValueKind: JsonValueKind.Object or JsonValueKind.Array };

    public ForeignConversation Read(JsonElement json, DateTimeOffset now)
    {
        var chat = json.ObjectAt("chat") ?? json;
        var history = HistoryOf(json)!.Value;
        var messages = history.GetProperty("messages");
        return new()
        {
            Source = "open_webui",
            Id = json.Id("id") ?? chat.Id("id"),
            Title = json.Title() ?? chat.Title(),
            Model = chat.Elements("models").Select(model => model.AsText()).FirstOrDefault(model => !string.IsNullOrEmpty(model)),
            CreatedAt = ForeignTime.Created(json, now) ?? ForeignTime.Created(chat, now),
            UpdatedAt = ForeignTime.Updated(json, now) ?? ForeignTime.Updated(chat, now),
            CurrentId = history.Id("currentId", "current_id"),
            Messages = messages.ValueKind == JsonValueKind.Array
                ? [.. messages.EnumerateArray().Select(message => ReadMessage(message, id: null, now))]
                : [.. messages.EnumerateObject().Select(member => ReadMessage(member.Value, member.Name, now))],
        };
    }

    private static JsonElement? HistoryOf(JsonElement json) => (json.ObjectAt("chat") ?? json).ObjectAt("history");

    private static ForeignMessage ReadMessage(JsonElement message, string? id, DateTimeOffset now)
    {
        var role = ForeignRoles.Of(message.Text("role"));
        var turns = new ForeignTurns(role);
        if (message.Member("content") is { } content)
        {
            if (role == MessageRoles.Assistant && content.AsText() is { } text && text.Contains(Reasoning, StringComparison.Ordinal))
            {
                var (rest, reasoning) = Divide(text);
                turns.AddText(rest);
                turns.AddReasoning(reasoning, ForeignParts.Reasoning(reasoning));
            }
            else
            {
                ForeignContent.Add(turns, content);
            }
        }

        ForeignContent.AddChatCalls(turns, message);
        foreach (var file in message.Elements("files"))
        {
            turns.AddPart(file);
        }

        var labels = new List<KeyValuePair<string, string>>();
        ForeignTurns.AddLabel(labels, "model", message.Text("model"));
        ForeignTurns.AddLabel(labels, "tool_call_id", message.Id("tool_call_id"));
        return new()
        {
            Id = message.Id("id") ?? id,
            ParentId = message.Id("parentId", "parent_id"),
            CreatedAt = ForeignTime.Created(message, now),
            Turns = turns.Build(type: null, labels),
            Json = message,
        };
    }

    // Reasoning stands in the text, as an element that the user opens.
    private static (string Text, string Reasoning) Divide(string text)
    {
        var (rest, reasoning) = (new StringBuilder(), new StringBuilder());
        var at = 0;
        while (text.IndexOf(Reasoning, at, StringComparison.Ordinal) is >= 0 and var begin
            && text.IndexOf('>', begin) is >= 0 and var inside
            && text.IndexOf(End, inside, StringComparison.Ordinal) is >= 0 and var end)
        {
            rest.Append(text.AsSpan(at, begin - at));
            var thought = text.AsSpan(inside + 1, end - inside - 1);
            var summary = thought.IndexOf(EndOfSummary, StringComparison.Ordinal);
            reasoning.Append(reasoning.Length == 0 ? "" : "\n")
                .Append(thought[(summary < 0 ? 0 : summary + EndOfSummary.Length)..].Trim());
            at = end + End.Length;
        }

        return (rest.Append(text.AsSpan(at)).ToString().Trim(), reasoning.ToString());
    }
}
