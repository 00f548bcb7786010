using SessionService.Application.Imports;
using SessionService.Infrastructure.Messages;
using SessionService.Infrastructure.Persistence;

namespace SessionService.Infrastructure.Branches;

/// <summary>Finds the branch of a session that is one of an import.</summary>
/// <param name="count">How many messages the session has.</param>
internal sealed class BranchComparison(Sql sql, ImportPlace place, long count)
{
    // A branch that was made with the same id, where it comes from or here.
    private static readonly string OfId = Compared("branch_id = $3");

    private static readonly string OfSamePath =
        $"""
        SELECT * FROM ({Compared("last_sequence = $5 OR branch_id = $7")}) AS b
        WHERE $3 IS NOT NULL AND is_same
        ORDER BY branch_id
        LIMIT 1
        """;

    // By the messages alone: the branch that goes on from the other one, or else the longest one from which the other one goes on.
    private static readonly string OfMessages =
        $"""
        SELECT * FROM ({Compared("branch_id = $7 OR $4 @> last_sequence OR last_sequence >= $5 AND path @> $5::bigint")}) AS b
        WHERE $3 IS NULL AND (has_it OR is_begun)
        ORDER BY has_it DESC, branch_id DESC
        LIMIT 1
        """;

    private const string Replace =
        """
        UPDATE dev.session_branches AS b
        SET path = $4, from_sequence = coalesce(b.from_sequence, $5), last_sequence = $6, message_count = $7
        WHERE b.user_id = $1 AND b.session_id = $2 AND b.branch_id = $3
        """;

    private const string Complete =
        """
        UPDATE dev.session_branches AS b
        SET name = $4, created_at = $5, from_sequence = $6, last_sequence = $7, message_count = $8
        WHERE b.user_id = $1 AND b.session_id = $2 AND b.branch_id = $3
        """;

    // The current branch has no end. By hand, because the database compares ranges. A session may have many branches with long paths, so
    // a condition on short columns comes first.
    private static string Compared(string condition) =>
        $"""
        SELECT b.branch_id, b.created_at, b.branch_id = $7, b.path = $4 AS is_same,
               b.path * int8multirange(int8range(NULL, $5 + 1)) = $4 AS has_it,
               NOT b.is_current AND NOT isempty(b.path) AND $4 * int8multirange(int8range(NULL, b.last_sequence + 1)) = b.path AS is_begun
        FROM (
            SELECT branch_id, created_at, last_sequence, branch_id = $7 AS is_current, path * int8multirange(int8range(1, $6)) AS path
            FROM dev.session_branches
            WHERE user_id = $1 AND session_id = $2 AND ({condition})) AS b
        """;

    /// <summary>
    /// A branch of the same id, or without an id of the same messages; <see langword="null"/> where there is none. Where the branch of the
    /// same id is another one, the one that has exactly the same messages.
    /// </summary>
    public async Task<FoundBranch?> FindAsync(ImportedBranch branch, int current, CancellationToken cancellationToken)
    {
        var found = await FindAsync(branch.BranchId is null ? OfMessages : OfId, branch, current, cancellationToken);
        return found is { IsThere: false, Continues: false } && branch.BranchId is not null
            ? await FindAsync(OfSamePath, branch, current, cancellationToken) ?? found
            : found;
    }

    /// <summary>
    /// Gives a branch that an import made for the file's messages the name and the times that the file tells; false where it has them.
    /// </summary>
    public async Task<bool> CompleteAsync(FoundBranch found, ImportedBranch branch, CancellationToken cancellationToken)
    {
        var isProvisional = found.CreatedAt > branch.CreatedAt && found.BranchId == branch.BranchId && (found.IsSame || found.IsCurrent);
        return isProvisional
            && await sql
                .Statement(
                    Complete,
                    place.UserId,
                    place.SessionId,
                    found.BranchId,
                    branch.Name,
                    branch.CreatedAt,
                    branch.FromSequence,
                    branch.Path.Last,
                    branch.Path.Count)
                .ExecuteAsync(cancellationToken) > 0;
    }

    /// <summary>Lets a branch go on as far as the file's does.</summary>
    public Task ReplaceAsync(int branchId, ImportedBranch branch, CancellationToken cancellationToken) =>
        sql
            .Statement(
                Replace,
                place.UserId,
                place.SessionId,
                branchId,
                SqlValue.Ranges(PathRanges.Of(branch.Path)),
                branch.FromSequence,
                branch.Path.Last,
                branch.Path.Count)
            .ExecuteAsync(cancellationToken);

    private Task<FoundBranch?> FindAsync(string text, ImportedBranch branch, int current, CancellationToken cancellationToken) =>
        sql
            .Statement(
                text,
                place.UserId,
                place.SessionId,
                SqlValue.Of(branch.BranchId, NpgsqlTypes.NpgsqlDbType.Integer),
                SqlValue.Ranges(PathRanges.Of(branch.Path)),
                branch.Path.Last,
                count + 1,
                current)
            .FirstAsync(
                row => new FoundBranch(
                    row.GetInt32(0),
                    row.GetFieldValue<DateTimeOffset>(1),
                    row.GetBoolean(2),
                    IsSame: row.GetBoolean(3),
                    IsThere: row.GetBoolean(4),
                    Continues: row.GetBoolean(5)),
                cancellationToken);
}

/// <summary>A branch of a session, compared with one of an import.</summary>
/// <param name="IsSame">Whether the two have the same messages.</param>
/// <param name="IsThere">Whether the session's branch has the messages, and perhaps goes on after them.</param>
/// <param name="Continues">Whether the import's branch has all messages of this one, and goes on after them.</param>
internal sealed record FoundBranch(int BranchId, DateTimeOffset CreatedAt, bool IsCurrent, bool IsSame, bool IsThere, bool Continues);
