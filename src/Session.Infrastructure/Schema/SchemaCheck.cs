using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql;

namespace SessionService.Infrastructure.Schema;

/// <summary>
/// Compares EF's model with the live catalog. Two round trips, and nothing is written. Names count where SQL uses them (tables,
/// columns); keys, indexes and constraints are recognized by what they are on, whatever they are called.
/// </summary>
public sealed class SchemaCheck(NpgsqlDataSource dataSource)
{
    public async Task<SchemaReport> RunAsync(CancellationToken cancellationToken)
    {
        var live = await LiveSchema.ReadAsync(dataSource, cancellationToken);
        var comparison = new Comparison(live);

        comparison.CompareMigrations(ExpectedSchema.Migrations);
        foreach (var table in ExpectedSchema.Tables)
        {
            comparison.CompareTable(table);
        }

        return new SchemaReport(comparison.Errors, comparison.Warnings, comparison.HasPendingMigrations);
    }

    private sealed class Comparison(LiveSchema live)
    {
        public List<string> Errors { get; } = [];

        public List<string> Warnings { get; } = [];

        public bool HasPendingMigrations { get; private set; }

        public void CompareMigrations(IReadOnlyList<string> known)
        {
            Errors.AddRange(known.Except(live.AppliedMigrations, StringComparer.Ordinal)
                .Select(id => $"migration {id}: expected, found not applied"));
            HasPendingMigrations = Errors.Count > 0;

            // The tables themselves tell whether this older version of the service can work with them.
            Warnings.AddRange(live.AppliedMigrations.Except(known, StringComparer.Ordinal)
                .Select(id => $"migration {id}: applied, but unknown to this version"));
        }

        public void CompareTable(ITable table)
        {
            var name = FullName(table);
            if (!live.Tables.Contains(table.Name))
            {
                Errors.Add(Difference(name, "table", "none"));
                return;
            }

            CompareColumns(table, name);
            CompareIndexes(table, name);
            CompareForeignKeys(table, name);
            CompareChecks(table, name);
        }

        private void CompareColumns(ITable table, string name)
        {
            var found = live.Columns[table.Name].ToDictionary(c => c.Name, StringComparer.Ordinal);
            foreach (var column in table.Columns)
            {
                if (found.Remove(column.Name, out var actual))
                {
                    CompareColumn(column, actual, $"{name}.{column.Name}");
                }
                else
                {
                    Errors.Add(Difference($"{name}.{column.Name}", $"column of type {column.StoreType}", "none"));
                }
            }

            foreach (var extra in found.Values)
            {
                var refusesRows = extra.IsNotNull && extra.Expression is null && !extra.IsIdentity;
                (refusesRows ? Errors : Warnings).Add(Difference(
                    $"{name}.{extra.Name}",
                    "no such column",
                    extra.Type + (refusesRows ? " NOT NULL without default: no row could be inserted" : "")));
            }
        }

        private void CompareColumn(IColumn expected, LiveColumn found, string name)
        {
            if (!string.Equals(expected.StoreType, found.Type, StringComparison.Ordinal))
            {
                Errors.Add(Difference(name, $"type {expected.StoreType}", found.Type));
            }

            // What the model leaves open is the database's to choose.
            if (expected.Collation is not null && !string.Equals(expected.Collation, found.Collation, StringComparison.Ordinal))
            {
                Errors.Add(Difference(name, $"collation {expected.Collation}", found.Collation));
            }

            if (expected.IsNullable == found.IsNotNull)
            {
                Errors.Add(Difference(name, Nullability(!expected.IsNullable), Nullability(found.IsNotNull)));
            }

            var expectedGenerated = Generated(expected.ComputedColumnSql, expected.Table);
            var computedFrom = found.IsGenerated ? found.Expression : null;
            if (!string.Equals(expectedGenerated, Generated(computedFrom, expected.Table), StringComparison.Ordinal))
            {
                const string What = "computation";
                Errors.Add(Difference(name, Described(What, expected.ComputedColumnSql), Described(What, computedFrom)));
            }

            var expectedDefault = ExpectedDefault(expected);
            var foundDefault = found.IsGenerated ? null : found.Expression;
            if (!SqlExpression.SameDefault(expectedDefault, foundDefault))
            {
                Errors.Add(Difference(name, Described("default", expectedDefault), Described("default", foundDefault)));
            }
        }

