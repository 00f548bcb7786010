using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.EntityFrameworkCore.Metadata;

namespace SessionService.Infrastructure.Schema;

/// <summary>
/// What the database must look like. It is what EF's model says, written down (expected-schema.json, a test compares it) because to
/// build that part of the model takes longer than everything else at start-up together.
/// </summary>
internal sealed record ExpectedSchema(string[] Migrations, ExpectedTable[] Tables)
{
    private static readonly Lazy<ExpectedSchema> WrittenDown = new(() =>
    {
        using var file = typeof(ExpectedSchema).Assembly.GetManifestResourceStream(typeof(ExpectedSchema), "expected-schema.json")!;
        return JsonSerializer.Deserialize(file, ExpectedSchemaJson.Default.ExpectedSchema)!;
    });

    public static ExpectedSchema Current => WrittenDown.Value;

    public static ExpectedSchema FromModel() => new([.. SchemaModel.Migrations], [.. SchemaModel.Tables.Select(ExpectedTable.From)]);

    public string ToJson() => JsonSerializer.Serialize(this, ExpectedSchemaJson.Default.ExpectedSchema) + "\n";
}

/// <param name="Name">The table's name in the schema.</param>
/// <param name="Columns">Its columns.</param>
/// <param name="PrimaryKey">The columns of its primary key, in order.</param>
/// <param name="UniqueKeys">The columns of each further unique index.</param>
/// <param name="Indexes">The other indexes.</param>
/// <param name="ForeignKeys">Its foreign keys.</param>
/// <param name="Checks">Its check constraints.</param>
internal sealed record ExpectedTable(
    string Name,
    ExpectedColumn[] Columns,
    string[] PrimaryKey,
    string[][] UniqueKeys,
    ExpectedIndex[] Indexes,
    ExpectedForeignKey[] ForeignKeys,
    ExpectedCheck[] Checks)
{
    public static ExpectedTable From(ITable table) => new(
        table.Name,
        [.. table.Columns.Select(ExpectedColumn.From)],
        Names(table.PrimaryKey!.Columns),
        [
            .. table.Indexes.Where(i => i.IsUnique).Select(i => Names(i.Columns)),
            .. table.UniqueConstraints.Where(u => u != table.PrimaryKey).Select(u => Names(u.Columns)),
        ],
        [.. table.Indexes.Where(i => !i.IsUnique).Select(ExpectedIndex.From)],
        [.. table.ForeignKeyConstraints.Select(ExpectedForeignKey.From)],
        [.. table.CheckConstraints.Select(c => new ExpectedCheck(c.Name!, c.Sql))]);

    public static string[] Names(IEnumerable<IColumn> columns) => [.. columns.Select(c => c.Name)];
}

/// <param name="Name">The column's name.</param>
/// <param name="Type">As <c>format_type</c> spells it.</param>
/// <param name="Collation">Null where the database may choose.</param>
/// <param name="IsNullable">Whether it takes nulls.</param>
/// <param name="Default">SQL.</param>
/// <param name="GeneratedAs">SQL.</param>
internal sealed record ExpectedColumn(string Name, string Type, string? Collation, bool IsNullable, string? Default, string? GeneratedAs)
{
    public static ExpectedColumn From(IColumn column) => new(
        column.Name,
        column.StoreType,
        column.Collation,
        column.IsNullable,
        column.DefaultValueSql
            ?? (column.TryGetDefaultValue(out var value) && value is not null ? column.StoreTypeMapping.GenerateSqlLiteral(value) : null),
        column.ComputedColumnSql);
}

/// <param name="Columns">The columns, in order.</param>
/// <param name="Descending">Whether each is sorted downwards.</param>
/// <param name="Filter">Of which rows it is, SQL; null where of all.</param>
/// <param name="Expression">What it is on in place of the columns, SQL.</param>
internal sealed record ExpectedIndex(string[] Columns, bool[] Descending, string? Filter, string? Expression)
{
    public static ExpectedIndex From(ITableIndex index) => new(
        ExpectedTable.Names(index.Columns),
        [.. index.Columns.Select((_, n) => index.IsDescendingAt(n))],
        index.Filter,
        index.Expression());
}

internal sealed record ExpectedForeignKey(string[] Columns, string PrincipalTable, string[] PrincipalColumns, string OnDelete)
{
    public static ExpectedForeignKey From(IForeignKeyConstraint key) => new(
        ExpectedTable.Names(key.Columns),
        $"{key.PrincipalTable.Schema}.{key.PrincipalTable.Name}",
        ExpectedTable.Names(key.PrincipalColumns),
        key.OnDeleteAction.ToString());
}

internal sealed record ExpectedCheck(string Name, string Sql);

[JsonSourceGenerationOptions(
    WriteIndented = true,
    NewLine = "\n",
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ExpectedSchema))]
internal sealed partial class ExpectedSchemaJson : JsonSerializerContext;
