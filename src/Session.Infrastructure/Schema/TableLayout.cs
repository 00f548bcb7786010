using SessionService.Infrastructure.Persistence;

namespace SessionService.Infrastructure.Schema;

/// <summary>Where the rows of a table lie in a sharded database.</summary>
internal static class TableLayout
{
    public const string UserColumn = "user_id";

    /// <summary>The table that the others of a user lie with.</summary>
    public const string Root = "sessions";

    /// <summary>The table of the ids of sessions. It lies by these, apart from the users.</summary>
    public const string Ids = "session_ids";

    public const string IdColumn = "session_id";

    // Every write looks for the webhooks of its user and for those of the service.
    private const string Webhooks = "webhooks";

    /// <summary>
    /// Whether a row lies with its user. The rows of the other tables are looked for without a user, and each server has all of them.
    /// </summary>
    public static bool IsByUser(ExpectedTable table) => table.PrimaryKey[0] == UserColumn && table.Name != Webhooks;

    /// <summary>
    /// The table as a sharded database can have it: it holds unique only what lies on one server. The columns of its other unique keys
    /// have an ordinary index.
    /// </summary>
    public static ExpectedTable OnShards(ExpectedTable table)
    {
        if (!IsByUser(table))
        {
            return table;
        }

        var across = table.UniqueKeys.Where(key => !key.Contains(UserColumn)).ToList();
        return table with
        {
            UniqueKeys = [.. table.UniqueKeys.Except(across)],
            Indexes =
            [
                .. table.Indexes,
                .. across.Select(key => new ExpectedIndex(key, new bool[key.Length], Filter: null, Expression: null)),
            ],
        };
    }

    /// <summary>The tables that each server has whole, with the history of the migrations: an instance reads it when it starts.</summary>
    public static IEnumerable<string> Everywhere(ExpectedSchema schema) =>
        schema.Tables.Where(table => !IsByUser(table) && table.Name != Ids)
            .Select(table => table.Name)
            .Append(SessionDbContext.MigrationsHistoryTable);

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
