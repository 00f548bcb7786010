using Npgsql;

namespace SessionService.Infrastructure.Schema;

/// <summary>
/// Compares EF's model with the live catalog, and writes nothing. Names count where SQL uses them (tables, columns); keys, indexes and
/// constraints are recognized by what they are on, whatever they are called.
/// </summary>
public sealed class SchemaCheck(NpgsqlDataSource dataSource)
{
    public async Task<SchemaReport> RunAsync(CancellationToken cancellationToken)
    {
        var live = await LiveSchema.ReadAsync(dataSource, cancellationToken);
        var comparison = new SchemaComparison(live);

        comparison.CompareMigrations(ExpectedSchema.Current.Migrations);
        foreach (var table in ExpectedSchema.Current.Tables)
        {
            comparison.CompareTable(table);
        }

        return new SchemaReport(comparison.Errors, comparison.Warnings, comparison.HasPendingMigrations);
    }
}
