using System.Runtime.CompilerServices;
using Npgsql;
using SessionService.Application.Messages;
using SessionService.Infrastructure.Persistence;

namespace SessionService.Infrastructure.Messages;

/// <summary>
/// Reads pages of messages. One statement an answer, so that the total and the messages tell of one moment: the session's row, with
/// the counts, joined with the messages of the page, if any.
/// </summary>
internal sealed class MessageReader(ReadConnections connections) : IMessageReader
{
    private const string Columns =
        "sequence, id, role, content, message_type, message_metadata, tokens_used, cost_usd, created_at";

    private const string OfSession = "m.user_id = s.user_id AND m.session_id = s.session_id";

    // Without gaps in the numbers, a page is a range of the primary key with both ends known, at any depth; the session knows the total.
    private static readonly string FirstOfAll = All("m.sequence > $3 AND m.sequence <= $4", "ASC");
    private static readonly string NewestOfAll = All(LastNumbers, "DESC");
    private static readonly string LastOfAll = All(LastNumbers, "ASC");

    // A filtered page walks the primary key from its end of the range until it is full; the counts walk the whole session.
    private static readonly string FirstOfFiltered = Filtered(Chosen("ASC"));
    private static readonly string NewestOfFiltered = Filtered(Chosen("DESC"));
    private static readonly string LastOfFiltered = Filtered($"SELECT * FROM ({Chosen("DESC")}) AS chosen ORDER BY sequence");

    private const string LastNumbers =
        "m.sequence <= least($3, s.message_count - $4) AND m.sequence > least($3, s.message_count - $4) - $5";

    private const string Matches = "($3::text IS NULL OR m.role = $3) AND ($4::text IS NULL OR m.message_type = $4)";

    public async Task<IMessageRows?> OpenAsync(
        string userId, Guid sessionId, MessageSelection selection, CancellationToken cancellationToken)
    {
        var connection = await connections.OpenConnectionAsync(cancellationToken);
        NpgsqlCommand? command = null;
        NpgsqlDataReader? reader = null;
        try
        {
            command = Command(connection, userId, sessionId, selection);
            await command.PrepareAsync(cancellationToken);
            reader = await command.ExecuteReaderAsync(cancellationToken);
            if (await reader.ReadAsync(cancellationToken))
            {
                var rows = new Rows(connection, command, reader, selection);
                (connection, command, reader) = (null, null, null);
                return rows;
            }

            return null;
        }
        finally
        {
            await DisposeAsync(reader, command, connection);
        }
    }

    private static NpgsqlCommand Command(NpgsqlConnection connection, string userId, Guid sessionId, MessageSelection selection)
    {
#pragma warning disable CA2100 // One of six constant texts.
        var command = new NpgsqlCommand(Text(selection), connection);
#pragma warning restore CA2100
        var parameters = command.Parameters;
        parameters.Add(new NpgsqlParameter<string> { TypedValue = userId });
        parameters.Add(new NpgsqlParameter<Guid> { TypedValue = sessionId });
        if (!selection.IsUnfiltered)
        {
            parameters.Add(new NpgsqlParameter<string?> { TypedValue = selection.Role });
            parameters.Add(new NpgsqlParameter<string?> { TypedValue = selection.MessageType });
            parameters.Add(new NpgsqlParameter<long> { TypedValue = selection.After });
            parameters.Add(new NpgsqlParameter<long> { TypedValue = selection.Before });
            parameters.Add(new NpgsqlParameter<long> { TypedValue = selection.Take });
            parameters.Add(new NpgsqlParameter<long> { TypedValue = selection.Skip });
        }
        else if (selection.Order == MessageOrder.OldestFirst)
        {
            var first = AddUpTo(long.MaxValue, selection.After, selection.Skip);
            parameters.Add(new NpgsqlParameter<long> { TypedValue = first });
            parameters.Add(new NpgsqlParameter<long> { TypedValue = Math.Min(selection.Before - 1, AddUpTo(long.MaxValue, first, selection.Take)) });
        }
        else
        {
            parameters.Add(new NpgsqlParameter<long> { TypedValue = selection.Before - 1 });
            parameters.Add(new NpgsqlParameter<long> { TypedValue = selection.Skip });
            parameters.Add(new NpgsqlParameter<long> { TypedValue = selection.Take });
        }

        return command;
    }

