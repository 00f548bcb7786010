using System.Text;
using System.Text.Json;
using SessionService.Application.Exports;
using SessionService.Application.Json;
using SessionService.Domain.Messages;
using SessionService.Domain.Sessions;

namespace SessionService.Application.Imports.Foreign;

/// <summary>
/// A conversation in ChatGPT's export (<c>conversations.json</c>). It is a tree of messages. The path to the current message becomes the
/// session's messages; the other branches are kept in the session's metadata, as far as the size limit allows.
/// </summary>
public static class ChatGptConversation
{
    private const string Source = "chatgpt";

    // The part of the metadata's size limit that is reserved for labels.
    private const int RoomForLabels = 16 * 1024;

    public static bool Is(JsonElement json) => json.Member("mapping") is { ValueKind: JsonValueKind.Object };

    /// <param name="userId">The user who gets the session. The same conversation is another session for another user.</param>
    /// <param name="now">The current time. Later times in the file are ignored.</param>
    /// <param name="maxJsonBytes">The size limit of the metadata.</param>
    public static ForeignConversation Read(JsonElement json, string userId, DateTimeOffset now, int maxJsonBytes)
    {
        var nodes = ReadNodes(json.GetProperty("mapping"));
        var conversationId = json.Text("conversation_id") ?? json.Text("id") ?? Convert.ToHexString(Hash(json));
        var sessionId = NameBasedId.Of(Source, userId, conversationId);
        var path = FindPath(nodes, json.Text("current_node"));
        var createdAt = json.Time("create_time", now) ?? now;
        var updatedAt = json.Time("update_time", now) ?? createdAt;
        var session = new SessionLine
        {
            SessionId = sessionId,
            Title = TitleOf(json),
            Metadata = new JsonText(Describe(json, nodes, path, conversationId, maxJsonBytes)),
            CreatedAt = createdAt,
            UpdatedAt = updatedAt > createdAt ? updatedAt : createdAt,
            LastActivity = updatedAt,
        };
        return new ForeignConversation(session, ReadMessages(path, sessionId, createdAt, now));
    }

    private static IEnumerable<MessageLine> ReadMessages(
        List<(string Id, JsonElement Node)> path, Guid sessionId, DateTimeOffset createdAt, DateTimeOffset now)
    {
        var at = createdAt;
        foreach (var (nodeId, node) in path)
        {
            if (node.Member("message") is not { } message
                || RoleOf(message) is not { } role
                || ContentOf(message) is not { } content)
            {
                continue;
            }

            at = message.Time("create_time", now) ?? at;
            yield return new MessageLine
            {
                SessionId = sessionId,
                MessageId = NameBasedId.Of(sessionId.ToString(), nodeId),
                Role = role,
                Content = content,
                MessageType = role == MessageRoles.Tool ? "tool_result" : null,
                Metadata = new JsonText(Describe(message, nodeId)),
                CreatedAt = at,
            };
        }
    }

    /// <summary>
    /// The nodes by id, in the order of the file. A look-up in the JSON itself would read all of it for every step of the path.
    /// </summary>
    private static OrderedDictionary<string, JsonElement> ReadNodes(JsonElement mapping)
    {
        var nodes = new OrderedDictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var node in mapping.EnumerateObject().Where(node => node.Value.ValueKind == JsonValueKind.Object))
        {
            nodes[node.Name] = node.Value;
        }