        private void CompareIndexes(ITable table, string name)
        {
            var indexes = live.Indexes[table.Name].ToList();
            var recognized = new HashSet<LiveIndex>();

            var primaryKey = table.PrimaryKey!.Columns.Select(c => c.Name).ToArray();
            var actualKey = indexes.Find(i => i.IsPrimaryKey);
            if (actualKey is null || !actualKey.Columns.SequenceEqual(primaryKey, StringComparer.Ordinal))
            {
                Errors.Add(Difference(name, $"primary key {List(primaryKey)}", actualKey is null ? "none" : List(actualKey.Columns)));
            }
            else
            {
                recognized.Add(actualKey);
            }

            var uniqueKeys = table.Indexes.Where(i => i.IsUnique).Select(i => i.Columns)
                .Concat(table.UniqueConstraints.Where(u => u != table.PrimaryKey).Select(u => u.Columns))
                .Select(columns => columns.Select(c => c.Name).ToArray())
                .ToList();
            foreach (var columns in uniqueKeys)
            {
                // A key is a set: the order of its columns does not change what is unique.
                var key = columns.ToHashSet(StringComparer.Ordinal);
                var candidates = indexes.Where(i => i.IsUnique && !i.IsPartial && key.SetEquals(i.Columns)).ToList();
                recognized.UnionWith(candidates);
                if (!candidates.Exists(i => i.IsValid))
                {
                    Errors.Add(Difference(name, $"unique index {List(columns)}", NoneOrInvalid(candidates)));
                }
            }

            foreach (var index in table.Indexes.Where(i => !i.IsUnique))
            {
                var columns = index.Columns.Select(c => c.Name).ToArray();
                var descending = columns.Select((_, n) => index.IsDescendingAt(n)).ToArray();
                var candidates = indexes.Where(i => !i.IsPartial
                    && i.Columns.SequenceEqual(columns, StringComparer.Ordinal) && i.Descending.SequenceEqual(descending)).ToList();
                recognized.UnionWith(candidates);
                if (!candidates.Exists(i => i.IsValid))
                {
                    var ordered = columns.Zip(descending, (column, down) => down ? $"{column} DESC" : column);
                    Warnings.Add(Difference(name, $"index {List(ordered)}", NoneOrInvalid(candidates)));
                }
            }

            foreach (var extra in indexes.Except(recognized).Where(i => !i.IsPrimaryKey))
            {
                // Harmless only where a known key already makes its columns unique.
                var refusesRows = extra.IsUnique
                    && !uniqueKeys.Append(primaryKey).Any(key => key.All(c => extra.Columns.Contains(c, StringComparer.Ordinal)));
                (refusesRows ? Errors : Warnings).Add(Difference(
                    name,
                    "no such index",
                    $"{(extra.IsValid ? "" : "invalid ")}{(extra.IsUnique ? "unique " : "")}index {extra.Name} {List(extra.Columns)}"));
            }
        }

        private void CompareForeignKeys(ITable table, string name)
        {
            var found = live.ForeignKeys[table.Name].ToList();
            foreach (var expected in table.ForeignKeyConstraints)
            {
                var columns = expected.Columns.Select(c => c.Name).ToArray();
                var principalColumns = expected.PrincipalColumns.Select(c => c.Name).ToArray();
                var text = ForeignKey(columns, FullName(expected.PrincipalTable), principalColumns, expected.OnDeleteAction.ToString());

                var same = found.Find(f => f.Columns.SequenceEqual(columns, StringComparer.Ordinal));
                var actual = same is null
                    ? "none"
                    : ForeignKey(same.Columns, same.PrincipalTable, same.PrincipalColumns, DeleteAction(same.DeleteAction));
                if (!string.Equals(text, actual, StringComparison.Ordinal))
                {
                    Errors.Add(Difference(name, $"foreign key {text}", actual));
                }

                found.RemoveAll(f => f.Columns.SequenceEqual(columns, StringComparer.Ordinal));
            }

            Warnings.AddRange(found.Select(f => Difference(name, "no such foreign key", $"{f.Name} {List(f.Columns)} to {f.PrincipalTable}")));
        }

        private void CompareChecks(ITable table, string name)
        {
            var columns = table.Columns.Select(c => c.Name).ToArray();
            var found = live.Checks[table.Name].ToList();
            foreach (var expected in table.CheckConstraints)
            {
                var fingerprint = SqlExpression.Fingerprint(expected.Sql, columns);
                var same = found.Find(c =>
                    string.Equals(SqlExpression.Fingerprint(c.Expression, columns), fingerprint, StringComparison.Ordinal));
                if (same is null)
                {
                    var named = found.Find(c => string.Equals(c.Name, expected.Name, StringComparison.Ordinal));
                    Errors.Add(Difference(name, $"check {expected.Sql}", named?.Expression ?? "none"));
                    same = named;
                }

                found.RemoveAll(c => c == same);
            }

            Warnings.AddRange(found.Select(c => Difference(name, "no such check", $"{c.Name} {c.Expression}")));
        }

        private static string Difference(string name, string expected, string found) => $"{name}: expected {expected}, found {found}";

        private static string NoneOrInvalid(List<LiveIndex> candidates) =>
            candidates.Count == 0 ? "none" : $"{candidates[0].Name}, which is invalid";

        private static string FullName(ITable table) => $"{table.Schema}.{table.Name}";

        private static string List(IEnumerable<string> columns) => $"({string.Join(", ", columns)})";

        private static string Nullability(bool notNull) => notNull ? "NOT NULL" : "nullable";

        private static string Described(string what, string? expression) => expression is null ? $"no {what}" : $"{what} {expression}";

        private static string? Generated(string? sql, ITable table) =>
            sql is null ? null : SqlExpression.Fingerprint(sql, table.Columns.Select(c => c.Name));

        private static string? ExpectedDefault(IColumn column) =>
            column.DefaultValueSql
            ?? (column.TryGetDefaultValue(out var value) && value is not null
                ? column.StoreTypeMapping.GenerateSqlLiteral(value)
                : null);

        private static string ForeignKey(string[] columns, string principalTable, string[] principalColumns, string deleteAction) =>
            $"{List(columns)} to {principalTable} {List(principalColumns)} on delete {deleteAction}";

        private static string DeleteAction(char action) => (action switch
        {
            'c' => ReferentialAction.Cascade,
            'r' => ReferentialAction.Restrict,
            'n' => ReferentialAction.SetNull,
            'd' => ReferentialAction.SetDefault,
            _ => ReferentialAction.NoAction,
        }).ToString();
    }
}
