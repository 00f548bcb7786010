using Microsoft.Extensions.Options;
using Npgsql;
using SessionService.Application.Messages;
using SessionService.Domain.Messages;
using SessionService.Infrastructure.Packing;
using SessionService.Infrastructure.Persistence;
using SessionService.Infrastructure.Search;
using SessionService.Infrastructure.Writes;

namespace SessionService.Infrastructure.Messages;

/// <summary>Blanks what a message says, where it stands: in its row or in its segment, which is written anew.</summary>
internal sealed class MessageRedaction(NpgsqlDataSource dataSource, SearchSegments index, IOptions<PackingOptions> packing)
{
    // The lock of writers and packer: a message is neither packed nor removed meanwhile.
    private const string Lock =
        "SELECT message_count, packed_messages FROM dev.sessions WHERE user_id = $1 AND session_id = $2 FOR NO KEY UPDATE";

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

    private const string Touch = "UPDATE dev.sessions SET updated_at = greatest(updated_at, $3) WHERE user_id = $1 AND session_id = $2";

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
        var session = new Place(connection, userId, sessionId);

        // A digest under way has read messages already, and would tell of them afterwards: it ends first, as this waits for it.
        await index.RemoveAsync(connection, userId, sessionId, new HashSet<long> { sequence }, cancellationToken);
        if (await LockAsync(session, cancellationToken) is not { } counts)
        {
            return new RedactResult(RedactOutcome.SessionNotFound, Message: null);
        }

        if (sequence < 1 || sequence > counts.Messages)
        {
            return new RedactResult(RedactOutcome.MessageNotFound, Message: null);
        }

        var (message, isNew) = sequence <= counts.Packed
            ? await RedactPackedAsync(session, sequence, now, cancellationToken)
            : await RedactRowAsync(session, sequence, now, cancellationToken);
        if (!isNew)
        {
            return new RedactResult(RedactOutcome.Redacted, message);
        }

        await using (var command = session.Command(BlankVectors, sequence))
        {
            await command.ExecuteNonQueryAsync(cancellationToken);
        }

        await using (var command = session.Command(Touch))
        {
            command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = now });
            await command.ExecuteNonQueryAsync(cancellationToken);
        }

        return await UncertainWrite.CommitAsync(async () =>
        {
            await transaction.CommitAsync(cancellationToken);
            return new RedactResult(RedactOutcome.Redacted, message);
        });
    }

    private static async Task<(long Messages, long Packed)?> LockAsync(Place session, CancellationToken cancellationToken)
    {
        await using var command = session.Command(Lock);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? (reader.GetInt64(0), reader.GetInt64(1)) : null;
    }

    private static MessageRow Blank(in MessageRow row, DateTimeOffset now) =>
        row with { Content = default, Metadata = EmptyObject, RedactedAt = now.UtcDateTime };

    private static async Task<(SessionMessage Message, bool IsNew)> RedactRowAsync(
        Place session, long sequence, DateTimeOffset now, CancellationToken cancellationToken)
    {
        SessionMessage message;
        await using (var command = session.Command(OneRow, sequence))
        {
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            await reader.ReadAsync(cancellationToken);
            var row = MessageColumns.Read(reader, 0);
            if (row.RedactedAt is not null)
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
        Place session, long sequence, DateTimeOffset now, CancellationToken cancellationToken)
    {
        PackedMessages packed;
        SessionMessage message;
        using (var part = await ReadSegmentAsync(session, sequence, cancellationToken))
        {
            var rows = part.Rows().ToArray();
            ref var row = ref rows[sequence - rows[0].Sequence];
            if (row.RedactedAt is not null)
            {
                return (row.ToMessage(session.UserId, session.SessionId), IsNew: false);
            }

            row = Blank(row, now);
            message = row.ToMessage(session.UserId, session.SessionId);
            packed = Packing.SegmentBuilder.Build(rows, packing.Value.Level);
        }

        await using var command = session.Command(BlankInSegment, packed.FirstSequence);
        command.Parameters.Add(new NpgsqlParameter<byte[]> { TypedValue = packed.Body });
        await command.ExecuteNonQueryAsync(cancellationToken);
        return (message, IsNew: true);
    }

    private static async Task<PackedPart> ReadSegmentAsync(Place session, long sequence, CancellationToken cancellationToken)
    {
        await using var command = session.Command(OneSegment, sequence);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return PackedColumns.Read(reader, 0);
    }

    private readonly record struct Place(NpgsqlConnection Connection, string UserId, Guid SessionId)
    {
        public NpgsqlCommand Command(string sql, params ReadOnlySpan<long> numbers) =>
            SessionCommand.Create(Connection, sql, UserId, SessionId, numbers);
    }
}
