using SessionService.Infrastructure.Persistence;

namespace SessionService.Infrastructure.Schema;

/// <summary>Where the rows of a table lie in a sharded database.</summary>
internal static class TableLayout
{
    public const string UserColumn = "user_id";

    /// <summary>The table that the others of a user lie with.</summary>
    public const string Root = "sessions";

    // Every write looks for the webhooks of its user and for those of the service.
    private const string Webhooks = "webhooks";

    /// <summary>
    /// Whether a row lies with its user. The rows of the other tables are looked for without a user, and each server has all of them.
    /// </summary>
    public static bool IsByUser(ExpectedTable table) => table.PrimaryKey[0] == UserColumn && table.Name != Webhooks;

    /// <summary>The table as a sharded database can have it: it holds unique only what lies on one server.</summary>
    public static ExpectedTable OnShards(ExpectedTable table) =>
        IsByUser(table) ? table with { UniqueKeys = [.. table.UniqueKeys.Where(key => key.Contains(UserColumn))] } : table;

    /// <summary>The tables that each server has whole, with the history of the migrations: an instance reads it when it starts.</summary>
    public static IEnumerable<string> Everywhere(ExpectedSchema schema) =>
        schema.Tables.Where(table => !IsByUser(table)).Select(table => table.Name).Append(SessionDbContext.MigrationsHistoryTable);

    /// <summary>The tables that lie by user, each behind those that its foreign keys name.</summary>
    public static IReadOnlyList<ExpectedTable> ByUser(ExpectedSchema schema)
    {
        var left = schema.Tables.Where(IsByUser).OrderByDescending(table => table.Name == Root).ToList();
        var ordered = new List<ExpectedTable>();
        while (left.Count > 0)
        {
            var next = left.Find(table => !table.ForeignKeys.Any(key => left.Exists(other => IsNamed(key, other) && other != table)))
                ?? throw new InvalidOperationException("The foreign keys go in a circle.");
            ordered.Add(next);
            left.Remove(next);
        }

        return ordered;
    }

    private static bool IsNamed(ExpectedForeignKey key, ExpectedTable table) =>
        key.PrincipalTable == $"{SessionDbContext.Schema}.{table.Name}";
}
