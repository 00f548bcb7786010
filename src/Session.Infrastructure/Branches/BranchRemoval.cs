using SessionService.Application.Messages;
using SessionService.Domain.Sessions;
using SessionService.Infrastructure.Persistence;

namespace SessionService.Infrastructure.Branches;

/// <summary>Takes a message out of the branches of its session, in a transaction that holds the session's lock.</summary>
internal static class BranchRemoval
{
    // By hand: the database computes with ranges, so that the paths of many branches need not be read.
    private const string AddFirstBranch =
        """
        INSERT INTO dev.session_branches
            (user_id, session_id, branch_id, created_at, path, from_sequence, last_sequence, message_count)
        SELECT user_id, session_id, 1, created_at, int8multirange(int8range(1, NULL)), NULL, 0, 0
        FROM dev.sessions
        WHERE user_id = $1 AND session_id = $2 AND current_branch IS NULL
        ON CONFLICT DO NOTHING
        """;

    private const string Remove =
        """
        UPDATE dev.session_branches AS b
        SET path = b.path - int8multirange(int8range($3, $3, '[]')),
            from_sequence = CASE
                WHEN b.from_sequence = $3
                THEN lower(b.path * int8multirange(int8range($3, s.message_count, '(]')))
                ELSE b.from_sequence END,
            last_sequence = CASE
                WHEN b.last_sequence = $3
                THEN coalesce(upper(b.path * int8multirange(int8range(NULL, $3))) - 1, 0)
                ELSE b.last_sequence END,
            message_count = b.message_count - CASE WHEN b.last_sequence >= $3 THEN 1 ELSE 0 END
        FROM dev.sessions AS s
        WHERE s.user_id = $1 AND s.session_id = $2 AND b.user_id = $1 AND b.session_id = $2 AND b.path @> $3::bigint
        """;

    private const string Count =
        """
        UPDATE dev.sessions AS s
        SET current_branch = coalesce(s.current_branch, 1),
            hidden_messages = s.message_count - (
                SELECT coalesce(sum(least(upper(r.numbers), s.message_count + 1) - lower(r.numbers)), 0)
                FROM dev.session_branches AS b
                CROSS JOIN LATERAL unnest(b.path * int8multirange(int8range(1, s.message_count, '[]'))) AS r (numbers)
                WHERE b.user_id = $1 AND b.session_id = $2 AND b.branch_id = coalesce(s.current_branch, 1)),
            updated_at = greatest(s.updated_at, $3),
            revision = s.revision + 1,
            changes = s.changes + 1,
            changed_at = greatest(s.changed_at, $3)
        WHERE s.user_id = $1 AND s.session_id = $2
        """;

    private const string CountRanges =
        """
        SELECT max(b.ranges)
        FROM (
            SELECT (SELECT count(*) FROM unnest(b.path) AS r (numbers)) AS ranges
            FROM dev.session_branches AS b
            WHERE b.user_id = $1 AND b.session_id = $2 AND pg_column_size(b.path) > $3) AS b
        """;

    // A path of fewer bytes has no more ranges than it may have: a range takes some bytes even where the path is compressed.
    private const int BytesOfManyRanges = 8 * 1024;

    /// <summary>Takes a message out of all branches; false where no branch has it.</summary>
    /// <exception cref="Domain.Errors.ConflictException">The current branch would have too many ranges of numbers.</exception>
    public static async Task<bool> RemoveAsync(
        Sql sql, string userId, Guid sessionId, long sequence, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await sql.Statement(AddFirstBranch, userId, sessionId).ExecuteAsync(cancellationToken);
        if (await sql.Statement(Remove, userId, sessionId, sequence).ExecuteAsync(cancellationToken) == 0)
        {
            return false;
        }

        await sql.Statement(Count, userId, sessionId, now).ExecuteAsync(cancellationToken);
        var ranges = await sql.Statement(CountRanges, userId, sessionId, BytesOfManyRanges).ValueAsync<long>(cancellationToken);
        if (ranges > MessagePath.MaxRanges)
        {
            throw BranchErrors.TooManyRanges(MessagePath.MaxRanges);
        }

        return true;
    }
}
