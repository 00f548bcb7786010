using Microsoft.Extensions.AI;
using Microsoft.Extensions.Options;

namespace SessionService.Infrastructure.Embeddings;

/// <summary>The models that embed texts beside the vectors of words: one behind an endpoint, or the sentence model here.</summary>
internal sealed class EmbeddingModels
{
    private readonly EmbeddingOptions _options;
    private readonly LocalEmbeddings _local;
    private readonly IEmbeddingGenerator<string, Embedding<float>> _endpoint;
    private volatile bool _localIsLeft;

    public EmbeddingModels(
        IOptions<EmbeddingOptions> options,
        LocalEmbeddings local,
        IEmbeddingGenerator<string, Embedding<float>> endpoint,
        EmbeddingMetrics metrics)
    {
        (_options, _local, _endpoint) = (options.Value, local, endpoint);
        metrics.Model = Current?.Name;
    }

    /// <summary>The model that embeds what is written; <see langword="null"/> where none does.</summary>
    public EmbeddingModel? Current => _options.Current ?? _local.Model;

    /// <summary>The model before the current one, at the same endpoint.</summary>
    public EmbeddingModel? Previous => _options.Previous;

    /// <summary>The models whose vectors are compared, the preferred one first.</summary>
    public IReadOnlyList<EmbeddingModel> Usable =>
        [.. new[] { _options.Current, _options.Previous, _local.Model }.OfType<EmbeddingModel>()];

    /// <summary>
    /// The sentence model, where vectors of it take the place of those that the endpoint has not made yet: after an endpoint was set.
    /// </summary>
    public EmbeddingModel? Replaced => _localIsLeft && _options.Current is not null ? _local.Model : null;

    /// <param name="isLeft">Whether the sentence model has vectors that the endpoint is to replace.</param>
    public void SetLocalIsLeft(bool isLeft) => _localIsLeft = isLeft;

    /// <summary>
    /// The sentence model's vector of a question; <see langword="null"/> where the question is not English or the model fails.
    /// </summary>
    public float[]? EmbedHere(string question) => _local.Embed(question);

    public static bool IsLocal(EmbeddingModel model) => model == EmbeddingModel.OfSentences;

    public async Task<IReadOnlyList<Embedding<float>>> EmbedAsync(
        EmbeddingModel model, IReadOnlyList<string> texts, CancellationToken cancellationToken) =>
        IsLocal(model)
            ? _local.EmbedAll(texts, cancellationToken)
            : await _endpoint.GenerateAsync(texts, new() { ModelId = model.Name, Dimensions = model.Dimensions }, cancellationToken);
}
