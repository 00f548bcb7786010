using Npgsql;

namespace SessionService.Infrastructure.Schema;

/// <summary>
/// Compares EF's model with the live catalog, and writes nothing. Names count where SQL uses them (tables, columns); keys, indexes and
/// constraints are recognized by what they are on, whatever they are called.
/// </summary>
public sealed class SchemaCheck(Func<NpgsqlDataSource> dataSource)
{
    public SchemaCheck(NpgsqlDataSource dataSource)
        : this(() => dataSource)
    {
    }

    public async Task<SchemaReport> RunAsync(CancellationToken cancellationToken)
    {
        var live = await LiveSchema.ReadAsync(dataSource(), cancellationToken);
        var comparison = new SchemaComparison(live);

        comparison.CompareMigrations(ExpectedSchema.Current.Migrations);
        var isSharded = live.Distributions.ContainsKey(TableLayout.Root);
        foreach (var table in ExpectedSchema.Current.Tables)
        {
            comparison.CompareTable(isSharded ? TableLayout.OnShards(table) : table);
        }

        if (isSharded)
        {
            comparison.Errors.AddRange(DistributionComparison.Differences(ExpectedSchema.Current, live.Distributions));
        }

        return new SchemaReport(comparison.Errors, comparison.Warnings, comparison.HasPendingMigrations, isSharded);
    }
}
