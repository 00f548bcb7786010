using ArchUnitNET.Loader;
using SessionService.Domain.Sessions;

namespace SessionService.UnitTests.Architecture;

/// <summary>Layers use the layers below them, and in Infrastructure folders use the folders below them.</summary>
public sealed class FloorsTests
{
    private const string Root = "SessionService.";

    private static readonly string[] Layers = ["Domain", "Application", "Infrastructure", "Api"];

    // From the bottom up. A folder may use those in the lines above its own, and none in its own line.
    private static readonly string[][] Floors =
    [
        ["EmbeddedPostgres", "Folding"],
        ["Persistence"],
        ["Jobs"],
        ["Statistics", "Writes", "Announcements", "Outbox"],
        ["Attachments", "Idempotency", "Keys"],
        ["Messages", "Embeddings", "Digests"],
        ["Sessions"],
        ["Search"],
        ["MemorySearch"],
        ["Branches", "Memories", "UserMemories", "Usage", "Exports", "Contexts", "Feedback", "Deltas", "Live", "Webhooks"],
        ["Erasure"],
        ["Archival", "Conversations", "Schema", "Forks", "Copies", "Imports"],
        ["Startup"],
    ];

    private static readonly ArchUnitNET.Domain.Architecture Architecture = new ArchLoader()
        .LoadAssemblies(
            typeof(Session).Assembly,
            typeof(Application.ApplicationServices).Assembly,
            typeof(Infrastructure.InfrastructureServices).Assembly,
            typeof(Program).Assembly)
        .Build();

    [Fact]
    public void Layers_use_the_layers_below_them()
    {
        var violations = Uses(depth: 1).Where(use => Array.IndexOf(Layers, use.From) < Array.IndexOf(Layers, use.To));

        Assert.Empty(Describe(violations));
    }

    [Fact]
    public void Domain_uses_no_package()
    {
        var foreign = typeof(Session).Assembly.GetReferencedAssemblies().Select(assembly => assembly.Name!)
            .Where(name => !name.StartsWith("System.", StringComparison.Ordinal));

        Assert.Empty(foreign);
    }

    [Fact]
    public void Folders_of_infrastructure_use_the_folders_below_them()
    {
        var violations = Uses(depth: 2)
            .Where(use => use.From.StartsWith("Infrastructure.", StringComparison.Ordinal) && use.To.StartsWith("Infrastructure.", StringComparison.Ordinal))
            .Where(use => FloorOf(use.From) <= FloorOf(use.To));

        Assert.Empty(Describe(violations));
    }

    [Fact]
    public void Every_folder_of_infrastructure_has_a_floor()
    {
        var folders = Architecture.Types
            .Select(type => PlaceOf(type.Namespace?.FullName, depth: 2))
            .Where(place => place?.StartsWith("Infrastructure.", StringComparison.Ordinal) == true)
            .Select(place => place!.Split('.')[1])
            .Distinct();

        Assert.Equal(Floors.SelectMany(floor => floor).Order(), folders.Order());
    }

    private static int FloorOf(string place) => Array.FindIndex(Floors, floor => floor.Contains(place.Split('.')[1]));

    /// <summary>What uses what, by the first parts of the namespaces.</summary>
    private static IEnumerable<Use> Uses(int depth) =>
        from type in Architecture.Types
        from dependency in type.Dependencies
        let @from = PlaceOf(type.Namespace?.FullName, depth)
        let to = PlaceOf(dependency.Target.Namespace?.FullName, depth)
        where @from is not null && to is not null && @from != to
        select new Use(@from, to, $"{type.Name} uses {dependency.Target.Name}");

    private static string? PlaceOf(string? @namespace, int depth)
    {
        var parts = (@namespace ?? string.Empty).Split('.');
        return @namespace?.StartsWith(Root, StringComparison.Ordinal) == true && parts.Length > depth ? string.Join('.', parts[1..(depth + 1)]) : null;
    }

    private static IEnumerable<string> Describe(IEnumerable<Use> uses) => uses.Select(use => $"{use.From} -> {use.To}: {use.Example}").Distinct().Order();

    private sealed record Use(string From, string To, string Example);
}
