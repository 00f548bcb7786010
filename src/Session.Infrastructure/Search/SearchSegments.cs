using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Options;
using SessionService.Application.Time;
using SessionService.Infrastructure.Digests;
using SessionService.Infrastructure.Persistence;

namespace SessionService.Infrastructure.Search;

/// <summary>
/// Writes the index: each batch of the digest becomes a segment, which absorbs small earlier segments, so that a user has few. A segment
/// absorbs those of at most twice its own size, so a message is rewritten about as often as the number of messages can be halved.
/// </summary>
internal sealed class SearchSegments(
    MessageIndexer indexer, SearchIndex index, IUserLocks locks, IOptions<SearchOptions> options, TimeProvider time) : IDigestParticipant
{
    // A segment is read and kept in memory whole.
    private const long MaxBytes = 8 * 1024 * 1024;

    // By hand, for the reason that SearchIndex gives.
    private const string ListNewestFirst =
        """
        SELECT segment_id, message_count, octet_length(data), folding
        FROM dev.search_segments
        WHERE user_id = $1
        ORDER BY segment_id DESC
        LIMIT $2
        """;

    private const string ListSessions = "SELECT session_id FROM dev.sessions WHERE user_id = $1";

    private const string Insert =
        "INSERT INTO dev.search_segments (user_id, segment_id, message_count, data, folding) VALUES ($1, $2, $3, $4, $5)";

    private const string Delete = "DELETE FROM dev.search_segments WHERE user_id = $1 AND segment_id = ANY ($2)";

    public async Task<DigestWrite> PrepareAsync(DigestBatch batch, Sql sql, CancellationToken cancellationToken)
    {
        // The index has no redacted message: it says nothing.
        var messages = batch.Messages.Where(SearchableText.IsThere).ToList();
        if (messages.Count == 0)
        {
            return (_, _) => Task.FromResult(true);
        }

        var absorbed = await ReadAbsorbedAsync(sql, batch.UserId, messages.Count, cancellationToken);
        var builder = new IndexSegmentBuilder();
        foreach (var segment in absorbed)
        {
            builder.Add(segment, stays: _ => true);
        }

        await indexer.AddAsync(builder, messages, isForNow: false, sql, cancellationToken);
        return async (sql, cancellationToken) =>
            await TryDeleteAsync(sql, batch.UserId, absorbed, cancellationToken)
            && await InsertAsync(sql, batch.UserId, time.GetDatabaseNow(), builder, SegmentVersion.Current, cancellationToken);
    }

    /// <summary>
    /// Takes messages out of the index, in the caller's transaction (read committed). Waits for a digest of the user to end, which may wait
    /// for a session: the caller must not have locked a session yet, unless it holds the lock of <see cref="LockAsync"/>.
    /// </summary>
    /// <returns>How many rows held any of the messages.</returns>
    public async Task<int> RemoveAsync(Sql sql, string userId, Predicate<IndexedMessage> isRemoved, CancellationToken cancellationToken)
    {
        await LockAsync(sql, userId, cancellationToken);
        var holding = 0;
        await foreach (var (segment, folding) in FindAsync(sql, userId, isRemoved, cancellationToken))
        {
            holding++;
            var builder = new IndexSegmentBuilder();
            builder.Add(segment, stays: message => !isRemoved(message));
            await TryDeleteAsync(sql, userId, [segment], cancellationToken);
            if (builder.Count > 0)
            {
                await InsertAsync(sql, userId, time.GetDatabaseNow(), builder, folding, cancellationToken);
            }
        }

        return holding;
    }

    /// <summary>How many rows of a user's index hold any of the messages.</summary>
    public ValueTask<int> CountAsync(
        Sql sql, string userId, Predicate<IndexedMessage> isCounted, CancellationToken cancellationToken) =>
        FindAsync(sql, userId, isCounted, cancellationToken).CountAsync(cancellationToken);

    /// <summary>
    /// Replaces a segment by one of the current version, in the caller's transaction. The caller holds the lock of <see cref="LockAsync"/>.
    /// </summary>
    /// <returns>False where the segment no longer exists.</returns>
    public static async Task<bool> TryReplaceAsync(
        Sql sql, string userId, IndexSegment segment, IndexSegmentBuilder renewed, CancellationToken cancellationToken) =>
        await TryDeleteAsync(sql, userId, [segment], cancellationToken)
        && (renewed.Count == 0
            || await InsertAsync(sql, userId, TimeOf(segment.SegmentId), renewed, SegmentVersion.Current, cancellationToken));

    /// <summary>
    /// Takes the messages of sessions that no longer exist out of a user's index. The caller's transaction must be as for
    /// <see cref="RemoveAsync"/>.
    /// </summary>
    public async Task RemoveGoneAsync(Sql sql, string userId, CancellationToken cancellationToken)
    {
        await LockAsync(sql, userId, cancellationToken);
        var kept = (await sql.Statement(ListSessions, userId).ListAsync(row => row.GetGuid(0), cancellationToken)).ToHashSet();
        await RemoveAsync(sql, userId, message => !kept.Contains(message.SessionId), cancellationToken);
    }

    /// <summary>Waits for a digest of the user to end, and keeps another from beginning before the transaction ends.</summary>
    public Task LockAsync(Sql sql, string userId, CancellationToken cancellationToken) =>
        locks.TakeAsync(sql, userId, UserLockKind.Derived, cancellationToken);

    /// <summary>The segments that hold any of the messages, each read when it is asked for.</summary>
    private async IAsyncEnumerable<(IndexSegment Segment, int Folding)> FindAsync(
        Sql sql, string userId, Predicate<IndexedMessage> isSought, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var (id, _, _, folding) in await ListAsync(sql, userId, limit: null, cancellationToken))
        {
            if (await index.ReadAsync(sql, userId, [id], cancellationToken) is [var segment]
                && segment.Messages.Any(message => isSought(message)))
            {
                yield return (segment, folding);
            }
        }
    }

    /// <summary>The newest segments, as long as they are small beside the new messages; the oldest of them first.</summary>
    private async Task<IReadOnlyList<IndexSegment>> ReadAbsorbedAsync(
        Sql sql, string userId, int messages, CancellationToken cancellationToken)
    {
        const int MostAtOnce = 32;
        var absorbed = new List<Guid>();
        long bytes = 0;
        foreach (var (id, count, size, folding) in await ListAsync(sql, userId, MostAtOnce, cancellationToken))
        {
            bytes += size;
            if (folding != SegmentVersion.Current
                || count > 2 * messages
                || messages + count > options.Value.MaxSegmentMessages
                || bytes > MaxBytes)
            {
                break;
            }

            messages += count;
            absorbed.Insert(0, id);
        }

        return await index.ReadAsync(sql, userId, absorbed, cancellationToken);
    }

    private static Task<List<(Guid Id, int Messages, int Bytes, int Folding)>> ListAsync(
        Sql sql, string userId, int? limit, CancellationToken cancellationToken) =>
        sql.Statement(ListNewestFirst, userId, limit ?? long.MaxValue)
            .ListAsync(row => (row.GetGuid(0), row.GetInt32(1), row.GetInt32(2), row.GetInt32(3)), cancellationToken);

    /// <summary>False where one of the segments no longer exists: somebody else has put another in its place.</summary>
    private static async Task<bool> TryDeleteAsync(
        Sql sql, string userId, IReadOnlyList<IndexSegment> segments, CancellationToken cancellationToken)
    {
        Guid[] ids = [.. segments.Select(segment => segment.SegmentId)];
        return ids.Length == 0 || await sql.Statement(Delete, userId, ids).ExecuteAsync(cancellationToken) == ids.Length;
    }

    // The first 48 bits of an id of version 7. A segment that replaces another keeps its place in the order.
    private static DateTimeOffset TimeOf(Guid segmentId) =>
        DateTimeOffset.FromUnixTimeMilliseconds((long)(BinaryPrimitives.ReadUInt64BigEndian(segmentId.ToByteArray(bigEndian: true)) >> 16));

    private static async Task<bool> InsertAsync(
        Sql sql, string userId, DateTimeOffset at, IndexSegmentBuilder segment, int folding, CancellationToken cancellationToken) =>
        await sql.Statement(Insert, userId, Guid.CreateVersion7(at), segment.Count, segment.ToBytes(), folding)
            .ExecuteAsync(cancellationToken) == 1;
}
