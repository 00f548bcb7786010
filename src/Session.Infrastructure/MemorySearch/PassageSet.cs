using SessionService.Infrastructure.Embeddings;
using SessionService.Infrastructure.Search;

namespace SessionService.Infrastructure.MemorySearch;

/// <summary>
/// Passages by word and by meaning: a segment of the search index, or one made for the question, with the vectors of its texts.
/// </summary>
internal sealed class PassageSet
{
    private readonly Dictionary<(Guid SessionId, long Sequence), int> _places;

    /// <param name="index">The passages.</param>
    /// <param name="vectors">Their vectors, by model.</param>
    public PassageSet(IndexSegment index, IReadOnlyDictionary<string, VectorColumn> vectors)
    {
        Index = index;
        Vectors = vectors;
        _places = new Dictionary<(Guid, long), int>(index.Messages.Count);
        for (var i = 0; i < index.Messages.Count; i++)
        {
            _places[(index.Messages[i].SessionId, index.Messages[i].Sequence)] = i;
        }
    }

    public IndexSegment Index { get; }

    public IReadOnlyDictionary<string, VectorColumn> Vectors { get; }

    public int Count => Index.Messages.Count;

    /// <summary>About how much memory the set takes, with the index that it holds.</summary>
    public long Size => Index.Size + (64L * Count) + Vectors.Values.Sum(column => (long)column.Packed.Length);

    public bool TryFind(Guid sessionId, long sequence, out int place) => _places.TryGetValue((sessionId, sequence), out place);
}

/// <summary>The vectors of a set of passages by one model, packed one after the other.</summary>
/// <param name="Packed">The vectors; zeros where a passage has none.</param>
/// <param name="Dimensions">The bytes of each.</param>
/// <param name="Missing">The passages without a vector; <see langword="null"/> where every passage has one.</param>
internal sealed record VectorColumn(byte[] Packed, int Dimensions, IReadOnlySet<int>? Missing = null)
{
    /// <summary>How near each passage is to a question; not a number where there is no vector.</summary>
    public void Cosines(float[] question, Span<float> cosines)
    {
        if (question.Length != Dimensions)
        {
            cosines.Fill(float.NaN);
            return;
        }

        PackedVector.Cosines(question, Packed, cosines);
        foreach (var place in Missing ?? EmptySet)
        {
            cosines[place] = float.NaN;
        }
    }

    private static readonly IReadOnlySet<int> EmptySet = new HashSet<int>();
}
