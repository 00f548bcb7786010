using NpgsqlTypes;
using SessionService.Application.Imports;
using SessionService.Application.Messages;
using SessionService.Infrastructure.Messages;
using SessionService.Infrastructure.Persistence;

namespace SessionService.Infrastructure.Branches;

/// <summary>Writes the branches of an import.</summary>
internal static class ImportedBranchRows
{
    // By hand: many rows at once, and paths as texts, because the driver has no arrays of multiranges.
    private const string Insert =
        """
        INSERT INTO dev.session_branches
            (user_id, session_id, branch_id, name, created_at, path, from_sequence, last_sequence, message_count)
        SELECT $1, session_id, branch_id, name, created_at, path::int8multirange, from_sequence, last_sequence, message_count
        FROM unnest($2, $3, $4, $5, $6, $7, $8, $9)
            AS b (session_id, branch_id, name, created_at, path, from_sequence, last_sequence, message_count)
        """;

    /// <summary>Adds the branches of sessions that the same transaction makes.</summary>
    public static async Task AddAsync(Sql sql, string userId, IReadOnlyList<NewSession> sessions, CancellationToken cancellationToken)
    {
        var rows = sessions
            .SelectMany(session => session.Branches.Select(branch => (
                session.Session.SessionId,
                Branch: branch,
                Path: branch.BranchId == session.CurrentBranch ? branch.Path.Open(session.Messages.Count) : branch.Path)))
            .ToList();
        if (rows.Count > 0)
        {
            await AddAsync(sql, userId, rows, cancellationToken);
        }
    }

    /// <param name="rows">Branches with ids. The path is that of the branch, or has no end where the branch is current.</param>
    public static Task AddAsync(
        Sql sql,
        string userId,
        IReadOnlyList<(Guid SessionId, ImportedBranch Branch, MessagePath Path)> rows,
        CancellationToken cancellationToken) =>
        sql
            .Statement(
                Insert,
                userId,
                SqlValue.Column(rows, row => row.SessionId, NpgsqlDbType.Uuid),
                SqlValue.Column(rows, row => row.Branch.BranchId, NpgsqlDbType.Integer),
                SqlValue.Column(rows, row => row.Branch.Name, NpgsqlDbType.Text),
                SqlValue.Column(rows, row => row.Branch.CreatedAt, NpgsqlDbType.TimestampTz),
                SqlValue.Column(rows, row => PathRanges.Text(row.Path), NpgsqlDbType.Text),
                SqlValue.Column(rows, row => row.Branch.FromSequence, NpgsqlDbType.Bigint),
                SqlValue.Column(rows, row => row.Branch.Path.Last, NpgsqlDbType.Bigint),
                SqlValue.Column(rows, row => row.Branch.Path.Count, NpgsqlDbType.Bigint))
            .ExecuteAsync(cancellationToken);
}
