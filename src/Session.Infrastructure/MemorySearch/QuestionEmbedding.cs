using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using SessionService.Infrastructure.Embeddings;

namespace SessionService.Infrastructure.MemorySearch;

/// <summary>Embeds questions by the model that is set. Where the model fails, a question is answered without it.</summary>
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
        if (options.Value.Current is not { } current)
        {
            return Nothing;
        }

        // After a failure questions do not ask for a while.
        if (time.GetUtcNow().UtcTicks < Volatile.Read(ref _askAgainAt))
        {
            return Degraded;
        }

        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(options.Value.QuestionTimeout);
        try
        {
            var vectors = new List<QuestionVector> { await EmbedAsync(question, current, patience.Token) };
            metrics.CountSuccess();
            if (options.Value.Previous is { } previous && !metrics.IsComplete)
            {
                await TryAddAsync(vectors, question, previous, cancellationToken, patience.Token);
            }

            return new EmbeddedQuestion(vectors, IsDegraded: false);
        }
        catch (Exception exception) when (IsOfTheEndpoint(exception, cancellationToken))
        {
            metrics.CountFailure();
            LogFailed((exception as HttpRequestException)?.StatusCode?.ToString() ?? exception.GetType().Name);
            var asked = EmbeddingsRefusedException.PauseAfter(exception);
            Volatile.Write(ref _askAgainAt, (time.GetUtcNow() + (asked > options.Value.Every ? asked : options.Value.Every)).UtcTicks);
            return Degraded;
        }
    }

    // If the previous model does not answer, the texts that only it has embedded are compared by the embedded model.
    private async Task TryAddAsync(
        List<QuestionVector> vectors,
        string question,
        EmbeddingModel previous,
        CancellationToken cancellationToken,
        CancellationToken patience)
    {
        try
        {
            vectors.Add(await EmbedAsync(question, previous, patience));
        }
        catch (Exception exception) when (IsOfTheEndpoint(exception, cancellationToken))
        {
            LogFailed((exception as HttpRequestException)?.StatusCode?.ToString() ?? exception.GetType().Name);
        }
    }

    private async Task<QuestionVector> EmbedAsync(string question, EmbeddingModel model, CancellationToken cancellationToken)
    {
        var embeddings = await generator.GenerateAsync(
            [question], new() { ModelId = model.Name, Dimensions = model.Dimensions }, cancellationToken);
        var vector = embeddings[0].Vector.ToArray();
        PackedVector.Normalize(vector);
        return new QuestionVector(model.Key, vector);
    }

    private static bool IsOfTheEndpoint(Exception exception, CancellationToken cancellationToken) =>
        exception is HttpRequestException or IOException or OperationCanceledException && !cancellationToken.IsCancellationRequested;

    [LoggerMessage(1, LogLevel.Warning, "The embeddings endpoint did not embed a question, which was answered without: {Reason}")]
    private partial void LogFailed(string reason);
}

/// <summary>A question by the models that are set.</summary>
/// <param name="Vectors">Its vectors, that of the model that counts first; none where the embedded model is the only one.</param>
/// <param name="IsDegraded">Whether a model is set and did not answer.</param>
internal sealed record EmbeddedQuestion(IReadOnlyList<QuestionVector> Vectors, bool IsDegraded);
