namespace SessionService.Benchmarks.Recall;

/// <summary>How much of what answers a question was found.</summary>
/// <param name="Category">The question's category.</param>
/// <param name="At">For each of <see cref="Depths"/>, the share of the evidence among so many results.</param>
/// <param name="ReciprocalRank">One divided by the place of the first evidence; 0 where none was found.</param>
/// <param name="Time">How long the question took.</param>
internal sealed record Recalled(string Category, IReadOnlyList<double> At, double ReciprocalRank, TimeSpan Time)
{
    public static readonly IReadOnlyList<int> Depths = [5, 10, 25, 50];

    public static Recalled Of(ConversationQuestion question, IReadOnlyList<string> found, TimeSpan time)
    {
        var evidence = question.Evidence.ToHashSet(StringComparer.Ordinal);
        var first = found.Select((turn, place) => (turn, place)).Where(one => evidence.Contains(one.turn)).Select(one => one.place + 1).FirstOrDefault();
        return new Recalled(
            question.Category,
            [.. Depths.Select(depth => (double)found.Take(depth).Count(evidence.Contains) / evidence.Count)],
            first == 0 ? 0 : 1d / first,
            time);
    }
}
