using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Metadata;
using SessionService.Infrastructure.Persistence;

namespace SessionService.Infrastructure.Schema;

/// <summary>The tables as EF's model has them, and the migrations that lead there. Needs no database, but a second to build.</summary>
internal static class SchemaModel
{
    private static readonly Lazy<(IReadOnlyList<ITable> Tables, IReadOnlyList<string> Migrations)> Value = new(() =>
    {
        using var context = new SessionDbContextDesignTimeFactory().CreateDbContext([]);

        // The run-time model leaves out comments, check constraints and collations.
        var model = context.GetService<IDesignTimeModel>().Model.GetRelationalModel();
        return ([.. model.Tables.OrderBy(t => t.Name, StringComparer.Ordinal)], [.. context.Database.GetMigrations()]);
    });

    public static IReadOnlyList<ITable> Tables => Value.Value.Tables;

    /// <summary>What an index is on, where that is an expression.</summary>
    public static string? Expression(this ITableIndex index) =>
        index.MappedIndexes.First().FindAnnotation(IndexExpression.Annotation)?.Value as string;

    /// <summary>No flags are all ascending, and an empty list of them is all descending.</summary>
    public static bool IsDescendingAt(this ITableIndex index, int column) =>
        index.IsDescending is { } flags && (flags.Count == 0 || flags[column]);

    public static IReadOnlyList<string> Migrations => Value.Value.Migrations;
}
