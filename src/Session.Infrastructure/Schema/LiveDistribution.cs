using SessionService.Infrastructure.Persistence;

namespace SessionService.Infrastructure.Schema;

/// <summary>How Citus has distributed a table.</summary>
/// <param name="Table">Its name in the schema.</param>
/// <param name="Column">The column that its rows are distributed by; <see langword="null"/> where each server has all of them.</param>
/// <param name="Group">Tables of one group have the rows of a user on the same server.</param>
internal sealed record LiveDistribution(string Table, string? Column, int Group)
{
    private const string HasCitus = "SELECT to_regclass('pg_catalog.pg_dist_partition') IS NOT NULL";

    private const string Distributions =
        """
        SELECT c.relname::text AS table_name, column_to_column_name(d.logicalrelid, d.partkey) AS column_name, d.colocationid AS colocation
        FROM pg_dist_partition AS d
        JOIN pg_class AS c ON c.oid = d.logicalrelid
        WHERE c.relnamespace = to_regnamespace($1)
        """;

    /// <summary>The distributed tables; none on a server without Citus.</summary>
    public static async Task<IReadOnlyDictionary<string, LiveDistribution>> ReadAsync(Sql sql, CancellationToken cancellationToken)
    {
        var found = await sql.Statement(HasCitus).Unprepared().ValueAsync<bool>(cancellationToken)
            ? await sql.Statement(Distributions, SessionDbContext.Schema).Unprepared().ListAsync(
                row => new LiveDistribution(
                    row.Get<string>("table_name"), row.GetOrDefault<string>("column_name"), row.Get<int>("colocation")),
                cancellationToken)
            : [];
        return found.ToDictionary(table => table.Table, StringComparer.Ordinal);
    }
}
