using Npgsql;
using SessionService.Application.Messages;
using SessionService.Domain.Messages;
using SessionService.Infrastructure.Messages.Packed;
using SessionService.Infrastructure.Persistence;

namespace SessionService.Infrastructure.Messages;

/// <summary>
/// Reads messages, whether they are rows or packed. As a rule one statement a page, so that the total and the messages tell of one moment:
/// the session's row, with the counts, joined with the messages of the page and the segments that hold some of them. Long texts take more
/// statements, see <see cref="MessageSteps"/>. A session with branches takes one more, for the path; its messages do not change, so the
/// statements need no common snapshot. By hand and read by position, because pages are a hot path and keep texts as bytes.
/// </summary>
internal sealed class MessageReader(ReadConnections connections) : IMessageReader
{
    /// <summary>Null where all messages of a session are shown: it has no branches, and no message is in progress.</summary>
    internal const string HasPath = "coalesce(s.current_branch, s.open_messages[1])";

    private const string OfSession = "user_id = $1 AND session_id = $2";

    // Numbers have no gaps, so a page is a range of the primary key with both ends known, at any depth. The session knows the total.
    private static readonly IReadOnlyList<string> FirstOfAll = MessageSteps.Texts(
        maxBytes => All("SELECT $4::bigint AS after, $5::bigint AS last", maxBytes, isDescending: false));

    private static readonly IReadOnlyList<string> NewestOfAll =
        MessageSteps.Texts(maxBytes => All(LastNumbers, maxBytes, isDescending: true));

    // A filtered page walks the primary key from its end of the range until it is full; the counts walk the whole session.
    private static readonly IReadOnlyList<string> FirstOfFiltered =
        MessageSteps.Texts(maxBytes => Filtered(FilteredSelection.Chosen("ASC", maxBytes)));

    private static readonly IReadOnlyList<string> NewestOfFiltered =
        MessageSteps.Texts(maxBytes => Filtered(FilteredSelection.Chosen("DESC", maxBytes)));

    private static readonly IReadOnlyList<string> FirstChosen =
        MessageSteps.Texts(maxBytes => FilteredSelection.Alone("ASC", maxBytes));

    private static readonly IReadOnlyList<string> NewestChosen =
        MessageSteps.Texts(maxBytes => FilteredSelection.Alone("DESC", maxBytes));

    private static readonly IReadOnlyList<string> FirstOnPath = MessageSteps.Texts(maxBytes => OnPath(maxBytes, isDescending: false));

    private static readonly IReadOnlyList<string> NewestOnPath = MessageSteps.Texts(maxBytes => OnPath(maxBytes, isDescending: true));

    // In the row of counts.
    private const int PackedMessages = 2;
    private const int CurrentBranch = 3;

    private const string LastNumbers = "SELECT last - $6 AS after, last FROM (SELECT least($4, s.message_count - $5) AS last) l";

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

    public Task<MessagePortion?> ReadAsync(
        string userId, Guid sessionId, MessageSelection selection, CancellationToken cancellationToken) =>
        connections.Database.ReadAsync(sql => ReadAsync(sql, userId, sessionId, selection, cancellationToken), cancellationToken);

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
    /// Reads messages that are rows and that filters choose, without the counts. The transaction must be of one snapshot.
    /// </summary>
    internal static async Task ReadChosenAsync(
        Sql sql, string userId, Guid sessionId, MessageSteps steps, MessagePortion portion, CancellationToken cancellationToken)
    {
        while (!steps.IsDone && !portion.IsFull)
        {
            var from = portion.Count;
            var texts = steps.Next.Order == MessageOrder.OldestFirst ? FirstChosen : NewestChosen;
            var isCut = await sql.Statement(texts[steps.Limit], FilteredValues(userId, sessionId, steps))
                .ReadAsync(reader => portion.AddChosenAsync(reader, cancellationToken), cancellationToken);
            steps.Note(portion, from, isCut);
        }
    }

    private static async Task<MessagePortion?> ReadAsync(
        Sql sql, string userId, Guid sessionId, MessageSelection selection, CancellationToken cancellationToken)
    {
        var isBackwards = selection.Order == MessageOrder.LastInTimeOrder;
        selection = isBackwards ? selection with { Order = MessageOrder.NewestFirst } : selection;
        var portion = new MessagePortion(selection.Take);
        var isThere = false;
        try
        {
            isThere = await FillAsync(sql, userId, sessionId, selection, portion, cancellationToken);
            if (isBackwards)
            {
                portion.Reverse();
            }

            return isThere ? portion : null;
        }
        finally
        {
            if (!isThere)
            {
                portion.Dispose();
            }
        }
    }

