namespace SessionService.Application.MemorySearch.Ranking;

/// <summary>All passages of a user's, numbered from 0, as far as a question is concerned.</summary>
public sealed class PassageField
{
    /// <summary>How long each passage is, in words.</summary>
    public required ReadOnlyMemory<int> Lengths { get; init; }

    /// <summary>
    /// For each word of the question, where it is found. Looked at one after the other, once: a long question need not be in memory whole.
    /// </summary>
    public required IEnumerable<TermOccurrences> Terms { get; init; }

    /// <summary>
    /// For each model, how near in meaning each passage is to the question; not a number where the passage has no vector of the model's. Of
    /// several models the first that has one counts.
    /// </summary>
    public required IReadOnlyList<ReadOnlyMemory<float>> Cosines { get; init; }

    /// <summary>The passage before one in the same conversation; -1 where there is none.</summary>
    public required Func<int, int> Predecessor { get; init; }

    /// <summary>The passage after one in the same conversation; -1 where there is none.</summary>
    public required Func<int, int> Successor { get; init; }

    /// <summary>Whether a passage may be an answer; others count as neighbours only, and in how rare a word is.</summary>
    public required Func<int, bool> IsWanted { get; init; }

    public int Count => Lengths.Length;
}
