using SessionService.Application.Branches;
using SessionService.Application.Messages;
using SessionService.Domain.Sessions;
using SessionService.Infrastructure.Persistence;

namespace SessionService.Infrastructure.Branches;

/// <summary>The limits of a session's branches, in a transaction that holds the session's lock.</summary>
internal static class BranchRoom
{
    // By hand for the size as it is stored, which the database knows without reading the paths.
    private const string Taken =
        """
        SELECT coalesce(max(branch_id), 1), count(*), coalesce(sum(pg_column_size(path)), 0)::bigint
        FROM dev.session_branches
        WHERE user_id = $1 AND session_id = $2
        """;

    private const string MostRanges =
        """
        SELECT max(b.ranges)
        FROM (
            SELECT (SELECT count(*) FROM unnest(b.path) AS r (numbers)) AS ranges
            FROM dev.session_branches AS b
            WHERE b.user_id = $1 AND b.session_id = $2 AND pg_column_size(b.path) > $3) AS b
        """;

    // A path of fewer bytes has no more ranges than it may have: a range takes some bytes even where the path is compressed.
    private const int BytesOfManyRanges = 8 * 1024;

    /// <summary>The id of the next branch.</summary>
    /// <exception cref="Domain.Errors.ConflictException">
    /// The session has as many branches as it may have, or their paths take too much.
    /// </exception>
    public static async Task<int> NextIdAsync(Sql sql, string userId, Guid sessionId, CancellationToken cancellationToken)
    {
        var (lastId, branches, bytes) = await sql.Statement(Taken, userId, sessionId)
            .FirstAsync(row => (row.GetInt32(0), row.GetInt64(1), row.GetInt64(2)), cancellationToken);
        return branches < IBranchStore.MaxBranches && bytes < IBranchStore.MaxPathBytes
            ? lastId + 1
            : throw BranchErrors.TooMany(IBranchStore.MaxBranches);
    }

    /// <summary>Demands that no path of the session has too many ranges of numbers, after a statement that divided some.</summary>
    /// <exception cref="Domain.Errors.ConflictException">A path has too many.</exception>
    public static async Task CheckRangesAsync(Sql sql, string userId, Guid sessionId, CancellationToken cancellationToken)
    {
        var ranges = await sql.Statement(MostRanges, userId, sessionId, BytesOfManyRanges).ValueAsync<long>(cancellationToken);
        if (ranges > MessagePath.MaxRanges)
        {
            throw BranchErrors.TooManyRanges(MessagePath.MaxRanges);
        }
    }
}
