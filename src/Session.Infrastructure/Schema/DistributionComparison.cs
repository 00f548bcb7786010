using SessionService.Infrastructure.Persistence;

namespace SessionService.Infrastructure.Schema;

/// <summary>Tells how the tables of a sharded database lie otherwise than they must.</summary>
internal static class DistributionComparison
{
    public static IEnumerable<string> Differences(ExpectedSchema expected, IReadOnlyDictionary<string, LiveDistribution> live)
    {
        var group = live.GetValueOrDefault(TableLayout.Root)?.Group;
        foreach (var table in TableLayout.ByUser(expected))
        {
            var found = live.GetValueOrDefault(table.Name);
            if (found?.Column != TableLayout.UserColumn)
            {
                yield return Difference(table.Name, $"distributed by {TableLayout.UserColumn}", found);
            }
            else if (found.Group != group)
            {
                yield return $"{Name(table.Name)}: expected with {Name(TableLayout.Root)}, found in a group of its own";
            }
        }

        if (live.GetValueOrDefault(TableLayout.Ids) is var ids && ids?.Column != TableLayout.IdColumn)
        {
            yield return Difference(TableLayout.Ids, $"distributed by {TableLayout.IdColumn}", ids);
        }

        foreach (var table in TableLayout.Everywhere(expected))
        {
            var found = live.GetValueOrDefault(table);
            if (found is not { Column: null })
            {
                yield return Difference(table, "a reference table", found);
            }
        }
    }

    private static string Difference(string table, string expected, LiveDistribution? found) =>
        $"{Name(table)}: expected {expected}, found "
        + (found is null ? "on one server" : found.Column is null ? "a reference table" : $"distributed by {found.Column}");

    private static string Name(string table) => $"{SessionDbContext.Schema}.{table}";
}
