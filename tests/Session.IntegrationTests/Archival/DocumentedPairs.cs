using SessionService.IntegrationTests.Documentation;

namespace SessionService.IntegrationTests.Archival;

/// <summary>The tables of docs/decisions/0036-features-meet.md: what a feature does to a session after another one.</summary>
internal static class DocumentedPairs
{
    private const string File = "docs/decisions/0036-features-meet.md";

    /// <summary>The cells of the table whose first heading is the given one: row, column, text.</summary>
    public static TheoryData<string, string, string> Read(string firstHeading)
    {
        var rows = System.IO.File.ReadLines(Path.Combine(Page.Root, File))
            .SkipWhile(line => !line.StartsWith($"| {firstHeading} |", StringComparison.Ordinal))
            .TakeWhile(line => line.StartsWith('|'))
            .Select(line => line.Trim('|').Split('|', StringSplitOptions.TrimEntries))
            .ToList();
        var cells = new TheoryData<string, string, string>();
        foreach (var row in rows.Skip(2))
        {
            foreach (var (column, cell) in rows[0].Zip(row).Skip(1))
            {
                cells.Add(row[0], column, cell);
            }
        }

        return cells;
    }
}
