using SessionService.Infrastructure.Embeddings;

namespace SessionService.Infrastructure.MemorySearch;

/// <summary>The vectors of a set of passages by one model, packed one after the other.</summary>
internal sealed class VectorColumn
{
    private readonly byte[] _packed;
    private readonly int _dimensions;
    private readonly float[] _scales;

    /// <param name="packed">The vectors; zeros where a passage has none.</param>
    /// <param name="model">The model.</param>
    /// <param name="missing">The passages that are not embedded; <see langword="null"/> where every passage is.</param>
    public VectorColumn(byte[] packed, EmbeddingModel model, IReadOnlyCollection<int>? missing = null)
    {
        (_packed, _dimensions, IsComplete) = (packed, model.Dimensions, missing is null);
        _scales = new float[packed.Length / model.Dimensions];

        // A text that is not English has zeros in place of a vector by the sentence model, and counts by the vectors of its words.
        PackedVector.Scales(packed, model.Dimensions, EmbeddingModels.IsLocal(model) ? float.NaN : 0, _scales);
        foreach (var place in missing ?? [])
        {
            _scales[place] = float.NaN;
        }
    }

    /// <summary>Whether every passage is embedded.</summary>
    public bool IsComplete { get; }

    /// <summary>About how many bytes of memory it takes.</summary>
    public long Size => _packed.Length + (sizeof(float) * (long)_scales.Length);

    /// <summary>How near each passage is to a question; not a number where there is no vector.</summary>
    public void Cosines(PackedQuestion question, Span<float> cosines)
    {
        if (question.Dimensions == _dimensions)
        {
            question.Cosines(_packed, _scales, cosines);
        }
        else
        {
            cosines.Fill(float.NaN);
        }
    }
}
