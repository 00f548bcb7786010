using System.Text;
using Microsoft.Extensions.Options;
using Npgsql;
using SessionService.Application.Messages;
using SessionService.Domain.Messages;
using SessionService.Infrastructure.Messages;
using SessionService.Infrastructure.Messages.Packed;
using SessionService.Infrastructure.Persistence;
using SessionService.Infrastructure.Search;

namespace SessionService.Infrastructure.Erasure;

/// <summary>
/// Blanks what a message says, where it stands: in its row or in its segment, which is written anew; and so in every fork that begins with a copy of it,
/// and in the forks of those.
/// </summary>
internal sealed class MessageRedaction(NpgsqlDataSource dataSource, SearchSegments index, IOptions<PackingOptions> packing)
    : IMessageRedaction
{
    // The lock of writers and packer: a message is neither packed nor removed meanwhile. In the order of the key, as every statement that locks sessions.
    private const string Lock =
        """
        WITH RECURSIVE holder AS (
            SELECT $2::uuid AS session_id
            UNION
            SELECT f.session_id
            FROM holder AS h
            JOIN dev.sessions AS f ON f.user_id = $1 AND f.forked_from_session_id = h.session_id AND f.forked_from_sequence >= $3)
        SELECT s.session_id, s.message_count, s.packed_messages
        FROM dev.sessions AS s
        WHERE s.user_id = $1 AND s.session_id IN (SELECT session_id FROM holder)
        ORDER BY s.session_id
        FOR NO KEY UPDATE OF s
        """;

    private const string OneRow =
        $"SELECT {MessageColumns.List} FROM dev.session_messages AS m WHERE m.user_id = $1 AND m.session_id = $2 AND m.sequence = $3";

    private const string BlankRow =
        """
        UPDATE dev.session_messages
        SET content = '', message_metadata = '{}', redacted_at = $4
        WHERE user_id = $1 AND session_id = $2 AND sequence = $3
        """;

    private const string BlankInSegment =
        "UPDATE dev.message_segments SET body = $4 WHERE user_id = $1 AND session_id = $2 AND first_sequence = $3";

    // The place of its vectors stays, for those behind it.
    private const string BlankVectors =
        """
        UPDATE dev.message_vectors
        SET vectors = overlay(vectors PLACING decode(repeat('00', octet_length(vectors) / message_count), 'hex')
                FROM (($3 - 1) % 128)::int * (octet_length(vectors) / message_count) + 1),
            model_vectors = CASE WHEN ($3 - 1) % 128 < model_count
                THEN overlay(model_vectors PLACING decode(repeat('00', octet_length(model_vectors) / model_count), 'hex')
                    FROM (($3 - 1) % 128)::int * (octet_length(model_vectors) / model_count) + 1)
                ELSE model_vectors END
        WHERE user_id = $1 AND session_id = $2 AND block = ($3 - 1) / 128 AND ($3 - 1) % 128 < message_count
        """;

    private const string Touch =
        "UPDATE dev.sessions SET updated_at = greatest(updated_at, $3), revision = revision + 1 WHERE user_id = $1 AND session_id = $2";

    private static readonly byte[] EmptyObject = "{}"u8.ToArray();

    private static readonly string OneSegment =
        $"""
        SELECT {PackedColumns.Whole}
        FROM dev.message_segments AS g
        WHERE g.user_id = $1 AND g.session_id = $2 AND {PackedColumns.HoldSome("($3 - 1)", "$3")}
        """;

    public async Task<RedactResult> RedactAsync(
        string userId, Guid sessionId, long sequence, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);

        // A digest or a fork under way has read messages already, and would tell of them afterwards: it ends first, as this waits for it.
        await SearchSegments.LockAsync(connection, userId, cancellationToken);
        var holders = await LockAsync(connection, userId, sessionId, sequence, cancellationToken);
        if (holders.Find(holder => holder.SessionId == sessionId) is not { } session)
        {
            return new RedactResult(RedactOutcome.SessionNotFound, Message: null);
        }

        if (sequence < 1 || sequence > session.Messages)
        {
            return new RedactResult(RedactOutcome.MessageNotFound, Message: null);
        }

        var (message, isNew) = await RedactAsync(session, sequence, original: null, now, cancellationToken);
        var blanked = new HashSet<Guid>();
        AddIf(isNew, session);
        foreach (var fork in holders.Where(holder => holder != session && holder.Messages >= sequence))
        {
            AddIf((await RedactAsync(fork, sequence, message, now, cancellationToken)).IsNew, fork);
        }

        if (blanked.Count == 0)
        {
            return new RedactResult(RedactOutcome.Redacted, message);
        }

        await index.RemoveAsync(
            connection, userId, indexed => indexed.Sequence == sequence && blanked.Contains(indexed.SessionId), cancellationToken);
        return await UncertainWrite.CommitAsync(async () =>
        {
            await transaction.CommitAsync(cancellationToken);
            return new RedactResult(RedactOutcome.Redacted, message);
        });

        void AddIf(bool isBlanked, Holder holder)
        {
            if (isBlanked)
            {
                blanked.Add(holder.SessionId);
            }
        }
    }

    /// <summary>Locks the session and those that may have begun with a copy of its message.</summary>
    private static async Task<List<Holder>> LockAsync(
        NpgsqlConnection connection, string userId, Guid sessionId, long sequence, CancellationToken cancellationToken)
    {
        await using var command = SessionCommand.Create(connection, Lock, userId, sessionId, sequence);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var holders = new List<Holder>();
        while (await reader.ReadAsync(cancellationToken))
        {
            holders.Add(new Holder(connection, userId, reader.GetGuid(0), reader.GetInt64(1), reader.GetInt64(2)));
        }

        return holders;
    }

    /// <summary>Blanks a message with all that follows from it, unless it is blank already, or no copy of the one that it should be of.</summary>
    private async Task<(SessionMessage Message, bool IsNew)> RedactAsync(
        Holder session, long sequence, SessionMessage? original, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var (message, isNew) = sequence <= session.Packed
            ? await RedactPackedAsync(session, sequence, original, now, cancellationToken)
            : await RedactRowAsync(session, sequence, original, now, cancellationToken);
        if (isNew)
        {
            await using var blank = session.Command(BlankVectors, sequence);
            await blank.ExecuteNonQueryAsync(cancellationToken);
            await using var touch = session.Command(Touch);
            touch.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = now });
            await touch.ExecuteNonQueryAsync(cancellationToken);
        }

        return (message, isNew);
    }

    // A copy has kept all that is never blanked. An import may tell of a lineage that is none.
    private static bool IsToBeBlanked(in MessageRow row, SessionMessage? original) =>
        row.RedactedAt is null
        && (original is null || (row.CreatedAt == original.CreatedAt.UtcDateTime
            && row.TokensUsed == original.TokensUsed
            && row.CostUsd == original.CostUsd
            && Encoding.UTF8.GetString(row.Role.Span) == original.Role
            && Encoding.UTF8.GetString(row.MessageType.Span) == original.MessageType));

    private static MessageRow Blank(in MessageRow row, DateTimeOffset now) =>
        row with { Content = default, Metadata = EmptyObject, RedactedAt = now.UtcDateTime };

    private static async Task<(SessionMessage Message, bool IsNew)> RedactRowAsync(
        Holder session, long sequence, SessionMessage? original, DateTimeOffset now, CancellationToken cancellationToken)
    {
        SessionMessage message;
        await using (var command = session.Command(OneRow, sequence))
        {
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            await reader.ReadAsync(cancellationToken);
            var row = new MessageRowReader(reader, 0).Read();
            if (!IsToBeBlanked(row, original))
            {
                return (row.ToMessage(session.UserId, session.SessionId), IsNew: false);
            }

            message = Blank(row, now).ToMessage(session.UserId, session.SessionId);
        }

        await using var blank = session.Command(BlankRow, sequence);
        blank.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = now });
        await blank.ExecuteNonQueryAsync(cancellationToken);
        return (message, IsNew: true);
    }

    private async Task<(SessionMessage Message, bool IsNew)> RedactPackedAsync(
        Holder session, long sequence, SessionMessage? original, DateTimeOffset now, CancellationToken cancellationToken)
    {
        PackedMessages packed;
        SessionMessage message;
        using (var part = await ReadSegmentAsync(session, sequence, cancellationToken))
        {
            var rows = part.Rows().ToArray();
            ref var row = ref rows[sequence - rows[0].Sequence];
            if (!IsToBeBlanked(row, original))
            {
                return (row.ToMessage(session.UserId, session.SessionId), IsNew: false);
            }

            row = Blank(row, now);
            message = row.ToMessage(session.UserId, session.SessionId);
            packed = PackedMessagesBuilder.Build(rows, packing.Value.Level);
        }

        await using var command = session.Command(BlankInSegment, packed.FirstSequence);
        command.Parameters.Add(new NpgsqlParameter<byte[]> { TypedValue = packed.Body });
        await command.ExecuteNonQueryAsync(cancellationToken);
        return (message, IsNew: true);
    }

    private static async Task<PackedPart> ReadSegmentAsync(Holder session, long sequence, CancellationToken cancellationToken)
    {
        await using var command = session.Command(OneSegment, sequence);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return PackedColumns.Read(reader, 0);
    }

    /// <summary>A session that holds the message, or may hold a copy.</summary>
    private sealed record Holder(NpgsqlConnection Connection, string UserId, Guid SessionId, long Messages, long Packed)
    {
        public NpgsqlCommand Command(string sql, params ReadOnlySpan<long> numbers) =>
            SessionCommand.Create(Connection, sql, UserId, SessionId, numbers);
    }
}
