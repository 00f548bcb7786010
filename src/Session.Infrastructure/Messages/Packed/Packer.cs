using Microsoft.Extensions.Options;
using Npgsql;
using SessionService.Application.Messages;
using SessionService.Application.Time;
using SessionService.Infrastructure.Persistence;

namespace SessionService.Infrastructure.Messages.Packed;

/// <summary>A session with messages to pack.</summary>
/// <param name="UserId">Its owner.</param>
/// <param name="SessionId">The session.</param>
/// <param name="Through">The last message that may be packed.</param>
/// <param name="ToTheEnd">Whether the messages up to there are packed even where they are too few to fill a segment.</param>
internal sealed record Packable(string UserId, Guid SessionId, long Through, bool ToTheEnd);

/// <summary>
/// Packs messages, one segment a transaction: the segment is inserted, its rows are deleted, and the session notes how far it is packed.
/// Several instances share the work: each skips sessions that another instance or a writer has locked.
/// </summary>
internal sealed class Packer(Database database, IOptions<PackingOptions> options, PackingMetrics metrics, TimeProvider time)
{
    private const int MaxFound = 1_000;

    // These statements are by hand because they lock with SKIP LOCKED, compare messages byte by byte as the database sends them, and write
    // arrays of which EF's model knows nothing but the type.

    // The first session of each user comes before the second of any: no user can fill the list alone.
    private static readonly string Find =
        $"""
        SELECT s.user_id, s.session_id, s.through, s.is_at_rest
        FROM (
            SELECT *,
                   CASE WHEN archived_at IS NULL THEN least(digested_messages, message_count - $1) ELSE digested_messages END AS through,
                   archived_at IS NOT NULL OR last_activity < $3 AS is_at_rest
            FROM dev.sessions
            WHERE {PackableSessions.Condition}) AS s
        WHERE s.through - s.packed_messages >=
            CASE WHEN s.archived_at IS NOT NULL THEN 1 WHEN s.is_at_rest THEN {PackingOptions.MinSegmentMessages} ELSE $2 END
        ORDER BY row_number() OVER (PARTITION BY s.user_id ORDER BY s.session_id), s.user_id
        LIMIT {MaxFound}
        """;

    private const string ReadNext =
        $"""
        SELECT {MessageColumns.List}
        FROM dev.session_messages
        WHERE user_id = $1 AND session_id = $2 AND sequence <= $3
          AND sequence > (SELECT packed_messages FROM dev.sessions WHERE user_id = $1 AND session_id = $2)
        ORDER BY sequence
        LIMIT $4
        """;

    private const string Lock =
        "SELECT packed_messages FROM dev.sessions WHERE user_id = $1 AND session_id = $2 FOR NO KEY UPDATE SKIP LOCKED";

    private const string Insert =
        """
        INSERT INTO dev.message_segments
            (user_id, session_id, first_sequence, last_sequence, first_id, last_id, id_filter, ids, id_width, roles, message_types, counts,
             body, packed_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
        """;

    private const string ReadBack =
        $"SELECT {PackedColumns.Whole} FROM dev.message_segments AS g WHERE g.user_id = $1 AND g.session_id = $2 AND g.first_sequence = $3";

    private const string ReadRows =
        $"""
        SELECT {MessageColumns.List}
        FROM dev.session_messages AS m
        WHERE m.user_id = $1 AND m.session_id = $2 AND m.sequence >= $3 AND m.sequence <= $4
        ORDER BY m.sequence
        """;

    private const string DeleteRows =
        "DELETE FROM dev.session_messages WHERE user_id = $1 AND session_id = $2 AND sequence >= $3 AND sequence <= $4";

    private const string Advance = "UPDATE dev.sessions SET packed_messages = $3 WHERE user_id = $1 AND session_id = $2";

    /// <summary>Called between the steps of a transaction; the tests stop it there.</summary>
    public Func<PackingStep, Task> Reached { get; init; } = _ => Task.CompletedTask;

    /// <summary>Some of the sessions with messages to pack.</summary>
    public async Task<IReadOnlyList<Packable>> FindAsync(CancellationToken cancellationToken) =>
        await database.ReadAsync(
            sql => sql
                .Statement(
                    Find,
                    (long)options.Value.KeepNewest,
                    (long)options.Value.SegmentMessages,
                    time.GetDatabaseNow() - options.Value.IdleAfter)
                .ListAsync(
                    row => new Packable(
                        row.Get<string>("user_id"), row.Get<Guid>("session_id"), row.Get<long>("through"), row.Get<bool>("is_at_rest")),
                    cancellationToken),
            cancellationToken);

    /// <summary>Packs the next segment of a session.</summary>
    /// <returns>Whether a segment was made; false where too little is left, or where the session is locked.</returns>
    /// <exception cref="InvalidDataException">The segment differs from its messages; nothing has changed.</exception>
    public async Task<bool> PackAsync(Packable session, CancellationToken cancellationToken)
    {
        // Reading and compressing take long, and happen before the session is locked. Whatever changes meanwhile shows under the lock.
        var builder = await database.ReadAsync(sql => ReadNextAsync(sql, session, cancellationToken), cancellationToken);
        if (builder.Count == 0 || !(session.ToTheEnd || IsFull(builder)))
        {
            return false;
        }

        var packed = builder.Build(options.Value.Level);
        try
        {
            if (!await database.InTransactionAsync(sql => PackAsync(sql, session, packed, cancellationToken), cancellationToken))
            {
                return false;
            }
        }
        catch (InvalidDataException)
        {
            // A message was redacted since it was read, or the session was erased and came back by an import: the next time will do.
            if (await IsAsReadAsync(session, packed, cancellationToken))
            {
                throw;
            }

            return false;
        }

        metrics.CountSegment(packed.Ids.Count, builder.TextBytes, packed.Bytes);
        return true;
    }