    private static string Text(MessageSelection selection) => (selection.IsUnfiltered, selection.Order) switch
    {
        (true, MessageOrder.OldestFirst) => FirstOfAll,
        (true, MessageOrder.NewestFirst) => NewestOfAll,
        (true, _) => LastOfAll,
        (false, MessageOrder.OldestFirst) => FirstOfFiltered,
        (false, MessageOrder.NewestFirst) => NewestOfFiltered,
        (false, _) => LastOfFiltered,
    };

    // The join depends on the session's row, so it is a loop over that one row and keeps the order of the messages; an ORDER BY
    // around it would copy and sort them once more, a fifth of the statement's cost.
    private static string All(string range, string order) =>
        $"""
        SELECT s.message_count, NULL::bigint, m.*
        FROM dev.sessions AS s
        LEFT JOIN LATERAL (
            SELECT {Columns}
            FROM dev.session_messages AS m
            WHERE {OfSession} AND {range}
            ORDER BY m.sequence {order}) AS m ON true
        WHERE s.user_id = $1 AND s.session_id = $2
        """;

    private static string Filtered(string chosen) =>
        $"""
        SELECT counts.total, counts.in_range, m.*
        FROM dev.sessions AS s
        CROSS JOIN LATERAL (
            SELECT count(*) AS total, count(*) FILTER (WHERE m.sequence > $5 AND m.sequence < $6) AS in_range
            FROM dev.session_messages AS m
            WHERE {OfSession} AND {Matches}) AS counts
        LEFT JOIN LATERAL ({chosen}) AS m ON true
        WHERE s.user_id = $1 AND s.session_id = $2
        """;

    private static string Chosen(string order) =>
        $"""
        SELECT {Columns}
        FROM dev.session_messages AS m
        WHERE {OfSession} AND m.sequence > $5 AND m.sequence < $6 AND {Matches}
        ORDER BY m.sequence {order}
        LIMIT $7 OFFSET $8
        """;

    private static long AddUpTo(long limit, long number, long added) => number > limit - added ? limit : number + added;

    private static async ValueTask DisposeAsync(NpgsqlDataReader? reader, NpgsqlCommand? command, NpgsqlConnection? connection)
    {
        if (reader is not null)
        {
            await reader.DisposeAsync();
        }

        if (command is not null)
        {
            await command.DisposeAsync();
        }

        if (connection is not null)
        {
            await connection.DisposeAsync();
        }
    }

    /// <summary>Stands on the first row: whether the session is there, its counts, and the first message, if any.</summary>
    private sealed class Rows(NpgsqlConnection connection, NpgsqlCommand command, NpgsqlDataReader reader, MessageSelection selection) : IMessageRows
    {
        private const int Message = 2;

        private bool _isDisposed;

        public long Total { get; } = reader.GetInt64(0);

        public long InRange { get; } = selection.IsUnfiltered
            ? Math.Max(0, Math.Min(reader.GetInt64(0), selection.Before - 1) - selection.After)
            : reader.GetInt64(1);

        public async IAsyncEnumerable<MessageRow> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
        {
            // A session's row without a message: the page is empty. Rows are complete once they are read, so their values are at hand.
            if (reader.IsDBNull(Message))
            {
                yield break;
            }

            do
            {
                yield return new MessageRow
                {
                    Sequence = reader.GetInt64(Message),
                    MessageId = reader.GetGuid(Message + 1),
                    Role = reader.GetFieldValue<ReadOnlyMemory<byte>>(Message + 2),
                    Content = reader.GetFieldValue<ReadOnlyMemory<byte>>(Message + 3),
                    MessageType = reader.GetFieldValue<ReadOnlyMemory<byte>>(Message + 4),
                    Metadata = reader.GetFieldValue<ReadOnlyMemory<byte>>(Message + 5),
                    TokensUsed = reader.GetInt32(Message + 6),
                    CostUsd = reader.GetDecimal(Message + 7),
                    CreatedAt = reader.GetDateTime(Message + 8),
                };
            }
            while (await reader.ReadAsync(cancellationToken));
        }

        // Once only: a connection uses its reader again, so a second time would close that of whoever got the connection next.
        public ValueTask DisposeAsync()
        {
            if (_isDisposed)
            {
                return ValueTask.CompletedTask;
            }

            _isDisposed = true;
            return MessageReader.DisposeAsync(reader, command, connection);
        }
    }
}
