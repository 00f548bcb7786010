namespace SessionService.Application.MemorySearch.Ranking;

/// <summary>BM25: scores how well the words of a passage match those of a question. A passage need not have all of them.</summary>
public static class Bm25
{
    /// <summary>Term frequency saturation (k1).</summary>
    public const double K1 = 0.9;

    /// <summary>Length normalization (b).</summary>
    public const double B = 0.4;

    /// <summary>The inverse document frequency of a word.</summary>
    public static double Idf(int passages, int withWord) => Math.Log(1 + ((passages - withWord + 0.5) / (withWord + 0.5)));

    /// <summary>Adds the score of one word to each passage that has it.</summary>
    /// <param name="occurrences">Where the word is.</param>
    /// <param name="lengths">The lengths of all passages, in words.</param>
    /// <param name="averageLength">Their average.</param>
    /// <param name="scores">The scores of all passages.</param>
    public static void Add(TermOccurrences occurrences, ReadOnlySpan<int> lengths, double averageLength, Span<float> scores)
    {
        var idf = Idf(lengths.Length, occurrences.Passages.Length);
        for (var i = 0; i < occurrences.Passages.Length; i++)
        {
            var passage = occurrences.Passages[i];
            double frequency = occurrences.Frequencies[i];
            var relativeLength = averageLength > 0 ? lengths[passage] / averageLength : 1;
            scores[passage] += (float)(idf * frequency * (K1 + 1) / (frequency + (K1 * (1 - B + (B * relativeLength)))));
        }
    }
}

/// <summary>Where a word of a question is found.</summary>
/// <param name="Passages">The passages that have it, by their number.</param>
/// <param name="Frequencies">How often each has it.</param>
public sealed record TermOccurrences(int[] Passages, int[] Frequencies);