    /// <summary>Fills a portion; false when there is no such session.</summary>
    private static async Task<bool> FillAsync(
        Sql sql,
        string userId,
        Guid sessionId,
        MessageSelection selection,
        MessagePortion portion,
        CancellationToken cancellationToken)
    {
        var steps = new MessageSteps(selection);
        var (isFirst, isThere, isPartlyPacked, hasBranches) = (true, true, false, false);
        do
        {
            var from = portion.Count;
            var isCut = await Statement(sql, userId, sessionId, steps).ReadAsync(AddAsync, cancellationToken);
            if (!isThere)
            {
                return false;
            }

            if (hasBranches)
            {
                return await BranchPaths.ReadCurrentAsync(sql, userId, sessionId, cancellationToken) is { } path
                    && await FillAsync(sql, userId, sessionId, selection with { Path = path }, portion, cancellationToken);
            }

            portion.Path = steps.Next.Path ?? MessagePath.Whole;
            if (isPartlyPacked)
            {
                // Messages that were packed since the first statement are for the next portion.
                return !isFirst || await PartlyPackedRows.FillAsync(
                    sql, userId, sessionId, selection with { Path = portion.Path }, portion, cancellationToken);
            }

            steps.Note(portion, from, isCut);
            isFirst = false;
        }
        while (!steps.IsDone && !portion.IsFull);
        portion.IsLast = steps.IsDone;
        return true;

        async Task<bool> AddAsync(NpgsqlDataReader reader)
        {
            isThere = await reader.ReadAsync(cancellationToken);
            hasBranches = isThere && steps.Next.Path is null && !reader.IsDBNull(CurrentBranch);
            // A filtered statement does not look into packed messages.
            isPartlyPacked = isThere && !selection.IsUnfiltered && reader.GetInt64(PackedMessages) > 0;
            if (!isThere || hasBranches || isPartlyPacked)
            {
                return false;
            }

            if (isFirst)
            {
                (portion.Total, portion.InRange) = Count(reader, selection);
            }

            return await portion.AddAsync(reader, steps.Next, cancellationToken);
        }
    }

    /// <summary>The total, and how many messages are in the range.</summary>
    private static (long Total, long InRange) Count(NpgsqlDataReader reader, MessageSelection selection)
    {
        var count = reader.GetInt64(0);
        return selection switch
        {
            { IsUnfiltered: false } => (count, reader.GetInt64(1)),
            { Path: { IsWhole: false } path } => (path.Count, path.CountBetween(selection.After, selection.Before - 1)),
            _ => (count, Math.Max(0, Math.Min(count, selection.Before - 1) - selection.After)),
        };
    }

    private static SqlStatement Statement(Sql sql, string userId, Guid sessionId, MessageSteps steps)
    {
        var selection = steps.Next;
        var isFromStart = selection.Order == MessageOrder.OldestFirst;
        if (!selection.IsUnfiltered)
        {
            var texts = isFromStart ? FirstOfFiltered : NewestOfFiltered;
            return sql.Statement(texts[steps.Limit], FilteredValues(userId, sessionId, steps));
        }

        if (selection.Path is { IsWhole: false } path)
        {
            return OnPath(sql, userId, sessionId, steps, path);
        }

        var isWhole = selection.Path is not null;
        if (!isFromStart)
        {
            return sql.Statement(
                NewestOfAll[steps.Limit], userId, sessionId, isWhole, selection.Before - 1, selection.Skip, (long)selection.Take);
        }

        var first = AddUpTo(long.MaxValue, selection.After, selection.Skip);
        var last = Math.Min(selection.Before - 1, AddUpTo(long.MaxValue, first, selection.Take));
        return sql.Statement(FirstOfAll[steps.Limit], userId, sessionId, isWhole, first, last);
    }

    private static SqlStatement OnPath(Sql sql, string userId, Guid sessionId, MessageSteps steps, MessagePath path)
    {
        var selection = steps.Next;
        var isFromStart = selection.Order == MessageOrder.OldestFirst;
        var (first, last) = (path.CountThrough(selection.After), path.CountThrough(selection.Before - 1));
        (first, last) = isFromStart
            ? (AddUpTo(last, first, selection.Skip), AddUpTo(last, first, AddUpTo(long.MaxValue, selection.Skip, selection.Take)))
            : (Math.Max(first, last - AddUpTo(last, selection.Skip, selection.Take)), Math.Max(first, last - selection.Skip));
        List<NumberRange> ranges = [.. path.At(first, last)];
        var (after, until) = ranges.Count == 0 ? (0, 0) : (ranges[0].First - 1, ranges[^1].Last);
        if (!isFromStart)
        {
            ranges.Reverse();
        }

        long[] starts = [.. ranges.Select(range => range.First - 1)];
        long[] ends = [.. ranges.Select(range => range.Last)];
        var texts = isFromStart ? FirstOnPath : NewestOnPath;
        return sql.Statement(texts[steps.Limit], userId, sessionId, starts, ends, after, until);
    }

