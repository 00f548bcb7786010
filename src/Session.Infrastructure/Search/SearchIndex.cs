using System.Runtime.CompilerServices;
using Npgsql;
using NpgsqlTypes;
using SessionService.Domain.Messages;
using SessionService.Infrastructure.Digests;
using SessionService.Infrastructure.Persistence;

namespace SessionService.Infrastructure.Search;

/// <summary>The index of each user's messages.</summary>
internal sealed class SearchIndex(MessageIndexer indexer, SearchCache cache)
{
    private const int SegmentsAtOnce = 4;

    private const string ListSegments = "SELECT segment_id FROM dev.search_segments WHERE user_id = $1 ORDER BY segment_id";

    private const string ReadSegments = "SELECT segment_id, data FROM dev.search_segments WHERE user_id = $1 AND segment_id = ANY ($2)";

    /// <summary>
    /// A user's index, with every message that is visible to the transaction. That must keep its snapshot (repeatable read): what is digested and
    /// what is not must be of one moment.
    /// </summary>
    public async Task<UserIndex> OpenAsync(NpgsqlConnection connection, string userId, CancellationToken cancellationToken)
    {
        var (ids, undigested) = await ListAsync(connection, userId, cancellationToken);
        var tail = new IndexSegmentBuilder();
        await indexer.AddAsync(tail, undigested, isForNow: true, connection, cancellationToken);
        return new UserIndex(ids, IndexSegment.Read(Guid.Empty, tail.ToBytes()), undigested);
    }

    /// <summary>All segments of an index that was opened on this connection, a few in memory at a time beside the cache; the tail last.</summary>
    public async IAsyncEnumerable<IndexSegment> ReadAllAsync(
        NpgsqlConnection connection, string userId, UserIndex opened, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var some in opened.SegmentIds.Chunk(SegmentsAtOnce))
        {
            foreach (var segment in await ReadAsync(connection, userId, some, cancellationToken))
            {
                yield return segment;
            }
        }

        yield return opened.Tail;
    }

    /// <summary>Segments of a user that are known to be there, in the order of their ids.</summary>
    public async Task<IReadOnlyList<IndexSegment>> ReadAsync(
        NpgsqlConnection connection, string userId, IReadOnlyList<Guid> segmentIds, CancellationToken cancellationToken)
    {
        var segments = segmentIds.Select(id => cache.FindSegment(userId, id)).OfType<IndexSegment>().ToDictionary(segment => segment.SegmentId);
        var missing = segmentIds.Where(id => !segments.ContainsKey(id)).ToList();
        if (missing.Count > 0)
        {
            await using var command = new NpgsqlCommand(ReadSegments, connection)
            {
                Parameters = { new NpgsqlParameter<string> { TypedValue = userId }, ArrayParameter.Of(missing, id => id, NpgsqlDbType.Uuid) },
            };
            await command.PrepareAsync(cancellationToken);
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
            {
                var segment = IndexSegment.Read(reader.GetGuid(0), reader.GetFieldValue<byte[]>(1));
                segments.Add(segment.SegmentId, segment);
                cache.Add(userId, segment);
            }
        }

        return [.. segmentIds.Where(segments.ContainsKey).Select(id => segments[id])];
    }

    private static async Task<(List<Guid> SegmentIds, List<SessionMessage> Undigested)> ListAsync(
        NpgsqlConnection connection, string userId, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection)
        {
            BatchCommands =
            {
                new NpgsqlBatchCommand(ListSegments) { Parameters = { new NpgsqlParameter<string> { TypedValue = userId } } },
                new NpgsqlBatchCommand(UndigestedMessages.OfUser) { Parameters = { new NpgsqlParameter<string> { TypedValue = userId } } },
            },
        };
        await batch.PrepareAsync(cancellationToken);
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        var ids = new List<Guid>();
        while (await reader.ReadAsync(cancellationToken))
        {
            ids.Add(reader.GetGuid(0));
        }

        var undigested = new List<SessionMessage>();
        await reader.NextResultAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            // One that is redacted says nothing, and is in no index.
            if (UndigestedMessages.Read(reader, userId) is { Content.Length: > 0 } message)
            {
                undigested.Add(message);
            }
        }

        return (ids, undigested);
    }
}

/// <summary>All of a user's messages as of one moment.</summary>
/// <param name="SegmentIds">Of those that are digested, in the order of their making.</param>
/// <param name="Tail">Those that are not, by session and number; it has no id.</param>
/// <param name="Undigested">The messages of the tail, in its order.</param>
internal sealed record UserIndex(IReadOnlyList<Guid> SegmentIds, IndexSegment Tail, IReadOnlyList<SessionMessage> Undigested);
