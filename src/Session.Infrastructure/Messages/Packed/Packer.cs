using Microsoft.Extensions.Options;
using Npgsql;
using SessionService.Application.Messages;
using SessionService.Application.Time;
using SessionService.Infrastructure.Persistence;

namespace SessionService.Infrastructure.Messages.Packed;

/// <summary>A session of which something is to be packed.</summary>
/// <param name="UserId">Its owner.</param>
/// <param name="SessionId">The session.</param>
/// <param name="Through">The last message that may be packed.</param>
/// <param name="ToTheEnd">Whether the messages up to there are packed even where they are too few to fill a segment.</param>
internal sealed record Packable(string UserId, Guid SessionId, long Through, bool ToTheEnd);

/// <summary>
/// Packs messages, a segment in a transaction: it comes, its messages go, and the session tells how far it is packed, together or not at all.
/// Several instances share the work: each leaves alone the sessions that another, or a writer, holds.
/// </summary>
internal sealed class Packer(NpgsqlDataSource dataSource, IOptions<PackingOptions> options, PackingMetrics metrics, TimeProvider time)
{
    private const int MaxFound = 1_000;

    private static readonly string Find =
        $"""
        SELECT s.user_id, s.session_id, s.through, s.is_at_rest
        FROM (
            SELECT *,
                   CASE WHEN archived_at IS NULL THEN least(digested_messages, message_count - $1) ELSE digested_messages END AS through,
                   archived_at IS NOT NULL OR last_activity < $3 AS is_at_rest
            FROM dev.sessions
            WHERE {PackableSessions.Condition}) AS s
        WHERE s.through - s.packed_messages >= CASE WHEN s.archived_at IS NOT NULL THEN 1 WHEN s.is_at_rest THEN {PackingOptions.MinSegmentMessages} ELSE $2 END
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
            (user_id, session_id, first_sequence, last_sequence, first_id, last_id, id_filter, ids, id_width, roles, message_types, counts, body, packed_at)
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

    /// <summary>Some of the sessions of which something is to be packed.</summary>
    public async Task<IReadOnlyList<Packable>> FindAsync(CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var command = new NpgsqlCommand(Find, connection)
        {
            Parameters =
            {
                new NpgsqlParameter<long> { TypedValue = options.Value.KeepNewest },
                new NpgsqlParameter<long> { TypedValue = options.Value.SegmentMessages },
                new NpgsqlParameter<DateTimeOffset> { TypedValue = time.GetDatabaseNow() - options.Value.IdleAfter },
            },
        };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var found = new List<Packable>();
        while (await reader.ReadAsync(cancellationToken))
        {
            found.Add(new Packable(reader.GetString(0), reader.GetGuid(1), reader.GetInt64(2), reader.GetBoolean(3)));
        }

        return found;
    }

    /// <summary>Packs the next segment of a session.</summary>
    /// <returns>Whether one was made; not where too little is left, or where somebody else holds the session.</returns>
    /// <exception cref="InvalidDataException">The segment was not as its messages; nothing has changed.</exception>
    public async Task<bool> PackAsync(Packable session, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);

        // Long work before the session is locked: what is packed does not change, and if it does, it is found out below.
        var builder = await ReadNextAsync(connection, session, cancellationToken);
        if (builder.Count == 0 || !(session.ToTheEnd || IsFull(builder)))
        {
            return false;
        }

        var packed = builder.Build(options.Value.Level);

        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using (var command = Command(connection, Lock, session))
        {
            if (await command.ExecuteScalarAsync(cancellationToken) is not long before || before != packed.FirstSequence - 1)
            {
                return false;
            }
        }

        await InsertAsync(connection, session, packed, cancellationToken);
        await Reached(PackingStep.Inserted);
        await VerifyAsync(connection, session, packed, cancellationToken);
        await Reached(PackingStep.Verified);
        await DeleteRowsAsync(connection, session, packed, cancellationToken);
        await Reached(PackingStep.Deleted);
        await using (var command = Command(connection, Advance, session, packed.LastSequence))
        {
            await command.ExecuteNonQueryAsync(cancellationToken);
        }

        await Reached(PackingStep.Advanced);
        await transaction.CommitAsync(cancellationToken);
        metrics.CountSegment(packed.Ids.Count, builder.TextBytes, packed.Bytes);
        return true;
    }

    private static async Task DeleteRowsAsync(NpgsqlConnection connection, Packable session, PackedMessages packed, CancellationToken cancellationToken)
    {
        await using var command = Command(connection, DeleteRows, session, packed.FirstSequence, packed.LastSequence);
        if (await command.ExecuteNonQueryAsync(cancellationToken) != packed.Ids.Count)
        {
            throw new InvalidDataException("There were other rows than were packed.");
        }
    }

    /// <summary>Compares what stands in the segment with what stands in the rows, both as the database gives them.</summary>
    private static async Task VerifyAsync(NpgsqlConnection connection, Packable session, PackedMessages packed, CancellationToken cancellationToken)
    {
        using var part = await ReadBackAsync(connection, session, packed, cancellationToken);
        await using var command = Command(connection, ReadRows, session, packed.FirstSequence, packed.LastSequence);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var messages = new MessageRowReader(reader, 0);
        foreach (var message in part.Rows())
        {
            if (!await reader.ReadAsync(cancellationToken) || !IsSame(message, messages.Read()))
            {
                throw new InvalidDataException($"Message {message.Sequence} is not in its segment as it is in its row.");
            }
        }

        if (await reader.ReadAsync(cancellationToken))
        {
            throw new InvalidDataException("There are more rows than were packed.");
        }
    }

    private static async Task<PackedPart> ReadBackAsync(
        NpgsqlConnection connection, Packable session, PackedMessages packed, CancellationToken cancellationToken)
    {
        await using var command = Command(connection, ReadBack, session, packed.FirstSequence);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return PackedColumns.Read(reader, 0);
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
        && one.Content.Span.SequenceEqual(other.Content.Span);

    private static NpgsqlCommand Command(NpgsqlConnection connection, string sql, Packable session, params ReadOnlySpan<long> numbers) =>
        SessionCommand.Create(connection, sql, session.UserId, session.SessionId, numbers);

    private bool IsFull(PackedMessagesBuilder builder) => builder.Count >= options.Value.SegmentMessages || builder.TextBytes >= options.Value.SegmentBytes;

    private async Task<PackedMessagesBuilder> ReadNextAsync(NpgsqlConnection connection, Packable session, CancellationToken cancellationToken)
    {
        var builder = new PackedMessagesBuilder();
        await using var command = Command(connection, ReadNext, session, session.Through, options.Value.SegmentMessages);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var messages = new MessageRowReader(reader, 0);
        while (!IsFull(builder) && await reader.ReadAsync(cancellationToken))
        {
            builder.Add(messages.Read());
        }

        return builder;
    }

    private async Task InsertAsync(NpgsqlConnection connection, Packable session, PackedMessages packed, CancellationToken cancellationToken)
    {
        await using var command = Command(connection, Insert, session, packed.FirstSequence, packed.LastSequence);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = packed.Ids.Min() });
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = packed.Ids.Max() });
        command.Parameters.Add(new NpgsqlParameter<byte[]> { TypedValue = IdFilter.Of(packed.Ids) });
        command.Parameters.Add(new NpgsqlParameter<byte[]> { TypedValue = packed.IdEnds });
        command.Parameters.Add(new NpgsqlParameter<short> { TypedValue = (short)packed.IdWidth });
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = packed.Roles });
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = packed.MessageTypes });
        command.Parameters.Add(new NpgsqlParameter<int[]> { TypedValue = packed.Counts });
        command.Parameters.Add(new NpgsqlParameter<byte[]> { TypedValue = packed.Body });
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = time.GetDatabaseNow() });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}

/// <summary>How far the transaction of a segment has come.</summary>
internal enum PackingStep
{
    Inserted,
    Verified,
    Deleted,
    Advanced,
}
