using System.Net;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using SessionService.Infrastructure.Embeddings;

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
    // Of a longer text the beginning says what it is about; models take no more than some thousand words.
    private const int MaxCharacters = 8_000;

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);

    private const string TryLock = "SELECT pg_try_advisory_lock(hashtextextended('embedding upkeep', 7))";

    private const string Unlock = "SELECT pg_advisory_unlock(hashtextextended('embedding upkeep', 7))";

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (options.Value.Current is not { } model)
        {
            return;
        }

        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await RunAsync(model, stoppingToken);
            }
            catch (Exception exception) when (exception is NpgsqlException or HttpRequestException or TaskCanceledException && !stoppingToken.IsCancellationRequested)
            {
                // The database or the endpoint is away; the next time will do.
                LogPostponed((exception as HttpRequestException)?.StatusCode?.ToString() ?? exception.GetType().Name);
            }

            await Task.Delay(options.Value.Every, time, stoppingToken);
        }
    }

    private async Task RunAsync(EmbeddingModel model, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        metrics.SetWaiting(await EmbeddingBacklog.CountAsync(connection, model, cancellationToken));
        if (metrics.Waiting == 0 || !await IsTrueAsync(connection, TryLock, cancellationToken))
        {
            return;
        }

        try
        {
            while (await EmbeddingBacklog.ReadAsync(connection, model, options.Value.BatchSize, cancellationToken) is { Count: > 0 } items)
            {
                var vectors = await EmbedAsync([.. items.Select(item => Cut(item.Text))], model, cancellationToken);
                await EmbeddingBacklog.WriteAsync(connection, model, items, vectors, cancellationToken);
                metrics.CountEmbedded(items.Count);
                metrics.SetWaiting(await EmbeddingBacklog.CountAsync(connection, model, cancellationToken));
            }
        }
        finally
        {
            await IsTrueAsync(connection, Unlock, CancellationToken.None);
        }
    }

    private async Task<IReadOnlyList<byte[]>> EmbedAsync(IReadOnlyList<string> texts, EmbeddingModel model, CancellationToken cancellationToken)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
                patience.CancelAfter(options.Value.BatchTimeout);
                var embeddings = await generator.GenerateAsync(texts, new() { ModelId = model.Name, Dimensions = model.Dimensions }, patience.Token);
                return [.. embeddings.Select(embedding => PackedVector.Pack(embedding.Vector.Span))];
            }
            catch (HttpRequestException exception) when (IsOfTheTexts(exception))
            {
                // One that the endpoint will never take must not keep the others waiting: it has a vector of length 0 then.
                return texts.Count == 1
                    ? [new byte[model.Dimensions]]
                    : [.. await EmbedAsync([.. texts.Take(texts.Count / 2)], model, cancellationToken), .. await EmbedAsync([.. texts.Skip(texts.Count / 2)], model, cancellationToken)];
            }
            catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
            {
                metrics.CountFailure();
                if (attempt == options.Value.Retries)
                {
                    throw;
                }

                await Task.Delay(FirstPause * (1 << attempt), time, cancellationToken);
            }
        }
    }

    private static bool IsOfTheTexts(HttpRequestException exception) =>
        exception.StatusCode is HttpStatusCode.BadRequest or HttpStatusCode.RequestEntityTooLarge or HttpStatusCode.UnprocessableEntity;

    // Never through a surrogate pair.
    private static string Cut(string text) =>
        text.Length <= MaxCharacters ? text : text[..(char.IsHighSurrogate(text[MaxCharacters - 1]) ? MaxCharacters - 1 : MaxCharacters)];

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
