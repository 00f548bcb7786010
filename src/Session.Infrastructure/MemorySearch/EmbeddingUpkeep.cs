using System.Net;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using SessionService.Infrastructure.Embeddings;
using SessionService.Infrastructure.Persistence;

namespace SessionService.Infrastructure.MemorySearch;

/// <summary>Has messages and memories embedded in the background by the model that is set. Of several instances one does so at a time.</summary>
internal sealed partial class EmbeddingUpkeep(
    NpgsqlDataSource dataSource,
    IEmbeddingGenerator<string, Embedding<float>> generator,
    IOptions<EmbeddingOptions> options,
    EmbeddingMetrics metrics,
    TimeProvider time,
    ILogger<EmbeddingUpkeep> logger) : BackgroundService
{
    // What no endpoint has a reason to refuse.
    private const string Harmless = "word";

    private static readonly TimeSpan MostOfMessages = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);

    private const string TryLock = $"SELECT pg_try_advisory_lock({AdvisoryLocks.EmbeddingUpkeep})";

    private const string Unlock = $"SELECT pg_advisory_unlock({AdvisoryLocks.EmbeddingUpkeep})";

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (options.Value.Current is not { } model)
        {
            return;
        }

        var backlog = new EmbeddingBacklog(model, options.Value.BatchSize);
        while (!stoppingToken.IsCancellationRequested)
        {
            var pause = options.Value.Every;
            try
            {
                await RunAsync(backlog, model, stoppingToken);
            }
            catch (Exception exception) when (exception is NpgsqlException or InvalidDataException || IsOfTheEndpoint(exception, stoppingToken))
            {
                // The database or the endpoint is away, or a segment is damaged; the next time will do.
                LogPostponed((exception as HttpRequestException)?.StatusCode?.ToString() ?? exception.GetType().Name);
                pause = Longer(pause, EmbeddingsRefusedException.PauseAfter(exception));
            }

            await Task.Delay(pause, time, stoppingToken);
        }
    }

    private async Task RunAsync(EmbeddingBacklog backlog, EmbeddingModel model, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        metrics.SetWaiting(await backlog.CountAsync(connection, cancellationToken));
        if (metrics.Waiting == 0 || !await IsTrueAsync(connection, TryLock, cancellationToken))
        {
            return;
        }

        try
        {
            await foreach (var memories in backlog.ReadMemoriesAsync(connection, cancellationToken))
            {
                await EmbedAsync(connection, backlog, memories, model, cancellationToken);
            }

            // Not for ever: what was written meanwhile waits behind, and memories come first.
            var began = time.GetTimestamp();
            while (time.GetElapsedTime(began) < MostOfMessages && await backlog.ReadMessagesAsync(connection, cancellationToken) is { Count: > 0 } messages)
            {
                await EmbedAsync(connection, backlog, messages, model, cancellationToken);
            }
        }
        finally
        {
            await IsTrueAsync(connection, Unlock, CancellationToken.None);
        }
    }

    private async Task EmbedAsync(
        NpgsqlConnection connection, EmbeddingBacklog backlog, IReadOnlyList<WaitingItem> items, EmbeddingModel model, CancellationToken cancellationToken)
    {
        var texts = items.Select(item => item.Text).OfType<string>().ToList();
        var embedded = new Queue<byte[]>(texts.Count == 0 ? [] : await EmbedAsync(texts, model, cancellationToken));
        await backlog.WriteAsync(
            connection, items, [.. items.Select(item => item.Text is null ? new byte[model.Dimensions] : embedded.Dequeue())], cancellationToken);
        metrics.CountEmbedded(items.Count);
    }

    private async Task<IReadOnlyList<byte[]>> EmbedAsync(List<string> texts, EmbeddingModel model, CancellationToken cancellationToken)
    {
        try
        {
            return await TryRepeatedlyAsync(texts, model, cancellationToken);
        }
        catch (Exception exception) when (IsOfTheEndpoint(exception, cancellationToken) && StatusOf(exception) != HttpStatusCode.TooManyRequests)
        {
            // A setting that is wrong, or an endpoint that is away, must not be taken for a fault of the texts: then it refuses all.
            if (!await IsAnsweringAsync(model, cancellationToken))
            {
                throw;
            }

            // One text that the endpoint will never take must not keep the others waiting: it has a vector of length 0 then.
            var half = texts.Count / 2;
            return half == 0
                ? [new byte[model.Dimensions]]
                : [.. await EmbedAsync([.. texts.Take(half)], model, cancellationToken), .. await EmbedAsync([.. texts.Skip(half)], model, cancellationToken)];
        }
    }

    private async Task<IReadOnlyList<byte[]>> TryRepeatedlyAsync(List<string> texts, EmbeddingModel model, CancellationToken cancellationToken)
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

                await Task.Delay(Longer(FirstPause * (1 << attempt), EmbeddingsRefusedException.PauseAfter(exception)), time, cancellationToken);
            }
        }
    }

    private async Task<IReadOnlyList<byte[]>> TryAsync(List<string> texts, EmbeddingModel model, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(options.Value.BatchTimeout);
        var embeddings = await generator.GenerateAsync(texts, new() { ModelId = model.Name, Dimensions = model.Dimensions }, patience.Token);
        return [.. embeddings.Select(embedding => PackedVector.Pack(embedding.Vector.Span))];
    }

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

    /// <summary>Whether it failed at the endpoint, or was waited for long enough.</summary>
    private static bool IsOfTheEndpoint(Exception exception, CancellationToken cancellationToken) =>
        exception is HttpRequestException or IOException or OperationCanceledException && !cancellationToken.IsCancellationRequested;

    private static HttpStatusCode? StatusOf(Exception exception) => (exception as HttpRequestException)?.StatusCode;

    // The same again would be refused again.
    private static bool IsFinal(Exception exception) =>
        StatusOf(exception) is >= HttpStatusCode.BadRequest and < HttpStatusCode.InternalServerError
            and not HttpStatusCode.RequestTimeout and not HttpStatusCode.TooManyRequests;

    private static TimeSpan Longer(TimeSpan one, TimeSpan other) => one > other ? one : other;

    private static async Task<bool> IsTrueAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
#pragma warning disable CA2100 // One of two constant texts.
        await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        return await command.ExecuteScalarAsync(cancellationToken) is true;
    }

    [LoggerMessage(1, LogLevel.Warning, "Embedding is postponed: {Reason}")]
    private partial void LogPostponed(string reason);
}
