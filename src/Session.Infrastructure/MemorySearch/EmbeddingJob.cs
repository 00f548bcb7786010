using System.Net;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.ML.OnnxRuntime;
using Npgsql;
using SessionService.Infrastructure.Embeddings;
using SessionService.Infrastructure.Jobs;
using SessionService.Infrastructure.Persistence;
using SessionService.Infrastructure.Writes;

namespace SessionService.Infrastructure.MemorySearch;

/// <summary>Embeds messages and memories by the model that is set. One instance at a time does so.</summary>
internal sealed class EmbeddingJob(
    NpgsqlDataSource dataSource,
    Database database,
    SessionContexts contexts,
    EmbeddingModels models,
    IOptions<EmbeddingOptions> options,
    EmbeddingMetrics metrics,
    WriteMetrics writes,
    TimeProvider time,
    ILogger<EmbeddingJob> logger) : RecurringJob(time, logger)
{
    // A text that no endpoint has a reason to refuse.
    private const string Harmless = "word";

    // To save work. Vectors are stored only beside the text that was embedded, and a block goes on only where it was read to: so two
    // instances that do the same, as they may at two servers of a sharded database, store the same once.
    private const string TryLock = $"SELECT pg_try_advisory_lock({AdvisoryLocks.EmbeddingUpkeep})";

    private const string Unlock = $"SELECT pg_advisory_unlock({AdvisoryLocks.EmbeddingUpkeep})";

    private static readonly TimeSpan MostOfEach = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan MostOfRest = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);

    // Texts that the sentence model embeds without a rest.
    private const int LocalAtOnce = 8;

    // With more writes a second than these, the sentence model works less.
    private const int ManyWrites = 100;
    private const double ShareBesideManyWrites = 0.1;

    // To count what waits takes at most a tenth of the time. Of the last two counts the shorter one tells: the first takes longer.
    private const int RestsOfCount = 9;

    private EmbeddingBacklog? _backlog;
    private (TimeSpan Before, TimeSpan Last) _counts;

    private TimeSpan RestOfCount => RestsOfCount * (_counts.Before < _counts.Last ? _counts.Before : _counts.Last);

    protected override string Name => "embedding";

    protected override TimeSpan Interval => Longer(options.Value.Every, RestOfCount < MostOfRest ? RestOfCount : MostOfRest);

    protected override bool IsEnabled => models.Current is not null;

    protected override async Task<bool> RunAsync(CancellationToken cancellationToken)
    {
        if (models.Current is not { } model)
        {
            // The sentence model could not be loaded.
            metrics.Model = null;
            return true;
        }

        var backlog = _backlog ??= new EmbeddingBacklog(contexts, database, model, options.Value.BatchSize);
        var began = Time.GetTimestamp();
        metrics.SetWaiting(await backlog.CountAsync(cancellationToken));
        _counts = (_counts.Last, Time.GetElapsedTime(began));
        models.SetLocalIsLeft(
            metrics.Waiting > 0
            && !EmbeddingModels.IsLocal(model)
            && await backlog.HasAsync(EmbeddingModel.OfSentences, cancellationToken));
        if (metrics.Waiting == 0)
        {
            return true;
        }

        // The connection holds the lock for as long as the run takes.
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        var sql = new Sql(connection);
        if (!await sql.Statement(TryLock).ValueAsync<bool>(cancellationToken))
        {
            return true;
        }

        try
        {
            await EmbedAllAsync(backlog, model, cancellationToken);
        }
        finally
        {
            await sql.Statement(Unlock).ValueAsync<bool>(CancellationToken.None);
        }

        return true;
    }

    // The database or the endpoint is away, or a segment is damaged.
    protected override bool IsPassing(Exception exception) =>
        base.IsPassing(exception)
        || exception is InvalidDataException or OnnxRuntimeException
        || IsOfTheEndpoint(exception, CancellationToken.None);

    protected override TimeSpan PauseAfterFailure(Exception? exception) =>
        exception is null ? Interval : Longer(Interval, EmbeddingsRefusedException.PauseAfter(exception));

    protected override string ReasonOf(Exception exception) =>
        (exception as HttpRequestException)?.StatusCode?.ToString() ?? base.ReasonOf(exception);

    private async Task EmbedAllAsync(EmbeddingBacklog backlog, EmbeddingModel model, CancellationToken cancellationToken)
    {
        var began = Time.GetTimestamp();
        bool isMoreLeft;
        do
        {
            isMoreLeft = false;
            await foreach (var memories in backlog.ReadMemoriesAsync(cancellationToken))
            {
                await EmbedAsync(backlog, memories, model, cancellationToken);
                isMoreLeft |= memories.Count == options.Value.BatchSize;
            }
        }
        while (isMoreLeft && Time.GetElapsedTime(began) < MostOfEach);

        // Not without end: memories that were written meanwhile come before the rest of the messages.
        began = Time.GetTimestamp();
        await backlog.LineUpAsync(cancellationToken);
        while (Time.GetElapsedTime(began) < MostOfEach && await backlog.ReadMessagesAsync(cancellationToken) is { Count: > 0 } messages)
        {
            await EmbedAsync(backlog, messages, model, cancellationToken);
        }
    }

    private async Task EmbedAsync(
        EmbeddingBacklog backlog, IReadOnlyList<WaitingItem> items, EmbeddingModel model, CancellationToken cancellationToken)
    {
        var texts = items.Select(item => item.Text).OfType<string>().ToList();
        var embedded = new Queue<byte[]>(texts.Count == 0 ? [] : await EmbedAsync(texts, model, cancellationToken));
        var vectors = items.Select(item => item.Text is null ? new byte[model.Dimensions] : embedded.Dequeue());
        await backlog.WriteAsync(items, [.. vectors], cancellationToken);
        metrics.CountEmbedded(items.Count);
    }

    private async Task<IReadOnlyList<byte[]>> EmbedAsync(List<string> texts, EmbeddingModel model, CancellationToken cancellationToken)
    {
        if (EmbeddingModels.IsLocal(model))
        {
            return await EmbedLocallyAsync(texts, model, cancellationToken);
        }

        try
        {
            return await TryRepeatedlyAsync(texts, model, cancellationToken);
        }
        catch (Exception exception) when (
            IsOfTheEndpoint(exception, cancellationToken) && StatusOf(exception) != HttpStatusCode.TooManyRequests)
        {
            // Where a setting is wrong or the endpoint is away, it refuses every text: that is no fault of these.
            if (!await IsAnsweringAsync(model, cancellationToken))
            {
                throw;
            }

            // A text that the endpoint never takes must not keep the others waiting. It gets a vector of length 0.
            var half = texts.Count / 2;
            if (half == 0)
            {
                return [new byte[model.Dimensions]];
            }

            var first = await EmbedAsync([.. texts.Take(half)], model, cancellationToken);
            return [.. first, .. await EmbedAsync([.. texts.Skip(half)], model, cancellationToken)];
        }
    }

    // On one thread, with rests, and with longer ones while many write: requests and the digest need the processor more.
    private async Task<IReadOnlyList<byte[]>> EmbedLocallyAsync(
        List<string> texts, EmbeddingModel model, CancellationToken cancellationToken)
    {
        var vectors = new List<byte[]>(texts.Count);
        foreach (var some in texts.Chunk(LocalAtOnce))
        {
            var (began, written) = (Time.GetTimestamp(), writes.Written);
            vectors.AddRange(Pack(await models.EmbedAsync(model, some, cancellationToken)));
            var isBusy = writes.Written - written > ManyWrites * Time.GetElapsedTime(began).TotalSeconds;
            await RestAsync(began, options.Value.LocalShare * (isBusy ? ShareBesideManyWrites : 1), cancellationToken);
        }

        return vectors;
    }

    private async Task<IReadOnlyList<byte[]>> TryRepeatedlyAsync(
        List<string> texts, EmbeddingModel model, CancellationToken cancellationToken)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                return await TryAsync(texts, model, cancellationToken);
            }
            catch (Exception exception) when (IsOfTheEndpoint(exception, cancellationToken))
            {
                metrics.CountFailure();
                if (attempt == options.Value.Retries || IsFinal(exception))
                {
                    throw;
                }

                var pause = Longer(FirstPause * (1 << attempt), EmbeddingsRefusedException.PauseAfter(exception));
                await Task.Delay(pause, Time, cancellationToken);
            }
        }
    }

    private async Task<IReadOnlyList<byte[]>> TryAsync(List<string> texts, EmbeddingModel model, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(options.Value.BatchTimeout);
        return [.. Pack(await models.EmbedAsync(model, texts, patience.Token))];
    }

    private static IEnumerable<byte[]> Pack(IEnumerable<Embedding<float>> embeddings) =>
        embeddings.Select(embedding => PackedVector.Pack(embedding.Vector.Span));

    private async Task<bool> IsAnsweringAsync(EmbeddingModel model, CancellationToken cancellationToken)
    {
        try
        {
            await TryAsync([Harmless], model, cancellationToken);
            return true;
        }
        catch (Exception exception) when (IsOfTheEndpoint(exception, cancellationToken))
        {
            return false;
        }
    }

    /// <summary>Whether the endpoint failed or did not answer in time.</summary>
    private static bool IsOfTheEndpoint(Exception exception, CancellationToken cancellationToken) =>
        exception is HttpRequestException or IOException or OperationCanceledException && !cancellationToken.IsCancellationRequested;

    private static HttpStatusCode? StatusOf(Exception exception) => (exception as HttpRequestException)?.StatusCode;

    // The endpoint would refuse the same request again.
    private static bool IsFinal(Exception exception) =>
        StatusOf(exception) is >= HttpStatusCode.BadRequest and < HttpStatusCode.InternalServerError
            and not HttpStatusCode.RequestTimeout and not HttpStatusCode.TooManyRequests;

    private static TimeSpan Longer(TimeSpan one, TimeSpan other) => one > other ? one : other;
}
