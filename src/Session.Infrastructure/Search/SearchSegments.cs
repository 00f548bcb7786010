using System.Buffers.Binary;
using Microsoft.Extensions.Options;
using Npgsql;
using NpgsqlTypes;
using SessionService.Application.Time;
using SessionService.Infrastructure.Digests;
using SessionService.Infrastructure.Folding;
using SessionService.Infrastructure.Writes;

namespace SessionService.Infrastructure.Search;

/// <summary>
/// Writes the index: a segment for each batch of the digest, which takes small ones of before into itself, so that a user has few. As each
/// takes what is at most twice its own size, a message is written anew about as often as the number of messages can be halved.
/// </summary>
internal sealed class SearchSegments(MessageIndexer indexer, SearchIndex index, IOptions<SearchOptions> options, TimeProvider time) : IDigestParticipant
{
    // A segment is read and kept in memory whole.
    private const long MaxBytes = 8 * 1024 * 1024;

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

    // Waits for a digest of the user's to end, and keeps others from beginning, to the end of the transaction.
    private const string Lock = $"SELECT pg_advisory_xact_lock({SessionDigest.UserLock})";

    public async Task<DigestWrite> PrepareAsync(DigestBatch batch, NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        // One that is redacted says nothing, and is in no index.
        var messages = batch.Messages.Where(message => message.Content.Length > 0).ToList();
        if (messages.Count == 0)
        {
            return (_, _) => Task.FromResult(true);
        }

        var absorbed = await ReadAbsorbedAsync(connection, batch.UserId, messages.Count, cancellationToken);
        var builder = new SegmentBuilder();
        foreach (var segment in absorbed)
        {
            builder.Add(segment, stays: _ => true);
        }

        await indexer.AddAsync(builder, messages, isForNow: false, connection, cancellationToken);
        var data = builder.ToBytes();
        return async (connection, cancellationToken) =>
            await TryDeleteAsync(connection, batch.UserId, absorbed, cancellationToken)
            && await InsertAsync(
                connection, batch.UserId, time.GetDatabaseNow(), builder.Count, data, TextFolding.Version, cancellationToken);
    }

    /// <summary>
    /// Takes messages out of the index, in the caller's transaction (read committed). Waits for a digest of the user's, which may wait for a
    /// session: so the caller must have locked none yet, or hold the lock of <see cref="LockAsync"/> already.
    /// </summary>
    public async Task RemoveAsync(
        NpgsqlConnection connection, string userId, Predicate<IndexedMessage> isRemoved, CancellationToken cancellationToken)
    {
        await LockAsync(connection, userId, cancellationToken);
        foreach (var (id, _, _, folding) in await ListAsync(connection, userId, limit: null, cancellationToken))
        {
            if (await index.ReadAsync(connection, userId, [id], cancellationToken) is not [var segment] || !segment.Messages.Any(message => isRemoved(message)))
            {
                continue;
            }

            var builder = new SegmentBuilder();
            builder.Add(segment, stays: message => !isRemoved(message));
            await TryDeleteAsync(connection, userId, [segment], cancellationToken);
            if (builder.Count > 0)
            {
                await InsertAsync(connection, userId, time.GetDatabaseNow(), builder.Count, builder.ToBytes(), folding, cancellationToken);
            }
        }
    }

    /// <summary>
    /// Puts another segment in the place of one, with the messages that are in it now by the folding of today. In the caller's transaction,
    /// who holds the lock of <see cref="LockAsync"/>. False where the segment is not there any more.
    /// </summary>
    public static async Task<bool> TryReplaceAsync(
        NpgsqlConnection connection, string userId, IndexSegment segment, SegmentBuilder renewed, CancellationToken cancellationToken) =>
        await TryDeleteAsync(connection, userId, [segment], cancellationToken)
        && (renewed.Count == 0 || await InsertAsync(
            connection, userId, TimeOf(segment.SegmentId), renewed.Count, renewed.ToBytes(), TextFolding.Version, cancellationToken));

