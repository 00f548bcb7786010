using Npgsql;
using NpgsqlTypes;
using SessionService.Application.Messages;
using SessionService.Infrastructure.Persistence;

namespace SessionService.Infrastructure.Messages;

/// <summary>Reads the paths of branches.</summary>
internal static class BranchPaths
{
    // By hand: a read of a page does it on the connection that the page has.
    private const string Current =
        """
        SELECT s.message_count, b.path, s.open_messages, b.branch_id, b.xmin
        FROM dev.sessions AS s
        LEFT JOIN dev.session_branches AS b ON b.user_id = $1 AND b.session_id = $2 AND b.branch_id = s.current_branch
        WHERE s.user_id = $1 AND s.session_id = $2
        """;

    private const string OfBranch =
        """
        SELECT s.message_count, b.path, s.open_messages
        FROM dev.sessions AS s
        LEFT JOIN dev.session_branches AS b ON b.user_id = $1 AND b.session_id = $2 AND b.branch_id = $3
        WHERE s.user_id = $1 AND s.session_id = $2 AND (b.branch_id IS NOT NULL OR ($3 = 1 AND s.current_branch IS NULL))
        """;

    private const string OfAll =
        "SELECT message_count, NULL::int8multirange, open_messages FROM dev.sessions WHERE user_id = $1 AND session_id = $2";

    /// <summary>
    /// The path of a branch, without the numbers to come; <see langword="null"/> when there is no such session or branch.
    /// </summary>
    public static Task<MessagePath?> ReadAsync(
        Sql sql, string userId, Guid sessionId, int branchId, bool showsOpen, CancellationToken cancellationToken) =>
        sql.Statement(OfBranch, userId, sessionId, branchId).FirstAsync(row => Read(row, showsOpen), cancellationToken);

    /// <summary>The path of the conversation, without the numbers to come; <see langword="null"/> when there is no such session.</summary>
    public static Task<MessagePath?> ReadCurrentAsync(
        Sql sql, string userId, Guid sessionId, CancellationToken cancellationToken, bool showsOpen = false) =>
        sql.Statement(Current, userId, sessionId).FirstAsync(row => Read(row, showsOpen), cancellationToken);

    /// <summary>
    /// The path of the conversation without the numbers to come, and what is worth keeping for the next page: nothing where a message is in
    /// progress. Both are <see langword="null"/> when there is no such session.
    /// </summary>
    public static Task<(MessagePath? Path, KnownPath? Known)> ReadConversationAsync(
        Sql sql, string userId, Guid sessionId, CancellationToken cancellationToken) =>
        sql.Statement(Current, userId, sessionId).FirstAsync(ReadConversation, cancellationToken);

    /// <summary>All numbers before the first message in progress; <see langword="null"/> when there is no such session.</summary>
    public static Task<MessagePath?> ReadAllAsync(Sql sql, string userId, Guid sessionId, CancellationToken cancellationToken) =>
        sql.Statement(OfAll, userId, sessionId).FirstAsync(row => Read(row, showsOpen: false), cancellationToken);

    private static (MessagePath? Path, KnownPath? Known) ReadConversation(NpgsqlDataReader row)
    {
        if (row.IsDBNull(1) || !row.IsDBNull(2))
        {
            return (Read(row, showsOpen: false), null);
        }

        var stored = PathRanges.Read(row.GetFieldValue<NpgsqlRange<long>[]>(1));
        var known = new KnownPath(row.GetInt32(3), row.GetFieldValue<uint>(4), stored, row.GetInt64(0));
        return (known.Path, known);
    }

    private static MessagePath Read(NpgsqlDataReader row, bool showsOpen)
    {
        var path = row.IsDBNull(1) ? MessagePath.Whole : PathRanges.Read(row.GetFieldValue<NpgsqlRange<long>[]>(1));
        if (showsOpen)
        {
            return row.IsDBNull(1) ? path : path.Through(row.GetInt64(0));
        }

        // Messages that are opened after this look are not on the path.
        path = path.Through(row.GetInt64(0));
        var open = row.IsDBNull(2) ? [] : row.GetFieldValue<long[]>(2);

        // Nobody who reads by position keeps a part of a message, or passes over one.
        return open.FirstOrDefault(path.Contains) is > 0 and var first ? path.Through(first - 1) : path;
    }
}
