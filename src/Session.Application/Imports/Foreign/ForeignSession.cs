using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using SessionService.Application.Exports;
using SessionService.Application.Json;
using SessionService.Application.Messages;
using SessionService.Domain.Messages;

namespace SessionService.Application.Imports.Foreign;

/// <summary>A conversation of another program, converted into the lines of an export of this service.</summary>
/// <param name="Session">The session that it becomes.</param>
/// <param name="Messages">The messages of all branches, numbered from 1 in this order.</param>
/// <param name="Branches">Its branches; none where all messages are the conversation.</param>
/// <param name="SkippedBranches">How many branches there are too many of.</param>
public sealed record ForeignSession(
    SessionLine Session, IReadOnlyList<MessageLine> Messages, IReadOnlyList<ImportedBranch> Branches, int SkippedBranches)
{
    /// <param name="json">The conversation as it is in the file. Its text identifies a conversation without an id.</param>
    /// <param name="userId">The user who gets the session. The same conversation is another session for another user.</param>
    /// <param name="now">The current time.</param>
    /// <param name="maxJsonBytes">The size limit of metadata, and of the parts of a message.</param>
    /// <param name="inlineBytes">Longer base64 becomes attachments, and does not count among the parts.</param>
    /// <param name="maxFileBytes">The size limit of an attachment.</param>
    public static ForeignSession Of(
        ForeignConversation conversation,
        JsonElement json,
        string userId,
        DateTimeOffset now,
        int maxJsonBytes,
        int inlineBytes,
        int maxFileBytes = int.MaxValue)
    {
        var id = conversation.Id ?? Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(json.GetRawText())));
        var sessionId = NameBasedId.Of(conversation.Source, userId, id);
        var tree = ForeignTree.Of(conversation);
        var createdAt = conversation.CreatedAt ?? tree.Nodes.Select(message => message.CreatedAt).Min() ?? now;
        var times = TimesOf(tree, createdAt);
        var branches = ForeignBranches.Of(tree, LengthsOf(tree), times);
        if (branches.CurrentPath.Ranges.Count > MessagePath.MaxRanges)
        {
            tree = tree.CurrentPath();
            times = TimesOf(tree, createdAt);
            branches = ForeignBranches.Of(tree, LengthsOf(tree), times) with { Skipped = branches.Branches.Count + branches.Skipped - 1 };
        }

        var messages = ReadMessages(conversation, tree, times, branches, sessionId, maxJsonBytes, inlineBytes, maxFileBytes);
        var lastActivity = conversation.UpdatedAt ?? tree.Nodes.Select(message => message.CreatedAt).Max() ?? createdAt;
        var session = new SessionLine
        {
            SessionId = sessionId,
            Title = CutTitle(conversation.Title),
            Metadata = Describe(conversation, tree, maxJsonBytes),
            CreatedAt = createdAt,
            UpdatedAt = lastActivity > createdAt ? lastActivity : createdAt,
            LastActivity = lastActivity,
            CurrentBranch = branches.Current,
        };
        return new ForeignSession(session, messages, branches.Branches, branches.Skipped);
    }

    private static int[] LengthsOf(ForeignTree tree) => [.. tree.Nodes.Select(node => node.Turns.Count)];

    /// <summary>A message without a time has that of the message before it.</summary>
    private static DateTimeOffset[] TimesOf(ForeignTree tree, DateTimeOffset createdAt)
    {
        var times = new DateTimeOffset[tree.Nodes.Count];
        for (var i = 0; i < times.Length; i++)
        {
            times[i] = tree.Nodes[i].CreatedAt ?? (tree.Parents[i] < 0 ? createdAt : times[tree.Parents[i]]);
        }

        return times;
    }

    private static List<MessageLine> ReadMessages(
        ForeignConversation conversation,
        ForeignTree tree,
        DateTimeOffset[] times,
        ForeignBranches branches,
        Guid sessionId,
        int maxJsonBytes,
        int inlineBytes,
        int maxFileBytes)
    {
        var lines = new List<MessageLine>(tree.Nodes.Count);
        var names = new HashSet<string>(StringComparer.Ordinal);
        for (var node = 0; node < tree.Nodes.Count; node++)
        {
            var message = tree.Nodes[node];
            var number = node + 1;
            for (var i = 0; i < message.Turns.Count; i++)
            {
                var name = message.Id ?? number.Invariant();
                name = i == 0 ? name : $"{name}#{i.Invariant()}";
                for (var again = 1; !names.Add(name); again++)
                {
                    name = $"{message.Id}~{number.Invariant()}.{i.Invariant()}.{again.Invariant()}";
                }

                var turn = message.Turns[i];
                var parts = new ForeignParts(turn.Parts, maxJsonBytes, inlineBytes, maxFileBytes);
                lines.Add(new MessageLine
                {
                    SessionId = sessionId,
                    MessageId = NameBasedId.Of(sessionId.ToString(), name),
                    Role = turn.Role,
                    Name = NameOf(turn),
                    Content = turn.Text,
                    Parts = parts.Json,
                    MessageType = turn.Type ?? (turn.Role == MessageRoles.Tool ? ForeignTurn.Result : null),
                    Metadata = Describe(conversation, message, turn, parts, maxJsonBytes),
                    CreatedAt = times[node],
                    IsOffPath = !branches.CurrentPath.Contains(lines.Count + 1),
                });
            }
        }

        return lines;
    }

    /// <summary>Who speaks, where the program says so. The name of a tool's result is the tool's.</summary>
    private static string? NameOf(ForeignTurn turn)
    {
        var label = turn.Labels.FirstOrDefault(label => label.Key == "name").Value;
        return turn.Role != MessageRoles.Tool
            && label is { Length: > 2 and <= CreateMessageRequest.MaxNameLength } && label[0] == '"'
            && JsonSerializer.Deserialize<string>(label) is { } name && !string.IsNullOrWhiteSpace(name)
            ? name
            : null;
    }

    /// <summary>The title, cut to the maximum length. The metadata hold the whole title.</summary>
    private static string? CutTitle(string? title) =>
        string.IsNullOrWhiteSpace(title) ? null : string.Concat(title.EnumerateRunes().Take(Domain.Sessions.Session.MaxTitleLength));

    private static JsonText Describe(
        ForeignConversation conversation, ForeignMessage message, ForeignTurn turn, ForeignParts parts, int maxJsonBytes)
    {
        var labels = new ForeignLabels(maxJsonBytes);
        labels.AddText("source", conversation.Source);
        labels.AddText("node_id", message.Id);
        foreach (var (name, json) in turn.Labels)
        {
            labels.Add(name, json);
        }

        foreach (var part in parts.Omitted)
        {
            labels.AddOmitted(part);
        }

        return labels.Build();
    }

    private static JsonText Describe(ForeignConversation conversation, ForeignTree tree, int maxJsonBytes)
    {
        var labels = new ForeignLabels(maxJsonBytes);
        labels.AddText("source", conversation.Source);
        labels.AddText("conversation_id", conversation.Id);
        labels.AddText("title", conversation.Title);
        labels.AddText("model", conversation.Model);
        foreach (var (name, json) in conversation.Labels)
        {
            labels.Add(name, json.GetRawText());
        }

        labels.AddMembers("hidden", tree.Nodes
            .Where(message => message is { IsHidden: true, Id: not null })
            .Select(message => new KeyValuePair<string, JsonElement>(message.Id!, message.Json)));
        return labels.Build();
    }
}
