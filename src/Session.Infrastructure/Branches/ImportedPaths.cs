using NpgsqlTypes;
using SessionService.Application.Imports;
using SessionService.Application.Messages;
using SessionService.Infrastructure.Messages;
using SessionService.Infrastructure.Persistence;

namespace SessionService.Infrastructure.Branches;

/// <summary>Reads which messages a session shows, for an import into it.</summary>
internal static class ImportedPaths
{
    // By hand: EF cannot compute with multiranges.
    private const string Target =
        """
        SELECT s.message_count, c.path, int8multirange(int8range(1, s.message_count + 1)) - (
            SELECT range_agg(b.path) FROM dev.session_branches AS b WHERE b.user_id = $1 AND b.session_id = $2)
        FROM dev.sessions AS s
        LEFT JOIN dev.session_branches AS c ON c.user_id = $1 AND c.session_id = $2 AND c.branch_id = s.current_branch
        WHERE s.user_id = $1 AND s.session_id = $2
        """;

    public static Task<ImportTarget?> FindAsync(Sql sql, string userId, Guid sessionId, CancellationToken cancellationToken) =>
        sql.Statement(Target, userId, sessionId).FirstAsync(
            row =>
            {
                var count = row.GetInt64(0);
                var path = row.IsDBNull(1) ? MessagePath.Whole : PathRanges.Read(row.GetFieldValue<NpgsqlRange<long>[]>(1));
                var others = row.IsDBNull(1) || row.IsDBNull(2) ? [] : row.GetFieldValue<NpgsqlRange<long>[]>(2);
                return new ImportTarget(count, path.Through(count), PathRanges.Read(others));
            },
            cancellationToken);
}
