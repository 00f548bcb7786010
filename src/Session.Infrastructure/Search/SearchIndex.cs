using System.Runtime.CompilerServices;
using SessionService.Domain.Messages;
using SessionService.Infrastructure.Digests;
using SessionService.Infrastructure.Persistence;

namespace SessionService.Infrastructure.Search;

/// <summary>The index of each user's messages.</summary>
internal sealed class SearchIndex(MessageIndexer indexer, SearchCache cache)
{
    private const int SegmentsAtOnce = 4;

    // By hand: these statements run in transactions of others (the digest, redaction, erasure, retention, a search). A context of
    // EF on such a connection takes 2.2 to 2.6 times as long.
    private const string ListSegments = "SELECT segment_id FROM dev.search_segments WHERE user_id = $1 ORDER BY segment_id";

    private const string ReadSegments = "SELECT segment_id, data FROM dev.search_segments WHERE user_id = $1 AND segment_id = ANY ($2)";

    /// <summary>
    /// A user's index, with every message that the transaction sees. The transaction must keep its snapshot (repeatable read), so that the
    /// digested and the undigested messages are of one moment.
    /// </summary>
    public async Task<UserIndex> OpenAsync(Sql sql, string userId, CancellationToken cancellationToken)
    {
        var (ids, undigested) = await ListAsync(sql, userId, cancellationToken);
        var tail = new IndexSegmentBuilder();
        await indexer.AddAsync(tail, undigested, isForNow: true, sql, cancellationToken);
        return new UserIndex(ids, IndexSegment.Read(Guid.Empty, tail.ToBytes()), undigested);
    }

    /// <summary>All segments of an opened index, the tail last. Beside the cache only a few are in memory at a time.</summary>
    public async IAsyncEnumerable<IndexSegment> ReadAllAsync(
        Sql sql, string userId, UserIndex opened, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var some in opened.SegmentIds.Chunk(SegmentsAtOnce))
        {
            foreach (var segment in await ReadAsync(sql, userId, some, cancellationToken))
            {
                yield return segment;
            }
        }

        yield return opened.Tail;
    }

    /// <summary>Segments of a user, in the order of their ids; without those that no longer exist.</summary>
    public async Task<IReadOnlyList<IndexSegment>> ReadAsync(
        Sql sql, string userId, IReadOnlyList<Guid> segmentIds, CancellationToken cancellationToken)
    {
        var segments = segmentIds
            .Select(id => cache.FindSegment(userId, id)).OfType<IndexSegment>()
            .ToDictionary(segment => segment.SegmentId);
        var missing = segmentIds.Where(id => !segments.ContainsKey(id)).ToArray();
        if (missing.Length > 0)
        {
            var read = await sql.Statement(ReadSegments, userId, missing)
                .ListAsync(row => IndexSegment.Read(row.GetGuid(0), row.GetFieldValue<byte[]>(1)), cancellationToken);
            foreach (var segment in read)
            {
                segments.Add(segment.SegmentId, segment);
                cache.Add(userId, segment);
            }
        }

        return [.. segmentIds.Where(segments.ContainsKey).Select(id => segments[id])];
    }

    private static async Task<(List<Guid> SegmentIds, List<SessionMessage> Undigested)> ListAsync(
        Sql sql, string userId, CancellationToken cancellationToken)
    {
        var ids = await sql.Statement(ListSegments, userId).ListAsync(row => row.GetGuid(0), cancellationToken);
        var undigested = await sql.Statement(UndigestedMessages.OfUser, userId)
            .ListAsync(row => UndigestedMessages.Read(row, userId), cancellationToken);

        // The index has no redacted message: it says nothing.
        undigested.RemoveAll(message => !SearchableText.IsThere(message));
        return (ids, undigested);
    }
}

/// <summary>All of a user's messages as of one moment.</summary>
/// <param name="SegmentIds">The segments of the digested messages, in the order of their making.</param>
/// <param name="Tail">The undigested messages, by session and number. This segment has no id.</param>
/// <param name="Undigested">The messages of the tail, in its order.</param>
internal sealed record UserIndex(IReadOnlyList<Guid> SegmentIds, IndexSegment Tail, IReadOnlyList<SessionMessage> Undigested);
