namespace SessionService.Application.Imports.Foreign;

/// <summary>The messages of a conversation as a tree, and the message that the user saw last.</summary>
/// <param name="Nodes">Each after its parent; those of one parent by time, and then in the order of the file.</param>
/// <param name="Parents">For each node the index of its parent; -1 where it has none.</param>
/// <param name="Current">The index of the current node; -1 where there is none.</param>
internal sealed record ForeignTree(IReadOnlyList<ForeignMessage> Nodes, IReadOnlyList<int> Parents, int Current)
{
    /// <summary>
    /// The file names the current message, or the newest leaf is the current one. Messages of which none names another as its parent follow
    /// each other as in the file.
    /// </summary>
    public static ForeignTree Of(ForeignConversation conversation)
    {
        var byId = new Dictionary<string, ForeignMessage>(StringComparer.Ordinal);
        foreach (var message in conversation.Messages.Where(message => message.Id is not null))
        {
            byId[message.Id!] = message;
        }

        ForeignMessage[] nodes = [.. conversation.Messages.Where(message => message.Id is not null && byId[message.Id] == message)];
        var index = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < nodes.Length; i++)
        {
            index[nodes[i].Id!] = i;
        }

        int[] parents = [.. nodes.Select(node => node.ParentId is { } id && id != node.Id ? index.GetValueOrDefault(id, -1) : -1)];
        var isNamed = conversation.CurrentId is not null && index.ContainsKey(conversation.CurrentId);
        if (!Array.Exists(parents, parent => parent >= 0) && !(isNamed && Array.Exists(nodes, node => node.ParentId is not null)))
        {
            return Line(conversation.Messages);
        }

        var current = isNamed ? index[conversation.CurrentId!] : Newest(nodes, parents);
        CutCycles(parents, current);
        return Sort(nodes, parents, current);
    }

    /// <summary>The tree of the current path alone.</summary>
    public ForeignTree CurrentPath()
    {
        var path = new List<ForeignMessage>();
        for (var at = Current; at >= 0; at = Parents[at])
        {
            path.Add(Nodes[at]);
        }

        path.Reverse();
        return Line(path);
    }

    private static ForeignTree Line(IReadOnlyList<ForeignMessage> messages) =>
        new(messages, [.. Enumerable.Range(-1, messages.Count)], messages.Count - 1);

    private static int Newest(ForeignMessage[] nodes, int[] parents)
    {
        var withChildren = parents.ToHashSet();
        var newest = -1;
        for (var i = 0; i < nodes.Length; i++)
        {
            if (!withChildren.Contains(i)
                && (newest < 0
                    || nodes[i].CreatedAt is not { } createdAt
                    || nodes[newest].CreatedAt is not { } before
                    || createdAt >= before))
            {
                newest = i;
            }
        }

        return newest < 0 ? nodes.Length - 1 : newest;
    }

    /// <summary>Takes the parent from one node of each circle; from the current one the path goes as far as it can.</summary>
    private static void CutCycles(int[] parents, int current)
    {
        var (seen, done) = (new bool[parents.Length], new bool[parents.Length]);
        foreach (var start in Enumerable.Range(0, parents.Length).Prepend(current))
        {
            var climb = new List<int>();
            var at = start;
            while (at >= 0 && !seen[at])
            {
                seen[at] = true;
                climb.Add(at);
                at = parents[at];
            }

            if (at >= 0 && !done[at])
            {
                parents[climb[^1]] = -1;
            }

            climb.ForEach(node => done[node] = true);
        }
    }

    private static ForeignTree Sort(ForeignMessage[] nodes, int[] parents, int current)
    {
        var children = Enumerable.Range(0, nodes.Length)
            .OrderBy(node => nodes[node].CreatedAt ?? DateTimeOffset.MinValue)
            .ToLookup(node => parents[node]);
        var places = new int[nodes.Length];
        var (sorted, sortedParents) = (new List<ForeignMessage>(nodes.Length), new List<int>(nodes.Length));
        var next = new Stack<int>(children[-1].Reverse());
        while (next.TryPop(out var node))
        {
            places[node] = sorted.Count;
            sorted.Add(nodes[node]);
            sortedParents.Add(parents[node] < 0 ? -1 : places[parents[node]]);
            foreach (var child in children[node].Reverse())
            {
                next.Push(child);
            }
        }

        return new ForeignTree(sorted, sortedParents, places[current]);
    }
}
