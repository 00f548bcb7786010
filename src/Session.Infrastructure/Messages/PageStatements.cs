using SessionService.Application.Messages;
using SessionService.Infrastructure.Messages.Packed;
using SessionService.Infrastructure.Persistence;

namespace SessionService.Infrastructure.Messages;

/// <summary>The statements that read pages of messages.</summary>
internal static class PageStatements
{
    /// <summary>Null where all messages of a session are shown: it has no branches, and no message is in progress.</summary>
    public const string HasPath = "coalesce(s.current_branch, s.open_messages[1])";

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

    // For a sharded database, which plans a statement of several tables anew each time, and twice: that costs several times as much as two
    // statements of one table.
    private const string SessionAlone =
        $"""
        SELECT s.message_count, NULL, s.packed_messages, {HasPath}
        FROM dev.sessions AS s
        WHERE s.user_id = $1 AND s.session_id = $2
        """;

    private static readonly IReadOnlyList<string> RangeAlone = MessageSteps.Texts(maxBytes =>
        $"""
        SELECT NULL, NULL, NULL, NULL, {MessageColumns.Within(maxBytes)}, {PackedColumns.Absent}
        FROM dev.session_messages
        WHERE {OfSession} AND sequence > $3 AND sequence <= $4
        ORDER BY sequence
        """);

    private const string LastNumbers = "SELECT last - $6 AS after, last FROM (SELECT least($4, s.message_count - $5) AS last) l";

    /// <summary>The next statement of a page: the session's row with the counts, and the messages.</summary>
    public static SqlStatement Page(Sql sql, string userId, Guid sessionId, MessageSteps steps)
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

        var (first, last) = RangeOf(selection);
        return sql.Statement(FirstOfAll[steps.Limit], userId, sessionId, isWhole, first, last);
    }

    /// <summary>Whether a selection is a range of a session's messages, unless the session has a path.</summary>
    public static bool IsRange(MessageSelection selection) =>
        selection is { IsUnfiltered: true, Order: MessageOrder.OldestFirst, Path: null or { IsWhole: true } };

    /// <summary>The session's row with the counts, and then the messages of a range that are rows.</summary>
    public static SqlBatch Range(Sql sql, string userId, Guid sessionId, MessageSteps steps)
    {
        var (first, last) = RangeOf(steps.Next);
        var batch = new SqlBatch(sql.Connection);
        batch.Add(SessionAlone, userId, sessionId);
        batch.Add(RangeAlone[steps.Limit], userId, sessionId, first, last);
        return batch;
    }

    /// <summary>The next statement for messages that are rows and that filters choose, without the counts.</summary>
    public static SqlStatement Chosen(Sql sql, string userId, Guid sessionId, MessageSteps steps)
    {
        var texts = steps.Next.Order == MessageOrder.OldestFirst ? FirstChosen : NewestChosen;
        return sql.Statement(texts[steps.Limit], FilteredValues(userId, sessionId, steps));
    }

    private static (long First, long Last) RangeOf(MessageSelection selection)
    {
        var first = AddUpTo(long.MaxValue, selection.After, selection.Skip);
        return (first, Math.Min(selection.Before - 1, AddUpTo(long.MaxValue, first, selection.Take)));
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
            SELECT s.message_count, b.branch_id, b.xmin, NULL, m.*
            FROM dev.sessions AS s
            LEFT JOIN dev.session_branches AS b
                ON b.user_id = $1 AND b.session_id = $2 AND b.branch_id = s.current_branch AND s.open_messages IS NULL
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