    /// <summary>Whether the rows still make the same segment.</summary>
    private async Task<bool> IsAsReadAsync(Packable session, PackedMessages packed, CancellationToken cancellationToken)
    {
        var builder = await database.ReadAsync(sql => ReadNextAsync(sql, session, cancellationToken), cancellationToken);
        return builder.Count == packed.Ids.Count && builder.Build(options.Value.Level).Body.SequenceEqual(packed.Body);
    }

    private async Task<bool> PackAsync(Sql sql, Packable session, PackedMessages packed, CancellationToken cancellationToken)
    {
        var before = await sql.Statement(Lock, session.UserId, session.SessionId).ValueAsync<long?>(cancellationToken);
        if (before != packed.FirstSequence - 1)
        {
            return false;
        }

        await InsertAsync(sql, session, packed, cancellationToken);
        await Reached(PackingStep.Inserted);
        await VerifyAsync(sql, session, packed, cancellationToken);
        await Reached(PackingStep.Verified);
        await DeleteRowsAsync(sql, session, packed, cancellationToken);
        await Reached(PackingStep.Deleted);
        await sql.Statement(Advance, session.UserId, session.SessionId, packed.LastSequence).ExecuteAsync(cancellationToken);
        await Reached(PackingStep.Advanced);
        return true;
    }

    private static async Task DeleteRowsAsync(Sql sql, Packable session, PackedMessages packed, CancellationToken cancellationToken)
    {
        var deleted = await sql.Statement(DeleteRows, session.UserId, session.SessionId, packed.FirstSequence, packed.LastSequence)
            .ExecuteAsync(cancellationToken);
        if (deleted != packed.Ids.Count)
        {
            throw new InvalidDataException("There were other rows than were packed.");
        }
    }

    /// <summary>Compares the segment with the rows, both as the database gives them.</summary>
    private static async Task VerifyAsync(Sql sql, Packable session, PackedMessages packed, CancellationToken cancellationToken)
    {
        using var part = await sql.Statement(ReadBack, session.UserId, session.SessionId, packed.FirstSequence)
            .FirstAsync(row => PackedColumns.Read(row, 0), cancellationToken);
        var areSame = await sql.Statement(ReadRows, session.UserId, session.SessionId, packed.FirstSequence, packed.LastSequence)
            .ReadAsync(reader => AreSameAsync(part!.Rows(), reader, cancellationToken), cancellationToken);
        if (!areSame)
        {
            throw new InvalidDataException("The segment does not hold the messages as their rows do.");
        }
    }

    private static async Task<bool> AreSameAsync(
        IEnumerable<MessageRow> packed, NpgsqlDataReader reader, CancellationToken cancellationToken)
    {
        var messages = new MessageRowReader(reader, 0);
        foreach (var message in packed)
        {
            if (!await reader.ReadAsync(cancellationToken) || !IsSame(message, messages.Read()))
            {
                return false;
            }
        }

        return !await reader.ReadAsync(cancellationToken);
    }

    private static bool IsSame(in MessageRow one, in MessageRow other) =>
        one.Sequence == other.Sequence
        && one.MessageId == other.MessageId
        && one.TokensUsed == other.TokensUsed
        && one.CostUsd == other.CostUsd
        && one.CreatedAt == other.CreatedAt
        && one.RedactedAt == other.RedactedAt
        && one.Role.Span.SequenceEqual(other.Role.Span)
        && one.MessageType.Span.SequenceEqual(other.MessageType.Span)
        && one.Metadata.Span.SequenceEqual(other.Metadata.Span)
        && one.Content.Span.SequenceEqual(other.Content.Span)
        && one.Parts.Span.SequenceEqual(other.Parts.Span)
        && one.Name.Span.SequenceEqual(other.Name.Span)
        && one.Status.Span.SequenceEqual(other.Status.Span);

    private bool IsFull(PackedMessagesBuilder builder) =>
        builder.Count >= options.Value.SegmentMessages || builder.TextBytes >= options.Value.SegmentBytes;

    private Task<PackedMessagesBuilder> ReadNextAsync(Sql sql, Packable session, CancellationToken cancellationToken) =>
        sql.Statement(ReadNext, session.UserId, session.SessionId, session.Through, (long)options.Value.SegmentMessages).ReadAsync(
            async reader =>
            {
                var builder = new PackedMessagesBuilder();
                var messages = new MessageRowReader(reader, 0);
                while (!IsFull(builder) && await reader.ReadAsync(cancellationToken))
                {
                    builder.Add(messages.Read());
                }

                return builder;
            },
            cancellationToken);

    private Task<int> InsertAsync(Sql sql, Packable session, PackedMessages packed, CancellationToken cancellationToken) =>
        sql.Statement(
            Insert,
            session.UserId,
            session.SessionId,
            packed.FirstSequence,
            packed.LastSequence,
            packed.Ids.Min(),
            packed.Ids.Max(),
            IdFilter.Of(packed.Ids),
            packed.IdEnds,
            (short)packed.IdWidth,
            packed.Roles,
            packed.MessageTypes,
            packed.Counts,
            packed.Body,
            time.GetDatabaseNow()).ExecuteAsync(cancellationToken);
}

/// <summary>The steps of a segment's transaction.</summary>
internal enum PackingStep
{
    Inserted,
    Verified,
    Deleted,
    Advanced,
}
