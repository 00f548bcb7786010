using System.Text.Json;
using System.Xml.Linq;
using SessionService.IntegrationTests.Gateway;

namespace SessionService.IntegrationTests.SupplyChain;

/// <summary>A package of a lock file, with what it says of itself.</summary>
internal sealed record Dependency(string Name, string Version, string Licence, string Authors, string? Hash, IReadOnlyList<string> DependsOn)
{
    // What these packages say of their licence is a file or an address.
    private static readonly Dictionary<string, string> Read = new(StringComparer.Ordinal)
    {
        ["AutoMapper"] = "RPL-1.5 OR LicenseRef-LuckyPennySoftware",
        ["Microsoft.ML.OnnxRuntime"] = "MIT",
        ["Microsoft.ML.OnnxRuntime.Managed"] = "MIT",
        ["StandardWebhooks"] = "MIT",
        ["xunit.abstractions"] = "Apache-2.0",
    };

    public string Purl => $"pkg:nuget/{Name}@{Version}";

    /// <summary>The packages of the projects in a folder, direct and transitive, by name.</summary>
    public static IReadOnlyList<Dependency> Of(params string[] folders) =>
        [.. folders.SelectMany(folder => Directory.EnumerateFiles(Path.Combine(GatewayProcess.FileOf("Repository"), folder), "packages.lock.json", SearchOption.AllDirectories))
            .SelectMany(Locked)
            .DistinctBy(one => one.Purl, StringComparer.OrdinalIgnoreCase)
            .OrderBy(one => one.Name, StringComparer.OrdinalIgnoreCase)
            .ThenBy(one => one.Version, StringComparer.Ordinal)];

    private static IEnumerable<Dependency> Locked(string file)
    {
        using var json = JsonDocument.Parse(File.ReadAllText(file));
        foreach (var package in json.RootElement.GetProperty("dependencies").EnumerateObject().SelectMany(framework => framework.Value.EnumerateObject()))
        {
            if (package.Value.GetProperty("type").GetString() != "Project")
            {
                yield return Describe(package.Name, package.Value);
            }
        }
    }

    private static Dependency Describe(string name, JsonElement locked)
    {
        var version = locked.GetProperty("resolved").GetString()!;
        var id = name.ToLowerInvariant();
        var folder = Path.Combine(GatewayProcess.FileOf("Packages"), id, version.ToLowerInvariant());
        var metadata = XDocument.Load(Path.Combine(folder, $"{id}.nuspec")).Root!.Elements().Single(element => element.Name.LocalName == "metadata");
        var licence = metadata.Elements().SingleOrDefault(element => element.Name.LocalName == "license" && (string?)element.Attribute("type") == "expression");
        var hash = Path.Combine(folder, $"{id}.{version.ToLowerInvariant()}.nupkg.sha512");
        return new Dependency(
            name,
            version,
            Read.GetValueOrDefault(name) ?? licence?.Value ?? "unknown",
            metadata.Elements().Single(element => element.Name.LocalName == "authors").Value,
            File.Exists(hash) ? Convert.ToHexStringLower(Convert.FromBase64String(File.ReadAllText(hash))) : null,
            locked.TryGetProperty("dependencies", out var others) ? [.. others.EnumerateObject().Select(other => other.Name)] : []);
    }
}
