namespace SessionService.Application.MemorySearch.Ranking;

/// <summary>All passages of a user, numbered from 0, with the data that ranking for a question needs.</summary>
public sealed class PassageField
{
    /// <summary>How long each passage is, in words.</summary>
    public required ReadOnlyMemory<int> Lengths { get; init; }

    /// <summary>
    /// The occurrences of each word of the question. They are enumerated once, so that those of a long question are not in memory all at
    /// once.
    /// </summary>
    public required IEnumerable<TermOccurrences> Terms { get; init; }

    /// <summary>
    /// For each embedding model, the cosine of each passage and the question; NaN where the passage has no vector of the model. The first
    /// model with a vector counts.
    /// </summary>
    public required IReadOnlyList<ReadOnlyMemory<float>> Cosines { get; init; }

    /// <summary>The passage before one in the same conversation; -1 where there is none.</summary>
    public required Func<int, int> Predecessor { get; init; }

    /// <summary>The passage after one in the same conversation; -1 where there is none.</summary>
    public required Func<int, int> Successor { get; init; }

    /// <summary>Whether a passage may be an answer. Other passages still count as neighbours and for the frequency of words.</summary>
    public required Func<int, bool> IsWanted { get; init; }

    public int Count => Lengths.Length;
}
