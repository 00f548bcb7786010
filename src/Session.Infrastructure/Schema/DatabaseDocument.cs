using System.Text;
using Microsoft.EntityFrameworkCore.Metadata;

namespace SessionService.Infrastructure.Schema;

/// <summary>Writes docs/database.md from EF's model.</summary>
public static class DatabaseDocument
{
    public static string Generate()
    {
        var text = new StringBuilder();
        text.Append(
            """
            # Database

            <!-- Generated from the model; a test compares it. Change the configurations under Persistence/, not this file. -->

            The tables of the service. Times are UTC, money is USD.

            """);
        foreach (var table in SchemaModel.Tables)
        {
            AppendTable(text, table);
        }

        return text.ToString();
    }

    private static void AppendTable(StringBuilder text, ITable table)
    {
        text.Append($"\n## {table.Schema}.{table.Name}\n\n{table.Comment}\n\n");
        text.Append("| Column | Type | Null | Comment |\n| --- | --- | --- | --- |\n");
        foreach (var column in table.Columns.OrderBy(c => c.Order ?? int.MaxValue))
        {
            text.Append($"| {column.Name} | {Type(column)} | {(column.IsNullable ? "yes" : "no")} | {Cell(column.Comment)} |\n");
        }

        text.Append($"\n- Primary key {List(table.PrimaryKey!.Columns)}\n");
        foreach (var index in table.Indexes.OrderBy(i => i.Name, StringComparer.Ordinal))
        {
            text.Append($"- {(index.IsUnique ? "Unique index" : "Index")} {Columns(index)}: {index.Name}\n");
        }

        foreach (var key in table.ForeignKeyConstraints.OrderBy(f => f.Name, StringComparer.Ordinal))
        {
            text.Append($"- Foreign key {List(key.Columns)} to {key.PrincipalTable.Schema}.{key.PrincipalTable.Name} ")
                .Append($"{List(key.PrincipalColumns)}, on delete {key.OnDeleteAction}: {key.Name}\n");
        }

        foreach (var check in table.CheckConstraints.OrderBy(c => c.Name, StringComparer.Ordinal))
        {
            text.Append($"- Check {Cell(check.Sql)}: {check.Name}\n");
        }
    }

    private static string Type(IColumn column) =>
        column.StoreType
        + (column.Collation is null ? "" : $", collation {column.Collation}")
        + (column.DefaultValueSql is null ? "" : $", default {Cell(column.DefaultValueSql)}")
        + (column.ComputedColumnSql is null ? "" : $", generated as {Cell(column.ComputedColumnSql)}");

    private static string Columns(ITableIndex index) =>
        (index.Expression() is { } expression
            ? $"gin ({Cell(expression)})"
            : $"({string.Join(", ", index.Columns.Select((c, n) => c.Name + (index.IsDescendingAt(n) ? " desc" : "")))})")
        + (index.Filter is null ? "" : $" where {Cell(index.Filter)}");

    private static string List(IEnumerable<IColumn> columns) => $"({string.Join(", ", columns.Select(c => c.Name))})";

    private static string? Cell(string? value) => value?.Replace("|", "\\|", StringComparison.Ordinal);
}
