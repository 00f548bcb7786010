namespace SessionService.Application.Imports.Foreign;

/// <summary>The branch of a tree of messages that the user saw last.</summary>
/// <param name="Messages">The messages of the branch, from the root.</param>
/// <param name="Others">The messages of other branches, in the order of the file.</param>
/// <param name="OtherBranches">How many other branches there are.</param>
internal sealed record ForeignPath(IReadOnlyList<ForeignMessage> Messages, IReadOnlyList<ForeignMessage> Others, int OtherBranches)
{
    /// <summary>
    /// Follows the parents from the current message, or from the newest leaf where the file names none. Messages of which none names
    /// another as its parent follow each other as in the file.
    /// </summary>
    public static ForeignPath Of(ForeignConversation conversation)
    {
        var messages = conversation.Messages;
        var byId = new Dictionary<string, ForeignMessage>(StringComparer.Ordinal);
        foreach (var message in messages.Where(message => message.Id is not null))
        {
            byId[message.Id!] = message;
        }

        var parents = messages
            .Where(message => message.ParentId is not null && message.ParentId != message.Id && byId.ContainsKey(message.ParentId))
            .Select(message => message.ParentId!)
            .ToHashSet(StringComparer.Ordinal);
        var isNamed = conversation.CurrentId is not null && byId.ContainsKey(conversation.CurrentId);
        if (parents.Count == 0 && !(isNamed && messages.Any(message => message.ParentId is not null)))
        {
            return new ForeignPath(messages, [], 0);
        }

        var leaves = messages.Where(message => message.Id is not null && !parents.Contains(message.Id)).ToList();
        var current = isNamed ? byId[conversation.CurrentId!] : Newest(leaves) ?? messages[^1];
        var path = new List<ForeignMessage>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var at = current; at?.Id is not null && seen.Add(at.Id);)
        {
            path.Add(at);
            at = at.ParentId is not null && byId.TryGetValue(at.ParentId, out var parent) ? parent : null;
        }

        path.Reverse();
        var others = messages.Where(message => message.Id is not null && !seen.Contains(message.Id)).ToList();
        return new ForeignPath(path, others, leaves.Count(leaf => !seen.Contains(leaf.Id!)));
    }

    private static ForeignMessage? Newest(List<ForeignMessage> leaves)
    {
        ForeignMessage? newest = null;
        foreach (var leaf in leaves)
        {
            if (newest is null || leaf.CreatedAt is null || newest.CreatedAt is null || leaf.CreatedAt >= newest.CreatedAt)
            {
                newest = leaf;
            }
        }

        return newest;
    }
}
