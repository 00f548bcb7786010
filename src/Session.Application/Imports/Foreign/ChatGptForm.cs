using System.Text.Json;
using SessionService.Domain.Messages;

namespace SessionService.Application.Imports.Foreign;

/// <summary>ChatGPT's export (<c>conversations.json</c>): a tree of messages with the current one.</summary>
internal sealed class ChatGptForm : IForeignForm
{
    public string Name => "ChatGPT (conversations.json: mapping)";

    public bool Is(JsonElement json) => json.ObjectAt("mapping") is not null;

    public ForeignConversation Read(JsonElement json, DateTimeOffset now) => new()
    {
        Source = "chatgpt",
        Id = json.Id("conversation_id", "id"),
        Title = json.Title(),
        Model = json.Text("default_model_slug"),
        CreatedAt = ForeignTime.Created(json, now),
        UpdatedAt = ForeignTime.Updated(json, now),
        CurrentId = json.Id("current_node"),
        Messages = ReadMessages(json.GetProperty("mapping"), now),
    };

    private static List<ForeignMessage> ReadMessages(JsonElement mapping, DateTimeOffset now)
    {
        // The nodes by id, because a look-up in the JSON itself would read all of it.
        var nodes = new OrderedDictionary<string, JsonElement>(StringComparer.Ordinal);
        var parents = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var node in mapping.EnumerateObject().Where(node => node.Value.ValueKind == JsonValueKind.Object))
        {
            nodes[node.Name] = node.Value;
            foreach (var child in node.Value.Elements("children").Select(child => child.AsText()).OfType<string>())
            {
                parents.TryAdd(child, node.Name);
            }
        }

        return
        [
            .. nodes.Select(node => new ForeignMessage
            {
                Id = node.Key,
                ParentId = node.Value.Id("parent") ?? parents.GetValueOrDefault(node.Key),
                CreatedAt = node.Value.ObjectAt("message") is { } message ? ForeignTime.Created(message, now) : null,
                Turns = node.Value.ObjectAt("message") is { } content && !IsHidden(content) ? ReadTurns(content, node.Key) : [],
                IsHidden = node.Value.ObjectAt("message") is { } hidden && IsHidden(hidden),
                Json = node.Value,
            }),
        ];
    }

    private static IReadOnlyList<ForeignTurn> ReadTurns(JsonElement message, string nodeId)
    {
        if (ForeignRoles.Of(message.ObjectAt("author")?.Text("role")) is not { } role
            || message.ObjectAt("content") is not { } content)
        {
            return [];
        }

        var turns = new ForeignTurns(role);
        var type = content.Text("content_type");
        var name = message.ObjectAt("author")?.Text("name");
        var recipient = message.Text("recipient") is { } given && given != "all" ? given : null;
        switch (type)
        {
            case "thoughts" or "reasoning_recap":
                turns.AddText(content.Text("content"));
                foreach (var thought in content.Elements("thoughts"))
                {
                    turns.AddText(thought.FirstText("content", "summary"));
                }

                return turns.Build(MessageTypes.Reasoning, Describe(message, type, name, recipient));

            default:
                ReadContent(turns, content, message);
                break;
        }

        var built = turns.Build(type: null, Describe(message, type, name, recipient));
        if (role == MessageRoles.System && built.All(turn => string.IsNullOrWhiteSpace(turn.Text) && turn.Parts.Count == 0))
        {
            return [];
        }

        return role == MessageRoles.Assistant && (recipient ?? (type == "code" ? "code" : null)) is { } tool
            ? [.. built.Select(turn => AsCall(turn, tool, nodeId))]
            : built;
    }

    private static bool IsHidden(JsonElement message) =>
        message.ObjectAt("content")?.Text("content_type") is "user_editable_context" or "model_editable_context"
        || (message.ObjectAt("metadata")?.IsTrue("is_visually_hidden_from_conversation") == true
            && message.ObjectAt("content")?.Elements("parts").All(part => part.AsText() is "") == false);

    // What the assistant says to a tool is a call.
    private static ForeignTurn AsCall(ForeignTurn turn, string tool, string nodeId)
    {
        return turn with
        {
            Type = ForeignTurn.Call,
            Labels = [.. turn.Labels, new("tool_calls", $"[{ForeignTurns.Call(nodeId, tool, turn.Text ?? "")}]")],
        };
    }

    private static void ReadContent(ForeignTurns turns, JsonElement content, JsonElement message)
    {
        if (content.ArrayAt("parts") is not { } parts)
        {
            if ((content.Text("text") ?? content.Text("result") ?? content.Text("content")) is { } text)
            {
                turns.AddText(WithoutMarks(text, message));
            }
            else
            {
                turns.AddPart(content);
            }

            return;
        }

        foreach (var part in parts.EnumerateArray())
        {
            // The file does not contain pictures and recordings. Their descriptions are kept.
            if (part.ValueKind == JsonValueKind.String)
            {
                turns.AddText(WithoutMarks(part.AsText(), message));
            }
            else if (part.Text("text") is { } transcript)
            {
                turns.AddText(transcript);
            }
            else if (part.ValueKind == JsonValueKind.Object)
            {
                turns.AddPart(part);
            }
        }
    }

    /// <summary>
    /// The text with citations as ChatGPT shows them. In the file a mark between private-use characters stands in their place, and the
    /// references beside the text say what the mark means.
    /// </summary>
    private static string? WithoutMarks(string? text, JsonElement message)
    {
        const char Begin = '\uE200';
        const char End = '\uE201';
        if (text is null || !text.Contains(Begin, StringComparison.Ordinal))
        {
            return text;
        }

        var shown = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var reference in message.ObjectAt("metadata")?.Elements("content_references") ?? [])
        {
            if (reference.Text("matched_text") is { Length: > 0 } mark)
            {
                shown.TryAdd(mark, reference.Text("alt") ?? "");
            }
        }

        var result = new System.Text.StringBuilder(text.Length);
        for (var at = 0; at < text.Length;)
        {
            var begin = text.IndexOf(Begin, at);
            var end = begin < 0 ? -1 : text.IndexOf(End, begin);
            if (end < 0)
            {
                result.Append(text.AsSpan(at));
                break;
            }

            result.Append(text.AsSpan(at, begin - at)).Append(shown.GetValueOrDefault(text[begin..(end + 1)], ""));
            at = end + 1;
        }

        return result.ToString();
    }

    private static List<KeyValuePair<string, string>> Describe(JsonElement message, string? type, string? name, string? recipient)
    {
        var labels = new List<KeyValuePair<string, string>>();
        ForeignTurns.AddLabel(labels, "content_type", type);
        ForeignTurns.AddLabel(labels, "name", name);
        ForeignTurns.AddLabel(labels, "model", message.ObjectAt("metadata")?.Text("model_slug"));
        ForeignTurns.AddLabel(labels, "recipient", recipient);
        foreach (var member in (string[])["citations", "content_references"])
        {
            if (message.ObjectAt("metadata")?.ArrayAt(member) is { } references && references.GetArrayLength() > 0)
            {
                labels.Add(new(member, references.GetRawText()));
            }
        }

        return labels;
    }
}
