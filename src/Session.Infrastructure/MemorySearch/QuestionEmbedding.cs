using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using SessionService.Infrastructure.Embeddings;

namespace SessionService.Infrastructure.MemorySearch;

/// <summary>Embeds questions by the model that is set. Where the model fails, a question is answered without it.</summary>
internal sealed partial class QuestionEmbedding(
    EmbeddingModels models,
    PassageCache cache,
    IOptions<EmbeddingOptions> options,
    EmbeddingMetrics metrics,
    TimeProvider time,
    ILogger<QuestionEmbedding> logger)
{
    private static readonly EmbeddedQuestion Nothing = new([], BySentences: null, IsDegraded: false);
    private static readonly EmbeddedQuestion Degraded = Nothing with { IsDegraded = true };

    private long _askAgainAt;

    public async Task<EmbeddedQuestion> EmbedAsync(string question, CancellationToken cancellationToken)
    {
        if (models.Current is not { } current)
        {
            return Nothing;
        }

        if (EmbeddingModels.IsLocal(current))
        {
            return Nothing with { BySentences = EmbedHere(question) };
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
            var vectors = new List<QuestionVector?> { await EmbedAtEndpointAsync(question, current, patience.Token) };
            metrics.CountSuccess();
            if (models.Previous is { } previous && !metrics.IsComplete)
            {
                await TryAddAsync(vectors, question, previous, cancellationToken, patience.Token);
            }

            if (models.Replaced is not null && !metrics.IsComplete)
            {
                vectors.Add(EmbedHere(question));
            }

            return Nothing with { Vectors = [.. vectors.OfType<QuestionVector>()] };
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

    // The same question is often asked again: with other filters, of one session, or of another user's messages.
    private QuestionVector? EmbedHere(string question)
    {
        if (cache.FindQuestion(question) is { } known)
        {
            return new QuestionVector(EmbeddingModel.OfSentences, known);
        }

        if (models.EmbedHere(question) is not { } vector)
        {
            return null;
        }

        PackedVector.Normalize(vector);
        var embedded = new QuestionVector(EmbeddingModel.OfSentences, new PackedQuestion(vector));
        cache.Add(question, embedded.Packed);
        return embedded;
    }

    // If the previous model does not answer, the texts that only it has embedded are compared by the embedded model.
    private async Task TryAddAsync(
        List<QuestionVector?> vectors,
        string question,
        EmbeddingModel previous,
        CancellationToken cancellationToken,
        CancellationToken patience)
    {
        try
        {
            vectors.Add(await EmbedAtEndpointAsync(question, previous, patience));
        }
        catch (Exception exception) when (IsOfTheEndpoint(exception, cancellationToken))
        {
            LogFailed((exception as HttpRequestException)?.StatusCode?.ToString() ?? exception.GetType().Name);
        }
    }

    private async Task<QuestionVector> EmbedAtEndpointAsync(string question, EmbeddingModel model, CancellationToken cancellationToken)
    {
        var embeddings = await models.EmbedAsync(model, [question], cancellationToken);
        var vector = embeddings[0].Vector.ToArray();
        PackedVector.Normalize(vector);
        return new QuestionVector(model, new PackedQuestion(vector));
    }

    private static bool IsOfTheEndpoint(Exception exception, CancellationToken cancellationToken) =>
        exception is HttpRequestException or IOException or OperationCanceledException && !cancellationToken.IsCancellationRequested;

    [LoggerMessage(1, LogLevel.Warning, "The embeddings endpoint did not embed a question, which was answered without: {Reason}")]
    private partial void LogFailed(string reason);
}

/// <summary>A question by the models that are set.</summary>
/// <param name="Vectors">Its vectors by models behind an endpoint, and what takes their place, the one that counts most first.</param>
/// <param name="BySentences">Its vector by the sentence model, where that counts beside the vectors of words.</param>
/// <param name="IsDegraded">Whether a model is set and did not answer.</param>
internal sealed record EmbeddedQuestion(IReadOnlyList<QuestionVector> Vectors, QuestionVector? BySentences, bool IsDegraded);
