using Npgsql;
using SessionService.Infrastructure.Digests;

namespace SessionService.Infrastructure.Search;

/// <summary>
/// Keeps small what a search has to index for itself. Where the digest lags behind (a user writes very much, a database has just been
/// adopted) the search first digests what is too much; the next one finds that done.
/// </summary>
internal sealed class SearchCatchUp(NpgsqlDataSource dataSource, SessionDigest digest, TimeProvider time)
{
    private const long MaxMessages = 2_000;
    private const long MaxBytes = 8 * 1024 * 1024;

    // While another instance, or another search, digests the same user's messages.
    private static readonly TimeSpan Wait = TimeSpan.FromMilliseconds(50);

    public async Task RunAsync(string userId, CancellationToken cancellationToken)
    {
        while (await IsTooMuchAsync(userId, cancellationToken))
        {
            if (!await digest.DigestNowAsync(userId, cancellationToken))
            {
                await Task.Delay(Wait, time, cancellationToken);
            }
        }
    }

    private async Task<bool> IsTooMuchAsync(string userId, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var command = new NpgsqlCommand(UndigestedMessages.Measure, connection)
        {
            Parameters = { new NpgsqlParameter<string> { TypedValue = userId }, new NpgsqlParameter<long> { TypedValue = MaxMessages + 1 } },
        };
        await command.PrepareAsync(cancellationToken);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return reader.GetInt64(0) > MaxMessages || (reader.GetInt64(0) > 1 && reader.GetInt64(1) > MaxBytes);
    }
}
