using Npgsql;
using SessionService.Infrastructure.Digests;
using SessionService.Infrastructure.Folding;

namespace SessionService.Infrastructure.Search;

/// <summary>
/// Keeps small what a search has to index for itself. Where the digest lags behind (a user writes very much, a database has just been
/// adopted) the search first digests what is too much; the next one finds that done. Parts of the index whose words were made by an older
/// folding of letters, and that the background has not come to yet, are made anew first.
/// </summary>
internal sealed class SearchCatchUp(NpgsqlDataSource dataSource, SessionDigest digest, SegmentRenewal renewal, TimeProvider time)
{
    private const long MaxMessages = 2_000;
    private const long MaxBytes = 8 * 1024 * 1024;

    // While another instance, or another search, digests the same user's messages.
    private static readonly TimeSpan Wait = TimeSpan.FromMilliseconds(50);

    public async Task RunAsync(string userId, CancellationToken cancellationToken)
    {
        while (await MeasureAsync(userId, cancellationToken) is var (isTooMuch, isOld) && (isTooMuch || isOld))
        {
            var isDone = isOld
                ? await renewal.RenewOneAsync(userId, cancellationToken)
                : await digest.DigestNowAsync(userId, cancellationToken);
            if (!isDone)
            {
                await Task.Delay(Wait, time, cancellationToken);
            }
        }
    }

    private async Task<(bool IsTooMuch, bool IsOld)> MeasureAsync(string userId, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var batch = new NpgsqlBatch(connection)
        {
            BatchCommands =
            {
                new NpgsqlBatchCommand(UndigestedMessages.Measure)
                {
                    Parameters =
                    {
                        new NpgsqlParameter<string> { TypedValue = userId },
                        new NpgsqlParameter<long> { TypedValue = MaxMessages + 1 },
                    },
                },
                new NpgsqlBatchCommand(SegmentRenewal.FindOld)
                {
                    Parameters =
                    {
                        new NpgsqlParameter<string> { TypedValue = userId },
                        new NpgsqlParameter<int> { TypedValue = TextFolding.Version },
                    },
                },
            },
        };
        await batch.PrepareAsync(cancellationToken);
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        var isTooMuch = reader.GetInt64(0) > MaxMessages || (reader.GetInt64(0) > 1 && reader.GetInt64(1) > MaxBytes);
        await reader.NextResultAsync(cancellationToken);
        return (isTooMuch, await reader.ReadAsync(cancellationToken));
    }
}
