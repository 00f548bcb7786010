using SessionService.Infrastructure.Digests;
using SessionService.Infrastructure.Folding;
using SessionService.Infrastructure.Persistence;

namespace SessionService.Infrastructure.Search;

/// <summary>
/// Limits how many messages a search has to index itself. Where the digest lags behind (a user writes very much, a database has just been
/// adopted), the search first digests the messages above the limit, and the next search finds that done. In the same way it first renews
/// segments of an earlier folding that the background job has not reached yet.
/// </summary>
internal sealed class SearchCatchUp(Database database, Digester digester, SegmentRenewal renewal, TimeProvider time)
{
    private const long MaxMessages = 2_000;
    private const long MaxBytes = 8 * 1024 * 1024;

    // One statement, so that a search pays for one round trip.
    private const string Measure = $"SELECT u.*, EXISTS ({SegmentRenewal.OldSegments}) FROM ({UndigestedMessages.Measure}) AS u";

    // While another instance, or another search, works on the same user's index.
    private static readonly TimeSpan Wait = TimeSpan.FromMilliseconds(50);

    public async Task RunAsync(string userId, CancellationToken cancellationToken)
    {
        while (await MeasureAsync(userId, cancellationToken) is var (isTooMuch, isOld) && (isTooMuch || isOld))
        {
            var isDone = isOld
                ? await renewal.RenewOneAsync(userId, cancellationToken)
                : await digester.DigestNowAsync(userId, cancellationToken);
            if (!isDone)
            {
                await Task.Delay(Wait, time, cancellationToken);
            }
        }
    }

    private async Task<(bool IsTooMuch, bool IsOld)> MeasureAsync(string userId, CancellationToken cancellationToken)
    {
        var (messages, bytes, isOld) = await database.ReadAsync(
            sql => sql.Statement(Measure, userId, MaxMessages + 1, SegmentVersion.Current, TextFolding.Version)
                .FirstAsync(row => (row.GetInt64(0), row.GetInt64(1), row.GetBoolean(2)), cancellationToken),
            cancellationToken);
        return (messages > MaxMessages || (messages > 1 && bytes > MaxBytes), isOld);
    }
}