        return nodes;
    }

    /// <summary>The path from the root to the current node, or to the last leaf where the current node is missing.</summary>
    private static List<(string Id, JsonElement Node)> FindPath(OrderedDictionary<string, JsonElement> nodes, string? current)
    {
        if (current is null || !nodes.ContainsKey(current))
        {
            current = nodes
                .Where(node => node.Value.Member("children") is not { ValueKind: JsonValueKind.Array } children
                    || children.GetArrayLength() == 0)
                .Select(node => node.Key)
                .LastOrDefault();
        }

        var path = new List<(string, JsonElement)>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        while (current is not null && nodes.TryGetValue(current, out var node) && seen.Add(current))
        {
            path.Add((current, node));
            current = node.Text("parent");
        }

        path.Reverse();
        return path;
    }

    /// <summary>The title, cut to the maximum length. The metadata hold the whole title.</summary>
    private static string? TitleOf(JsonElement json) =>
        json.Text("title") is { } title && !string.IsNullOrWhiteSpace(title)
            ? string.Concat(title.EnumerateRunes().Take(Session.MaxTitleLength))
            : null;

    private static string? RoleOf(JsonElement message) => message.Member("author")?.Text("role") switch
    {
        var role when role is not null && MessageRoles.IsKnown(role) => role,
        "developer" => MessageRoles.System,
        "function" => MessageRoles.Tool,
        _ => null,
    };

    /// <summary>
    /// The text of the message; <see langword="null"/> where it has none, such as the hidden messages at the start of a conversation.
    /// </summary>
    private static string? ContentOf(JsonElement message)
    {
        if (message.Member("content") is not { } content)
        {
            return null;
        }

        var texts = content.Member("parts") is { ValueKind: JsonValueKind.Array } parts
            ? parts.EnumerateArray().Select(TextOf)
            : content.Member("thoughts") is { ValueKind: JsonValueKind.Array } thoughts
                ? thoughts.EnumerateArray().Select(thought => thought.Text("content"))
                : [content.Text("text") ?? content.Text("result") ?? content.Text("content")];
        var text = string.Join("\n", texts.Where(one => !string.IsNullOrEmpty(one)));
        return string.IsNullOrWhiteSpace(text) ? null : text;
    }

    // The file does not contain pictures and recordings. Their JSON description becomes the text.
    private static string? TextOf(JsonElement part) => part.ValueKind switch
    {
        JsonValueKind.String => part.AsText(),
        JsonValueKind.Object => part.Text("text") ?? part.GetRawText(),
        _ => null,
    };

    private static string Describe(JsonElement message, string nodeId)
    {
        var labels = new Dictionary<string, string>(StringComparer.Ordinal) { ["source"] = Source, ["node_id"] = nodeId };
        AddText("content_type", message.Member("content")?.Text("content_type"));
        AddText("name", message.Member("author")?.Text("name"));
        AddText("model", message.Member("metadata")?.Text("model_slug"));
        AddText("recipient", message.Text("recipient") is { } recipient && recipient != "all" ? recipient : null);
        return JsonSerializer.Serialize(labels);

        void AddText(string name, string? text)
        {
            if (text is not null)
            {
                labels[name] = text;
            }
        }
    }

    private static string Describe(
        JsonElement json,
        OrderedDictionary<string, JsonElement> nodes,
        List<(string Id, JsonElement Node)> path,
        string conversationId,
        int maxJsonBytes)
    {
        var labels = new StringBuilder("{\"source\":\"")
            .Append(Source)
            .Append("\",\"conversation_id\":")
            .Append(JsonSerializer.Serialize(conversationId));
        if (json.Text("title") is { } title)
        {
            labels.Append(",\"title\":").Append(JsonSerializer.Serialize(title));
        }

        if (json.Text("default_model_slug") is { } model)
        {
            labels.Append(",\"model\":").Append(JsonSerializer.Serialize(model));
        }

        var taken = path.Select(node => node.Id).ToHashSet(StringComparer.Ordinal);
        var branches = new List<string>();
        var room = maxJsonBytes - RoomForLabels - (6 * labels.Length);
        var omitted = 0;
        foreach (var node in nodes.Where(node => !taken.Contains(node.Key)))
        {
            var text = $"{JsonSerializer.Serialize(node.Key)}:{node.Value.GetRawText()}";
            var bytes = Encoding.UTF8.GetByteCount(text) + 1;
            if (bytes > room || JsonLimits.Refuse(Encoding.UTF8.GetBytes(node.Value.GetRawText()), room) is not null)
            {
                omitted++;
                continue;
            }

            room -= bytes;
            branches.Add(text);
        }

        if (branches.Count > 0)
        {
            labels.Append(",\"branches\":{").AppendJoin(',', branches).Append('}');
        }

        if (omitted > 0)
        {
            labels.Append(",\"branches_omitted\":").Append(omitted.Invariant());
        }

        return labels.Append('}').ToString();
    }

    private static byte[] Hash(JsonElement json) => System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes(json.GetRawText()));
}