    private static SqlValue[] FilteredValues(string userId, Guid sessionId, MessageSteps steps) =>
        FilteredSelection.Values(userId, sessionId, steps.Next, steps.Next.Take, steps.Next.Skip);

    // The lateral join is a loop over the session's one row and keeps the order of the messages; an ORDER BY around it would copy and sort
    // them again, a fifth of the statement's cost. Packed messages come before the others, and are not looked for where the range begins
    // after them.
    private static string All(string range, int maxBytes, bool isDescending)
    {
        var order = isDescending ? "DESC" : "ASC";
        var messages =
            $"""
            (SELECT {MessageColumns.Within(maxBytes)}, {PackedColumns.Absent}
            FROM dev.session_messages
            WHERE {OfSession} AND sequence > r.after AND sequence <= r.last
            ORDER BY sequence {order})
            """;
        var segments =
            $"""
            (SELECT {MessageColumns.Absent}, {PackedColumns.Within("r.after", "r.last")}
            FROM dev.message_segments
            WHERE {OfSession} AND s.packed_messages > r.after AND {PackedColumns.HoldSome("r.after", "r.last")}
            ORDER BY first_sequence {order}
            LIMIT {PortionRows.MaxSegments})
            """;
        var (first, second) = isDescending ? (messages, segments) : (segments, messages);
        return
            $"""
            SELECT s.message_count, NULL, NULL, {HasPath}, m.*
            FROM dev.sessions AS s
            CROSS JOIN LATERAL ({range}) r
            LEFT JOIN LATERAL ({first} UNION ALL {second}) m ON {HasPath} IS NULL OR $3
            WHERE s.user_id = $1 AND s.session_id = $2
            """;
    }

    // $3 and $4 are ranges of numbers, in the order of the answer; $5 and $6 are the ends of all of them.
    private static string OnPath(int maxBytes, bool isDescending)
    {
        var order = isDescending ? "DESC" : "ASC";
        var messages =
            $"""
            (SELECT n.*, {PackedColumns.Absent}
            FROM unnest($3, $4) AS w (after, last)
            CROSS JOIN LATERAL (
                SELECT {MessageColumns.Within(maxBytes)}
                FROM dev.session_messages
                WHERE user_id = $1 AND session_id = $2 AND sequence > w.after AND sequence <= w.last
                ORDER BY sequence {order}) AS n)
            """;
        var segments =
            $"""
            (SELECT {MessageColumns.Absent}, {PackedColumns.Within("$5", "$6")}
            FROM dev.message_segments
            WHERE user_id = $1 AND session_id = $2 AND s.packed_messages > $5 AND {PackedColumns.HoldSome("$5", "$6")}
              AND EXISTS (SELECT 1 FROM unnest($3, $4) AS w (after, last) WHERE first_sequence <= w.last AND last_sequence > w.after)
            ORDER BY first_sequence {order}
            LIMIT {PortionRows.MaxSegments})
            """;
        var (first, second) = isDescending ? (messages, segments) : (segments, messages);
        return
            $"""
            SELECT s.message_count, NULL, NULL, NULL, m.*
            FROM dev.sessions AS s
            LEFT JOIN LATERAL ({first} UNION ALL {second}) m ON true
            WHERE s.user_id = $1 AND s.session_id = $2
            """;
    }

    // In a session of which a part is packed the statement finds the rest only, see PartlyPackedRows.
    private static string Filtered(string chosen) =>
        $"""
        SELECT counts.total, counts.in_range, s.packed_messages, {HasPath}, m.*, {PackedColumns.Absent}
        FROM dev.sessions AS s
        CROSS JOIN LATERAL ({FilteredSelection.Counts}) AS counts
        LEFT JOIN LATERAL ({chosen}) AS m ON true
        WHERE s.user_id = $1 AND s.session_id = $2
        """;

    private static long AddUpTo(long limit, long number, long added) => number > limit - added ? limit : number + added;
}
