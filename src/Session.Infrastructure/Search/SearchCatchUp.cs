using SessionService.Infrastructure.Digests;
using SessionService.Infrastructure.Persistence;

namespace SessionService.Infrastructure.Search;

/// <summary>
/// Limits how many messages a search has to index itself. Where the digest lags behind (a user writes very much, a database has just been
/// adopted), the search first digests the messages above the limit, and the next search finds that done.
/// </summary>
internal sealed class SearchCatchUp(Database database, Digester digester, TimeProvider time)
{
    private const long MaxMessages = 2_000;
    private const long MaxBytes = 8 * 1024 * 1024;

    // While another instance, or another search, digests the same user's messages.
    private static readonly TimeSpan Wait = TimeSpan.FromMilliseconds(50);

    public async Task RunAsync(string userId, CancellationToken cancellationToken)
    {
        while (await IsTooMuchAsync(userId, cancellationToken))
        {
            if (!await digester.DigestNowAsync(userId, cancellationToken))
            {
                await Task.Delay(Wait, time, cancellationToken);
            }
        }
    }

    private async Task<bool> IsTooMuchAsync(string userId, CancellationToken cancellationToken)
    {
        var (messages, bytes) = await database.ReadAsync(
            sql => sql.Statement(UndigestedMessages.Measure, userId, MaxMessages + 1)
                .FirstAsync(row => (row.GetInt64(0), row.GetInt64(1)), cancellationToken),
            cancellationToken);
        return messages > MaxMessages || (messages > 1 && bytes > MaxBytes);
    }
}
