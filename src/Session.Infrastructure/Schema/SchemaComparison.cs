using Microsoft.EntityFrameworkCore.Migrations;
using SessionService.Infrastructure.Persistence;

namespace SessionService.Infrastructure.Schema;

/// <summary>Collects the differences between what is expected and what the catalog says.</summary>
internal sealed class SchemaComparison(LiveSchema live)
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

    public void CompareTable(ExpectedTable table)
    {
        var name = $"{SessionDbContext.Schema}.{table.Name}";
        if (!live.Tables.TryGetValue(table.Name, out var found))
        {
            Errors.Add(Difference(name, "table", "none"));
            return;
        }

        CompareColumns(table, name);
        CompareIndexes(table, name);
        CompareForeignKeys(table, name);
        CompareChecks(table, name);
        WarnOfInterference(found, name);
    }

    private void CompareColumns(ExpectedTable table, string name)
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
                Errors.Add(Difference($"{name}.{column.Name}", $"column of type {column.Type}", "none"));
            }
        }

        foreach (var extra in found.Values)
        {
            var refusesRows = extra.IsNotNull && extra is { Expression: null, Identity: null };
            (refusesRows ? Errors : Warnings).Add(Difference(
                $"{name}.{extra.Name}",
                "no such column",
                extra.Type + (refusesRows ? " NOT NULL without default: no row could be inserted" : "")));
        }
    }

    private void CompareColumn(ExpectedColumn expected, LiveColumn found, string name)
    {
        if (!string.Equals(expected.Type, found.Type, StringComparison.Ordinal))
        {
            Errors.Add(Difference(name, $"type {expected.Type}", found.Type));
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

        var expectedGenerated = Generated(expected.GeneratedAs);
        var computedFrom = found.IsGenerated ? found.Expression : null;
        if (!string.Equals(expectedGenerated, Generated(computedFrom), StringComparison.Ordinal))
        {
            const string What = "computation";
            Errors.Add(Difference(name, Described(What, expected.GeneratedAs), Described(What, computedFrom)));
        }

        var foundDefault = found.IsGenerated ? null : found.Expression;
        if (!SqlExpression.SameDefault(expected.Default, foundDefault))
        {
            Errors.Add(Difference(name, Described("default", expected.Default), Described("default", foundDefault)));
        }

        // One that is ALWAYS refuses every value that the service writes; the other is a default.
        if (found.Identity is not null)
        {
            Errors.Add(Difference(name, "no identity", found.Identity));
        }
    }

    private void CompareIndexes(ExpectedTable table, string name)
    {
        var indexes = live.Indexes[table.Name].ToList();
        var recognized = new HashSet<LiveIndex>();

        var primaryKey = table.PrimaryKey;
        var actualKey = indexes.Find(i => i.IsPrimaryKey);
        if (actualKey is null || !actualKey.Columns.SequenceEqual(primaryKey, StringComparer.Ordinal))
        {
            Errors.Add(Difference(name, $"primary key {List(primaryKey)}", actualKey is null ? "none" : List(actualKey.Columns)));
        }
        else
        {
            recognized.Add(actualKey);
            if (actualKey.IsDeferrable)
            {
                Errors.Add(Difference(name, $"primary key {List(primaryKey)}", "a deferrable one"));
            }
        }

        foreach (var columns in table.UniqueKeys)
        {
            // A key is a set: the order of its columns does not change what is unique.
            var key = columns.ToHashSet(StringComparer.Ordinal);
            var candidates = indexes.Where(i => i.IsUnique && i.Filter is null && key.SetEquals(i.Columns)).ToList();
            recognized.UnionWith(candidates);
            if (candidates.Find(i => i.IsDeferrable) is { } deferrable)
            {
                // Even beside one that is not: ON CONFLICT takes every index on its columns, and refuses.
                Errors.Add(Difference(name, $"unique index {List(columns)}", $"{deferrable.Name}, which is deferrable"));
            }
            else if (!candidates.Exists(i => i.IsValid))
            {
                Errors.Add(Difference(name, $"unique index {List(columns)}", NoneOrInvalid(candidates)));
            }
        }

        foreach (var (columns, descending, filter, expression) in table.Indexes)
        {
            var candidates = indexes.Where(i => SqlExpression.SameFilter(i.Filter, filter)
                && SqlExpression.SameFilter(i.Expression, expression)
                && (expression is not null
                    || (i.Columns.SequenceEqual(columns, StringComparer.Ordinal) && i.Descending.SequenceEqual(descending)))).ToList();
            recognized.UnionWith(candidates);
            if (!candidates.Exists(i => i.IsValid))
            {
                var ordered = columns.Zip(descending, (column, down) => down ? $"{column} DESC" : column);
                var rows = filter is null ? "" : $" where {filter}";
                Warnings.Add(Difference(name, $"index {expression ?? List(ordered)}{rows}", NoneOrInvalid(candidates)));
            }
        }

        foreach (var extra in indexes.Except(recognized).Where(i => !i.IsPrimaryKey))
        {
            // Harmless only where a known key already makes its columns unique.
            var refusesRows = extra.IsUnique
                && !table.UniqueKeys.Append(primaryKey).Any(key => key.All(c => extra.Columns.Contains(c, StringComparer.Ordinal)));
            var breaksConflicts = extra.IsDeferrable && primaryKey.ToHashSet(StringComparer.Ordinal).SetEquals(extra.Columns);
            (refusesRows || breaksConflicts ? Errors : Warnings).Add(Difference(
                name,
                "no such index",
                $"{(extra.IsValid ? "" : "invalid ")}{(extra.IsDeferrable ? "deferrable " : "")}{(extra.IsUnique ? "unique " : "")}index "
                + $"{extra.Name} {List(extra.Columns)}"));
        }
    }

    private void CompareForeignKeys(ExpectedTable table, string name)
    {
        var found = live.ForeignKeys[table.Name].ToList();
        foreach (var expected in table.ForeignKeys)
        {
            var text = ForeignKey(expected.Columns, expected.PrincipalTable, expected.PrincipalColumns, expected.OnDelete);

            var same = found.Find(f => f.Columns.SequenceEqual(expected.Columns, StringComparer.Ordinal));
            var actual = same is null
                ? "none"
                : ForeignKey(same.Columns, same.PrincipalTable, same.PrincipalColumns, DeleteAction(same.DeleteAction));
            if (!string.Equals(text, actual, StringComparison.Ordinal))
            {
                Errors.Add(Difference(name, $"foreign key {text}", actual));
            }

            found.RemoveAll(f => f.Columns.SequenceEqual(expected.Columns, StringComparer.Ordinal));
        }

        Warnings.AddRange(found.Select(f => Difference(name, "no such foreign key", $"{f.Name} {List(f.Columns)} to {f.PrincipalTable}")));
    }

    private void CompareChecks(ExpectedTable table, string name)
    {
        var found = live.Checks[table.Name].ToList();
        foreach (var expected in table.Checks)
        {
            var fingerprint = SqlExpression.Fingerprint(expected.Sql);
            var same = found.RemoveAll(c =>
                string.Equals(SqlExpression.Fingerprint(c.Expression), fingerprint, StringComparison.Ordinal));
            if (same == 0)
            {
                var named = found.Find(c => string.Equals(c.Name, expected.Name, StringComparison.Ordinal));
                Errors.Add(Difference(name, $"check {expected.Sql}", named?.Expression ?? "none"));
                found.RemoveAll(c => c == named);
            }
        }

        // Any of them may refuse a row.
        Errors.AddRange(found.Select(c => Difference(name, "no such check", $"{c.Name} {c.Expression}")));
    }

    // What these do to a write is beyond what can be read off the catalog.
    private void WarnOfInterference(LiveTable table, string name)
    {
        Warnings.AddRange(live.Triggers[table.Name].Select(t => Difference(name, "no such trigger", t.Name)));
        if (table.HasRowSecurity)
        {
            Warnings.Add(Difference(name, "no row level security", table.ForcesRowSecurity ? "it forced" : "it enabled"));
        }
    }

    private static string Difference(string name, string expected, string found) => $"{name}: expected {expected}, found {found}";

    private static string NoneOrInvalid(List<LiveIndex> candidates) =>
        candidates.Count == 0 ? "none" : $"{candidates[0].Name}, which is invalid";

    private static string List(IEnumerable<string> columns) => $"({string.Join(", ", columns)})";

    private static string Nullability(bool notNull) => notNull ? "NOT NULL" : "nullable";

    private static string Described(string what, string? expression) => expression is null ? $"no {what}" : $"{what} {expression}";

    private static string? Generated(string? sql) => sql is null ? null : SqlExpression.Fingerprint(sql);

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
