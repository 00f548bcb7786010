using Npgsql;
using SessionService.Infrastructure.Persistence;

namespace SessionService.Infrastructure.Schema;

/// <summary>What the catalog says about the tables of the schema.</summary>
internal sealed record LiveSchema(
    IReadOnlySet<string> Tables,
    ILookup<string, LiveColumn> Columns,
    ILookup<string, LiveIndex> Indexes,
    ILookup<string, LiveForeignKey> ForeignKeys,
    ILookup<string, LiveCheck> Checks,
    IReadOnlyList<string> AppliedMigrations)
{
    private const string TablesQuery =
        """
        SELECT c.relname::text
        FROM pg_class c
        WHERE c.relnamespace = to_regnamespace($1) AND c.relkind IN ('r', 'p')
        """;

    private const string ColumnsQuery =
        """
        SELECT c.relname::text, a.attname::text, format_type(a.atttypid, a.atttypmod), coalesce(l.collname::text, ''),
            a.attnotnull, pg_get_expr(d.adbin, d.adrelid), a.attgenerated <> '', a.attidentity <> ''
        FROM pg_class c
        JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
        LEFT JOIN pg_collation l ON l.oid = a.attcollation
        LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
        WHERE c.relnamespace = to_regnamespace($1) AND c.relkind IN ('r', 'p')
        ORDER BY c.relname, a.attnum
        """;

    // An expression has no column name: it shows as an empty one, which matches none of the model's.
    private const string IndexesQuery =
        """
        SELECT c.relname::text, x.relname::text, i.indisprimary, i.indisunique, i.indisvalid, i.indpred IS NOT NULL,
            (SELECT array_agg(coalesce(a.attname::text, '') ORDER BY k.n)
             FROM unnest(i.indkey) WITH ORDINALITY AS k (attnum, n)
             LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.attnum
             WHERE k.n <= i.indnkeyatts),
            (SELECT array_agg(o.option & 1 = 1 ORDER BY o.n) FROM unnest(i.indoption) WITH ORDINALITY AS o (option, n))
        FROM pg_index i
        JOIN pg_class c ON c.oid = i.indrelid
        JOIN pg_class x ON x.oid = i.indexrelid
        WHERE c.relnamespace = to_regnamespace($1) AND c.relkind IN ('r', 'p')
        ORDER BY c.relname, x.relname
        """;

    private const string ForeignKeysQuery =
        """
        SELECT c.relname::text, k.conname::text, n.nspname || '.' || p.relname, k.confdeltype,
            (SELECT array_agg(a.attname::text ORDER BY u.n) FROM unnest(k.conkey) WITH ORDINALITY AS u (attnum, n)
             JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = u.attnum),
            (SELECT array_agg(a.attname::text ORDER BY u.n) FROM unnest(k.confkey) WITH ORDINALITY AS u (attnum, n)
             JOIN pg_attribute a ON a.attrelid = p.oid AND a.attnum = u.attnum)
        FROM pg_constraint k
        JOIN pg_class c ON c.oid = k.conrelid
        JOIN pg_class p ON p.oid = k.confrelid
        JOIN pg_namespace n ON n.oid = p.relnamespace
        WHERE c.relnamespace = to_regnamespace($1) AND k.contype = 'f' AND k.conparentid = 0
        ORDER BY c.relname, k.conname
        """;

    private const string ChecksQuery =
        """
        SELECT c.relname::text, k.conname::text, pg_get_expr(k.conbin, k.conrelid)
        FROM pg_constraint k
        JOIN pg_class c ON c.oid = k.conrelid
        WHERE c.relnamespace = to_regnamespace($1) AND k.contype = 'c'
        ORDER BY c.relname, k.conname
        """;

    public static async Task<LiveSchema> ReadAsync(NpgsqlDataSource dataSource, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var batch = connection.CreateBatch();
        foreach (var query in new[] { TablesQuery, ColumnsQuery, IndexesQuery, ForeignKeysQuery, ChecksQuery })
        {
            batch.BatchCommands.Add(new NpgsqlBatchCommand(query) { Parameters = { new() { Value = SessionDbContext.Schema } } });
        }

        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        var tables = await ReadAllAsync(reader, r => r.GetString(0), cancellationToken);

        await reader.NextResultAsync(cancellationToken);
        var columns = await ReadAllAsync(
            reader,
            r => new LiveColumn(
                r.GetString(0), r.GetString(1), r.GetString(2), r.GetString(3), r.GetBoolean(4),
                r.IsDBNull(5) ? null : r.GetString(5), r.GetBoolean(6), r.GetBoolean(7)),
            cancellationToken);

        await reader.NextResultAsync(cancellationToken);
        var indexes = await ReadAllAsync(
            reader,
            r => new LiveIndex(
                r.GetString(0), r.GetString(1), r.GetBoolean(2), r.GetBoolean(3), r.GetBoolean(4), r.GetBoolean(5),
                r.GetFieldValue<string[]>(6), r.GetFieldValue<bool[]>(7)),
            cancellationToken);

        await reader.NextResultAsync(cancellationToken);
        var foreignKeys = await ReadAllAsync(
            reader,
            r => new LiveForeignKey(
                r.GetString(0), r.GetString(1), r.GetString(2), r.GetChar(3), r.GetFieldValue<string[]>(4), r.GetFieldValue<string[]>(5)),
            cancellationToken);

        await reader.NextResultAsync(cancellationToken);
        var checks = await ReadAllAsync(reader, r => new LiveCheck(r.GetString(0), r.GetString(1), r.GetString(2)), cancellationToken);
        await reader.CloseAsync();

        return new LiveSchema(
            tables.ToHashSet(StringComparer.Ordinal),
            columns.ToLookup(c => c.Table, StringComparer.Ordinal),
            indexes.ToLookup(i => i.Table, StringComparer.Ordinal),
            foreignKeys.ToLookup(f => f.Table, StringComparer.Ordinal),
            checks.ToLookup(c => c.Table, StringComparer.Ordinal),
            tables.Contains(SessionDbContext.MigrationsHistoryTable, StringComparer.Ordinal)
                ? await ReadHistoryAsync(connection, cancellationToken)
                : []);
    }

    private static async Task<IReadOnlyList<string>> ReadHistoryAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = connection.CreateCommand();
        command.CommandText =
            $"""SELECT "MigrationId" FROM {SessionDbContext.Schema}."{SessionDbContext.MigrationsHistoryTable}" ORDER BY 1""";
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await ReadAllAsync(reader, r => r.GetString(0), cancellationToken);
    }

    private static async Task<List<T>> ReadAllAsync<T>(
        NpgsqlDataReader reader, Func<NpgsqlDataReader, T> read, CancellationToken cancellationToken)
    {
        var rows = new List<T>();
        while (await reader.ReadAsync(cancellationToken))
        {
            rows.Add(read(reader));
        }

        return rows;
    }
}

/// <summary><paramref name="Expression"/> is the default, or what a generated column is computed from.</summary>
internal sealed record LiveColumn(
    string Table, string Name, string Type, string Collation, bool IsNotNull, string? Expression, bool IsGenerated, bool IsIdentity);

internal sealed record LiveIndex(
    string Table, string Name, bool IsPrimaryKey, bool IsUnique, bool IsValid, bool IsPartial, string[] Columns, bool[] Descending);

internal sealed record LiveForeignKey(
    string Table, string Name, string PrincipalTable, char DeleteAction, string[] Columns, string[] PrincipalColumns);

internal sealed record LiveCheck(string Table, string Name, string Expression);
