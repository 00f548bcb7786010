using SessionService.Application.Branches;
using SessionService.Application.Messages;

namespace SessionService.Application.Imports.Foreign;

/// <summary>
/// The branches of a tree: one for each way from a root to a leaf, and one for the current path. Nodes without messages only connect the
/// others.
/// </summary>
/// <param name="Branches">In the order of their last messages, with ids from 1; none where all messages are the current path.</param>
/// <param name="Current">The id of the current one.</param>
/// <param name="CurrentPath">The current path.</param>
/// <param name="Skipped">How many branches there are too many of.</param>
internal sealed record ForeignBranches(IReadOnlyList<ImportedBranch> Branches, int? Current, MessagePath CurrentPath, int Skipped)
{
    // Of all branches together: they are in memory.
    private const int MaxRanges = 1_000_000;

    /// <param name="tree">The tree.</param>
    /// <param name="lengths">How many messages each node becomes.</param>
    /// <param name="times">The times of the nodes.</param>
    public static ForeignBranches Of(ForeignTree tree, int[] lengths, DateTimeOffset[] times)
    {
        var numbers = new NumberRange[lengths.Length];
        long last = 0;
        for (var i = 0; i < lengths.Length; i++)
        {
            numbers[i] = new NumberRange(last + 1, last + lengths[i]);
            last += lengths[i];
        }

        // The nearest node with messages, from each node upwards.
        var nearest = new int[lengths.Length];
        var hasNext = new bool[lengths.Length];
        for (var i = 0; i < lengths.Length; i++)
        {
            var above = tree.Parents[i] < 0 ? -1 : nearest[tree.Parents[i]];
            nearest[i] = lengths[i] > 0 ? i : above;
            if (lengths[i] > 0 && above >= 0)
            {
                hasNext[above] = true;
            }
        }

        var current = tree.Current < 0 ? -1 : nearest[tree.Current];
        var currentPath = PathTo(current);
        if (currentPath.Count == last)
        {
            return new ForeignBranches([], Current: null, currentPath, Skipped: 0);
        }

        var branches = new List<ImportedBranch>();
        var (ranges, skipped, currentId, before) = (currentPath.Ranges.Count, 0, 0, 0L);
        if (current < 0)
        {
            currentId = Add(currentPath, createdAt: times[0]);
        }

        for (var tip = 0; tip < lengths.Length; tip++)
        {
            if (lengths[tip] == 0 || (hasNext[tip] && tip != current))
            {
                continue;
            }

            // A path is long: none is made where there is no room.
            var hasRoom = branches.Count < IBranchStore.MaxBranches - 1 && ranges < MaxRanges;
            var path = tip == current ? currentPath : hasRoom ? PathTo(tip) : new MessagePath([]);
            var isLeftOut = tip != current
                && (!hasRoom || branches.Count >= IBranchStore.MaxBranches - 1
                    || path.Ranges.Count > MessagePath.MaxRanges
                    || (ranges += path.Ranges.Count) > MaxRanges);
            if (isLeftOut)
            {
                skipped++;
                continue;
            }

            var id = Add(path, times[tip]);
            currentId = tip == current ? id : currentId;
        }

        return new ForeignBranches(branches, currentId, currentPath, skipped);

        int Add(MessagePath path, DateTimeOffset createdAt)
        {
            branches.Add(new ImportedBranch
            {
                BranchId = branches.Count + 1,
                CreatedAt = createdAt,
                Path = path,
                // A leaf's messages come after those of the leaf before, as far as the two part.
                FromSequence = path.Last > before ? path.NumberAt(path.CountThrough(before) + 1) : null,
            });
            before = Math.Max(before, path.Last);
            return branches.Count;
        }

        MessagePath PathTo(int tip)
        {
            var path = new List<NumberRange>();
            for (var at = tip; at >= 0 && path.Count <= MessagePath.MaxRanges; at = tree.Parents[at] < 0 ? -1 : nearest[tree.Parents[at]])
            {
                if (path is [.., var above] && above.First == numbers[at].Last + 1)
                {
                    path[^1] = new NumberRange(numbers[at].First, above.Last);
                }
                else
                {
                    path.Add(numbers[at]);
                }
            }

            path.Reverse();
            return new MessagePath(path);
        }
    }
}