    /// <summary>
    /// Takes the messages of sessions that are there no more out of a user's index. As <see cref="RemoveAsync"/> in the caller's transaction, who must have locked no session yet.
    /// </summary>
    public async Task RemoveGoneAsync(NpgsqlConnection connection, string userId, CancellationToken cancellationToken)
    {
        await LockAsync(connection, userId, cancellationToken);
        var kept = new HashSet<Guid>();
        await using (var command = new NpgsqlCommand(ListSessions, connection) { Parameters = { new NpgsqlParameter<string> { TypedValue = userId } } })
        {
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
            {
                kept.Add(reader.GetGuid(0));
            }
        }

        await RemoveAsync(connection, userId, message => !kept.Contains(message.SessionId), cancellationToken);
    }

    /// <summary>Waits for a digest of the user's to end, and keeps others from beginning, to the end of the transaction.</summary>
    public static Task LockAsync(NpgsqlConnection connection, string userId, CancellationToken cancellationToken) =>
        ExecuteAsync(connection, Lock, cancellationToken, new NpgsqlParameter<string> { TypedValue = userId });

    /// <summary>The newest segments as long as they are small beside what comes, the oldest of them first.</summary>
    private async Task<IReadOnlyList<IndexSegment>> ReadAbsorbedAsync(
        NpgsqlConnection connection, string userId, int messages, CancellationToken cancellationToken)
    {
        const int MostAtOnce = 32;
        var absorbed = new List<Guid>();
        long bytes = 0;
        foreach (var (id, count, size, folding) in await ListAsync(connection, userId, MostAtOnce, cancellationToken))
        {
            bytes += size;
            if (folding != TextFolding.Version
                || count > 2 * messages
                || messages + count > options.Value.MaxSegmentMessages
                || bytes > MaxBytes)
            {
                break;
            }

            messages += count;
            absorbed.Insert(0, id);
        }

        return await index.ReadAsync(connection, userId, absorbed, cancellationToken);
    }

    private static async Task<List<(Guid Id, int Messages, int Bytes, int Folding)>> ListAsync(
        NpgsqlConnection connection, string userId, int? limit, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(ListNewestFirst, connection)
        {
            Parameters =
            {
                new NpgsqlParameter<string> { TypedValue = userId },
                new NpgsqlParameter<long> { TypedValue = limit ?? long.MaxValue },
            },
        };
        await command.PrepareAsync(cancellationToken);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var segments = new List<(Guid, int, int, int)>();
        while (await reader.ReadAsync(cancellationToken))
        {
            segments.Add((reader.GetGuid(0), reader.GetInt32(1), reader.GetInt32(2), reader.GetInt32(3)));
        }

        return segments;
    }

    /// <summary>False where one of them is not there any more: somebody else has put another in its place.</summary>
    private static async Task<bool> TryDeleteAsync(
        NpgsqlConnection connection, string userId, IReadOnlyList<IndexSegment> segments, CancellationToken cancellationToken) =>
        segments.Count == 0 || segments.Count == await ExecuteAsync(
            connection,
            Delete,
            cancellationToken,
            new NpgsqlParameter<string> { TypedValue = userId },
            ArrayParameter.Of(segments, segment => segment.SegmentId, NpgsqlDbType.Uuid));

    // The first 48 bits of an id of version 7. A segment in place of another stands where that one stood.
    private static DateTimeOffset TimeOf(Guid segmentId) =>
        DateTimeOffset.FromUnixTimeMilliseconds((long)(BinaryPrimitives.ReadUInt64BigEndian(segmentId.ToByteArray(bigEndian: true)) >> 16));

    private static async Task<bool> InsertAsync(
        NpgsqlConnection connection,
        string userId,
        DateTimeOffset at,
        int messages,
        byte[] data,
        int folding,
        CancellationToken cancellationToken) =>
        await ExecuteAsync(
            connection,
            Insert,
            cancellationToken,
            new NpgsqlParameter<string> { TypedValue = userId },
            new NpgsqlParameter<Guid> { TypedValue = Guid.CreateVersion7(at) },
            new NpgsqlParameter<int> { TypedValue = messages },
            new NpgsqlParameter<byte[]> { TypedValue = data },
            new NpgsqlParameter<int> { TypedValue = folding }) == 1;

    private static async Task<int> ExecuteAsync(
        NpgsqlConnection connection, string sql, CancellationToken cancellationToken, params NpgsqlParameter[] parameters)
    {
#pragma warning disable CA2100 // One of three constant texts.
        await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        command.Parameters.AddRange(parameters);
        await command.PrepareAsync(cancellationToken);
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
