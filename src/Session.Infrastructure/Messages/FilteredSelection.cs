using SessionService.Application.Messages;
using SessionService.Infrastructure.Persistence;

namespace SessionService.Infrastructure.Messages;

/// <summary>
/// What statements about filtered messages have in common. <c>$1</c> and <c>$2</c> are the session, <c>$3</c> and <c>$4</c> the filters,
/// <c>$5</c> and <c>$6</c> the range, <c>$7</c> the path, or null for a session without branches and messages in progress; in
/// <see cref="Chosen"/> alone <c>$8</c> and <c>$9</c>, how many messages after how many others.
/// </summary>
internal static class FilteredSelection
{
    /// <summary>How many of the messages that are rows the filters choose.</summary>
    public const string Counts =
        $"""
        SELECT count(*) AS total, count(*) FILTER (WHERE m.sequence > $5 AND m.sequence < $6) AS in_range
        FROM dev.session_messages AS m
        WHERE m.user_id = $1 AND m.session_id = $2 AND {Matches}
        """;

    private const string Matches =
        "($3::text IS NULL OR m.role = $3) AND ($4::text IS NULL OR m.message_type = $4) "
        + $"AND ({PageStatements.HasPath} IS NULL OR $7 IS NOT NULL) AND ($7::int8multirange IS NULL OR $7 @> m.sequence)";

    /// <summary>The messages of a session that are rows and that the filters choose, from one end of a range.</summary>
    public static string Chosen(string order, int maxBytes) =>
        $"""
        SELECT {MessageColumns.Within(maxBytes)}
        FROM dev.session_messages AS m
        WHERE m.user_id = $1 AND m.session_id = $2 AND m.sequence > $5 AND m.sequence < $6 AND {Matches}
        ORDER BY m.sequence {order}
        LIMIT $8 OFFSET $9
        """;

    /// <summary>The chosen messages alone, without the counts.</summary>
    public static string Alone(string order, int maxBytes) =>
        $"""
        SELECT m.*
        FROM dev.sessions AS s
        CROSS JOIN LATERAL ({Chosen(order, maxBytes)}) AS m
        WHERE s.user_id = $1 AND s.session_id = $2
        """;

    public static SqlValue[] Values(string userId, Guid sessionId, MessageSelection selection, params ReadOnlySpan<SqlValue> more) =>
        [
            userId, sessionId, selection.Role, selection.MessageType, selection.After, selection.Before,
            SqlValue.Ranges(PathRanges.Of(selection.Path)), .. more,
        ];
}
