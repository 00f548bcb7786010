namespace SessionService.IntegrationTests.Documentation;

public sealed class LinksTests
{
    [Fact]
    public void Every_link_of_a_page_leads_to_a_file_and_a_heading_that_are_there() =>
        Assert.Empty(Page.All().SelectMany(file => Page.Read(file).Links()
            .Select(link => FindFault(file, link.Target) is { } fault ? $"{file}:{link.Line}: {fault}" : null)
            .OfType<string>()));

    [Fact]
    public void Every_source_file_that_a_page_names_is_there()
    {
        var sources = new[] { "src", "tests", "benchmarks", "tools" }
            .SelectMany(folder => Directory.EnumerateFiles(Path.Combine(Page.Root, folder), "*.cs", SearchOption.AllDirectories))
            .Select(file => Path.GetFileName(file)!)
            .ToHashSet(StringComparer.Ordinal);

        Assert.Empty(Page.All().SelectMany(file => Page.Read(file).SourceFiles()
            .Where(source => !sources.Contains(source.Name))
            .Select(source => $"{file}:{source.Line}: there is no {source.Name}")));
    }

    [Fact]
    public void Every_decision_is_in_the_index_by_its_title()
    {
        const string Folder = "docs/decisions";
        var index = File.ReadAllLines(Path.Combine(Page.Root, Folder, "README.md"));

        Assert.All(
            Directory.EnumerateFiles(Path.Combine(Page.Root, Folder), "0*.md"),
            file =>
            {
                var title = File.ReadLines(file).First().Split(": ", 2);
                Assert.Contains($"| [{title[0].TrimStart('#', ' ')}]({Path.GetFileName(file)}) | {title[1]} |", index);
            });
    }

    [Fact]
    public void The_first_page_is_short() => Assert.InRange(Page.Read("README.md").Length, 50, 199);

    [Theory]
    [InlineData("docs/api.md", "operations.md#no-such-heading")]
    [InlineData("docs/api.md", "no-such-page.md")]
    [InlineData("README.md", "#no-such-heading")]
    public void A_link_that_leads_nowhere_is_noticed(string file, string target) => Assert.NotNull(FindFault(file, target));

    private static string? FindFault(string file, string target)
    {
        var (path, anchor) = target.Split('#') switch
        {
            [var only] => (only, null),
            [var first, var second] => (first, second),
            _ => (target, null),
        };
        var linked = path.Length == 0 ? file : Path.GetRelativePath(Page.Root, Path.Combine(Page.Root, Path.GetDirectoryName(file)!, path));
        var full = Path.Combine(Page.Root, linked);
        return !File.Exists(full) && !Directory.Exists(full) ? $"there is no {linked}"
            : anchor is not null && !Page.Read(linked).Anchors().Contains(anchor) ? $"{linked} has no heading for #{anchor}"
            : null;
    }
}
