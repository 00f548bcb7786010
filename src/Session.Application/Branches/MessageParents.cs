using SessionService.Application.Messages;

namespace SessionService.Application.Branches;

/// <summary>
/// After which message each message was written. That is the message before it, except where a branch goes on from an earlier one.
/// </summary>
public sealed class MessageParents
{
    private readonly Dictionary<long, long> _others = [];
    private readonly MessagePath _shown;

    /// <param name="starts">
    /// The ranges of all branches: for each first number the last number before it in the same branch, or 0, and the greatest last number.
    /// </param>
    public MessageParents(IEnumerable<(long First, long Before, long Last)> starts)
    {
        var ranges = new List<NumberRange>();
        foreach (var (first, before, last) in starts.OrderBy(start => start.First))
        {
            _others[first] = before;
            if (ranges.Count > 0 && ranges[^1].Last >= first - 1)
            {
                ranges[^1] = ranges[^1] with { Last = Math.Max(ranges[^1].Last, last) };
            }
            else
            {
                ranges.Add(new NumberRange(first, last));
            }
        }

        _shown = new MessagePath(ranges);
    }

    /// <summary>Those of a session with one branch, to which no message was removed.</summary>
    public static MessageParents OfOneBranch { get; } = new([(1, 0, long.MaxValue)]);

    /// <summary>
    /// The number of the message before this one; <see langword="null"/> for the first message of a conversation, and for a message that
    /// was removed.
    /// </summary>
    public long? ParentOf(long sequence)
    {
        var parent = _others.TryGetValue(sequence, out var other) ? other : sequence - 1;
        return parent > 0 && _shown.Contains(sequence) ? parent : null;
    }
}
