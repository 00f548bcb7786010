namespace SessionService.Application.MemorySearch.Ranking;

/// <summary>
/// The best passages of each stretch of time, for questions that want an overview or an order of events: the best of all often stand close
/// together.
/// </summary>
public static class TimeSpread
{
    /// <summary>How many of the best passages are chosen from.</summary>
    public const int Candidates = 200;

    // One alone would let a stretch in which more was said say too little.
    private const int OfEachStretch = 2;

    /// <param name="ranked">The best passages, the best first.</param>
    /// <param name="field">All passages.</param>
    /// <param name="timeOf">When a passage was written.</param>
    /// <param name="top">How many are chosen.</param>
    /// <returns>The best two of each of so many stretches as fit, and then the best of the others; the earliest first.</returns>
    public static IReadOnlyList<RankedPassage> Choose(
        IReadOnlyList<RankedPassage> ranked, PassageField field, Func<int, long> timeOf, int top)
    {
        // Stretches in which the user wrote equally much: there may be months of silence.
        (long Time, int Passage)[] inTime =
            [.. Enumerable.Range(0, field.Count).Where(field.IsWanted).Select(passage => (timeOf(passage), passage)).Order()];
        var stretches = Math.Max(1, top / OfEachStretch);
        var first = ranked
            .GroupBy(one => (long)stretches * Array.BinarySearch(inTime, (timeOf(one.Passage), one.Passage)) / inTime.Length)
            .SelectMany(stretch => stretch.Take(OfEachStretch))
            .ToHashSet();
        return
        [
            .. ranked.OrderByDescending(first.Contains).Take(top)
                .OrderBy(one => timeOf(one.Passage)).ThenBy(one => one.Passage),
        ];
    }
}
