using Npgsql;
using SessionService.Application.Messages;
using SessionService.Domain.Messages;
using SessionService.Infrastructure.Messages.Packed;
using SessionService.Infrastructure.Persistence;

namespace SessionService.Infrastructure.Messages;

/// <summary>
/// Reads messages, whether they are rows or packed. One statement an answer, so that the total and the messages tell of one moment: the
/// session's row, with the counts, joined with the messages of the page and the segments that hold some of them. By hand and read by
/// position, because pages are a hot path and stream texts as bytes.
/// </summary>
internal sealed class MessageReader(ReadConnections connections) : IMessageReader
{
    private const string OfSession = "(user_id, session_id) = (s.user_id, s.session_id)";

    // Numbers have no gaps, so a page is a range of the primary key with both ends known, at any depth. The session knows the total.
    private static readonly string FirstOfAll = All("SELECT $3::bigint AS after, $4::bigint AS last", isDescending: false);
    private static readonly string NewestOfAll = All(LastNumbers, isDescending: true);
    private static readonly string LastOfAll = All(LastNumbers, isDescending: false);

    // A filtered page walks the primary key from its end of the range until it is full; the counts walk the whole session.
    private static readonly string FirstOfFiltered = Filtered(FilteredSelection.Chosen("ASC"));
    private static readonly string NewestOfFiltered = Filtered(FilteredSelection.Chosen("DESC"));
    private static readonly string LastOfFiltered =
        Filtered($"SELECT * FROM ({FilteredSelection.Chosen("DESC")}) AS chosen ORDER BY sequence");

    private const string LastNumbers = "SELECT last - $5 AS after, last FROM (SELECT least($3, s.message_count - $4) AS last) AS l";

    private static readonly string AtPositions =
        $"""
        WITH wanted AS MATERIALIZED (
            SELECT DISTINCT * FROM unnest($2, $3) AS w (session_id, sequence)),
        segment AS MATERIALIZED (
            SELECT DISTINCT g.session_id AS of_session, g.first_sequence AS start
            FROM wanted AS w
            JOIN dev.message_segments AS g
                ON g.user_id = $1 AND g.session_id = w.session_id AND {PackedColumns.HoldSome("(w.sequence - 1)", "w.sequence")})
        SELECT session_id, {MessageColumns.List}, {PackedColumns.Absent}
        FROM dev.session_messages
        WHERE user_id = $1 AND (session_id, sequence) IN (SELECT w.session_id, w.sequence FROM wanted AS w)
        UNION ALL
        SELECT g.session_id, {MessageColumns.Absent}, {PackedColumns.Whole}
        FROM segment AS c
        JOIN dev.message_segments AS g ON g.user_id = $1 AND g.session_id = c.of_session AND g.first_sequence = c.start
        """;

    public Task<IMessageRows?> OpenAsync(
        string userId, Guid sessionId, MessageSelection selection, CancellationToken cancellationToken) =>
        connections.Database.OpenAsync(
            connection => OpenAsync(connection, userId, sessionId, selection, cancellationToken), cancellationToken);

    public Task<IReadOnlyList<SessionMessage>> FindAsync(
        string userId, IReadOnlyCollection<MessagePosition> positions, CancellationToken cancellationToken) =>
        connections.Database.ReadAsync(sql => FindAsync(sql, userId, positions, cancellationToken), cancellationToken);

    /// <summary>Finds messages on the caller's connection, in its transaction.</summary>
    internal static async Task<IReadOnlyList<SessionMessage>> FindAsync(
        Sql sql, string userId, IReadOnlyCollection<MessagePosition> positions, CancellationToken cancellationToken)
    {
        var wanted = positions.ToHashSet();
        Guid[] sessions = [.. wanted.Select(position => position.SessionId)];
        long[] numbers = [.. wanted.Select(position => position.Sequence)];
        var found = await sql.Statement(AtPositions, userId, sessions, numbers)
            .ReadAsync(reader => ReadAsync(reader, userId, wanted, cancellationToken), cancellationToken);
        return [.. found.OrderBy(message => message.SessionId).ThenBy(message => message.Sequence)];
    }

