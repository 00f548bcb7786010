using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using SessionService.Infrastructure.Embeddings;

namespace SessionService.Infrastructure.MemorySearch;

/// <summary>Has questions embedded by the model that is set, if one is, and does without it when it fails.</summary>
internal sealed partial class QuestionEmbedding(
    IEmbeddingGenerator<string, Embedding<float>> generator,
    IOptions<EmbeddingOptions> options,
    EmbeddingMetrics metrics,
    TimeProvider time,
    ILogger<QuestionEmbedding> logger)
{
    private static readonly EmbeddedQuestion Nothing = new([], IsDegraded: false);
    private static readonly EmbeddedQuestion Degraded = new([], IsDegraded: true);

    private long _askAgainAt;

    public async Task<EmbeddedQuestion> EmbedAsync(string question, CancellationToken cancellationToken)
    {
        if (options.Value.Current is null)
        {
            return Nothing;
        }

        // Not every question need find out anew that nobody answers.
        if (time.GetUtcNow().UtcTicks < Volatile.Read(ref _askAgainAt))
        {
            return Degraded;
        }

        try
        {
            var vectors = new List<QuestionVector>();
            foreach (var model in options.Value.UsableModels)
            {
                vectors.Add(new QuestionVector(model.Name, await EmbedAsync(question, model, cancellationToken)));
            }

            metrics.CountSuccess();
            return new EmbeddedQuestion(vectors, IsDegraded: false);
        }
        catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            metrics.CountFailure();
            LogFailed((exception as HttpRequestException)?.StatusCode?.ToString() ?? exception.GetType().Name);
            Volatile.Write(ref _askAgainAt, (time.GetUtcNow() + options.Value.Every).UtcTicks);
            return Degraded;
        }
    }

    private async Task<float[]> EmbedAsync(string question, EmbeddingModel model, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(options.Value.QuestionTimeout);
        var embeddings = await generator.GenerateAsync([question], new() { ModelId = model.Name, Dimensions = model.Dimensions }, patience.Token);
        var vector = embeddings[0].Vector.ToArray();
        PackedVector.Normalize(vector);
        return vector;
    }

    [LoggerMessage(1, LogLevel.Warning, "The embeddings endpoint did not embed a question, which was answered by words alone: {Reason}")]
    private partial void LogFailed(string reason);
}

/// <summary>A question by the models that are set.</summary>
/// <param name="Vectors">Its vectors, that of the model that counts first; none where the embedded model is the only one.</param>
/// <param name="IsDegraded">Whether a model is set and did not answer.</param>
internal sealed record EmbeddedQuestion(IReadOnlyList<QuestionVector> Vectors, bool IsDegraded);