    private static async Task<List<SessionMessage>> ReadAsync(
        NpgsqlDataReader reader, string userId, HashSet<MessagePosition> wanted, CancellationToken cancellationToken)
    {
        var messages = new MessageRowReader(reader, 1);
        var found = new List<SessionMessage>(wanted.Count);
        while (await reader.ReadAsync(cancellationToken))
        {
            var sessionId = reader.GetGuid(0);
            if (!reader.IsDBNull(1))
            {
                found.Add(messages.Read().ToMessage(userId, sessionId));
                continue;
            }

            using var part = PackedColumns.Read(reader, 1 + MessageColumns.Count);
            found.AddRange(part.Rows()
                .Where(row => wanted.Contains(new MessagePosition(sessionId, row.Sequence)))
                .Select(row => row.ToMessage(userId, sessionId)));
        }

        return found;
    }

    /// <summary>
    /// Opens the rows on a connection, which they keep. Without rows, or when the database fails, the connection is given back.
    /// </summary>
    private static async Task<IMessageRows?> OpenAsync(
        NpgsqlConnection opened, string userId, Guid sessionId, MessageSelection selection, CancellationToken cancellationToken)
    {
        var connection = opened;
        NpgsqlCommand? command = null;
        NpgsqlDataReader? reader = null;
        try
        {
            var sql = new Sql(connection);
            command = await Statement(sql, userId, sessionId, selection).ToCommandAsync(cancellationToken);
            reader = await command.ExecuteReaderAsync(cancellationToken);
            if (!await reader.ReadAsync(cancellationToken))
            {
                return null;
            }

            IMessageRows? rows;
            if (MessageRows.CanServe(reader, selection))
            {
                rows = new MessageRows(connection, command, reader, selection);
                (connection, command, reader) = (null, null, null);
                return rows;
            }

            await reader.DisposeAsync();
            reader = null;
            rows = await PartlyPackedRows.OpenAsync(sql, userId, sessionId, selection, cancellationToken);
            connection = rows is null ? connection : null;
            return rows;
        }
        finally
        {
            await DisposeAsync(reader, command, connection);
        }
    }

    private static SqlStatement Statement(Sql sql, string userId, Guid sessionId, MessageSelection selection)
    {
        var text = Text(selection);
        if (!selection.IsUnfiltered)
        {
            return sql.Statement(text, FilteredSelection.Values(userId, sessionId, selection, selection.Take, selection.Skip));
        }

        if (selection.Order != MessageOrder.OldestFirst)
        {
            return sql.Statement(text, userId, sessionId, selection.Before - 1, selection.Skip, (long)selection.Take);
        }

        var first = AddUpTo(long.MaxValue, selection.After, selection.Skip);
        var last = Math.Min(selection.Before - 1, AddUpTo(long.MaxValue, first, selection.Take));
        return sql.Statement(text, userId, sessionId, first, last);
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

    // The lateral join is a loop over the session's one row and keeps the order of the messages; an ORDER BY around it would copy and sort
    // them again, a fifth of the statement's cost. Packed messages come before the others, and are not looked for where the range begins
    // after them.
    private static string All(string range, bool isDescending)
    {
        var order = isDescending ? "DESC" : "ASC";
        var messages =
            $"""
            (SELECT {MessageColumns.List}, {PackedColumns.Absent}
            FROM dev.session_messages
            WHERE {OfSession} AND sequence > r.after AND sequence <= r.last
            ORDER BY sequence {order})
            """;
        var segments =
            $"""
            (SELECT {MessageColumns.Absent}, {PackedColumns.Within("r.after", "r.last")}
            FROM dev.message_segments AS g
            WHERE {OfSession} AND s.packed_messages > r.after AND {PackedColumns.HoldSome("r.after", "r.last")}
            ORDER BY first_sequence {order})
            """;
        var (first, second) = isDescending ? (messages, segments) : (segments, messages);
        return
            $"""
            SELECT s.message_count, NULL, NULL, m.*
            FROM dev.sessions AS s
            CROSS JOIN LATERAL ({range}) AS r
            LEFT JOIN LATERAL ({first} UNION ALL {second}) AS m ON true
            WHERE s.user_id = $1 AND s.session_id = $2
            """;
    }

    // In a session of which a part is packed the statement finds the rest only, see PartlyPackedRows.
    private static string Filtered(string chosen) =>
        $"""
        SELECT counts.total, counts.in_range, s.packed_messages, m.*, {PackedColumns.Absent}
        FROM dev.sessions AS s
        CROSS JOIN LATERAL ({FilteredSelection.Counts}) AS counts
        LEFT JOIN LATERAL ({chosen}) AS m ON true
        WHERE s.user_id = $1 AND s.session_id = $2
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
}
