using System.Diagnostics;
using System.IO.Compression;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using SessionService.ClientTests.Hosting;

namespace SessionService.ClientTests;

/// <summary>What <c>dotnet pack</c> makes.</summary>
public sealed class PackageTests : IDisposable
{
    private static readonly string Root = ServiceProcess.Metadata("Repository");
    private static readonly Guid EmbeddedSource = new("0E8A571B-6926-466E-B4AD-8AB04611F5FE");
    private static readonly Guid SourceLink = new("CC110556-A091-4D38-9FEC-25AB9A351A6A");

    private readonly string _directory = Directory.CreateTempSubdirectory("session-packages-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Theory]
    [InlineData("Session.Client", "SessionService.Client", "Microsoft.Extensions.Http.Resilience")]
    [InlineData(
        "Session.AgentFramework", "SessionService.AgentFramework",
        "SessionService.Client", "Microsoft.Agents.AI", "Microsoft.Extensions.AI", "Microsoft.Extensions.AI.Abstractions")]
    public async Task A_package_has_everything_that_its_users_and_debuggers_look_for(string project, string id, params string[] dependencies)
    {
        await RunAsync("dotnet", "pack", Path.Combine(Root, "src", project), "--no-build", "--nologo",
            "--configuration", ServiceProcess.Metadata("Configuration"), "--output", _directory);
        var version = XDocument.Load(Path.Combine(Root, "Directory.Build.props")).Descendants("Version").Single().Value;

        using var package = ZipFile.OpenRead(Path.Combine(_directory, $"{id}.{version}.nupkg"));
        var files = package.Entries.Select(entry => entry.FullName).ToList();
        string[] frameworks = ["net10.0", "net8.0"];
        Assert.Equal(
            frameworks.SelectMany(framework => new[] { $"lib/{framework}/{id}.dll", $"lib/{framework}/{id}.xml" }),
            files.Where(file => file.StartsWith("lib/", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
        Assert.Equal(await File.ReadAllTextAsync(Path.Combine(Root, "src", project, "README.md")), Read(package, "README.md"));

        var nuspec = XDocument.Parse(Read(package, $"{id}.nuspec")).Root!.Elements().Single();
        Assert.Equal((id, version, "README.md"), (Field(nuspec, "id"), Field(nuspec, "version"), Field(nuspec, "readme")));
        Assert.All(["authors", "description", "copyright", "tags", "releaseNotes"], field => Assert.NotEmpty(Field(nuspec, field)));
        Assert.Equal("git", nuspec.Elements().Single(element => element.Name.LocalName == "repository").Attribute("type")!.Value);
        var groups = nuspec.Descendants().Where(element => element.Name.LocalName == "group").ToList();
        Assert.Equal(frameworks, groups.Select(group => group.Attribute("targetFramework")!.Value).Order(StringComparer.Ordinal));
        Assert.All(groups, group => Assert.Equal(dependencies, group.Elements().Select(dependency => dependency.Attribute("id")!.Value)));

        using var symbols = ZipFile.OpenRead(Path.Combine(_directory, $"{id}.{version}.snupkg"));
        // The SDK knows where some hosts have their sources. A clone of a directory, or of another host, has no such link.
        var isOnGitHub = (await RunAsync("git", "-C", Root, "remote", "-v")).Contains("github.com", StringComparison.Ordinal);
        foreach (var framework in frameworks)
        {
            using var assembly = new PEReader(Copy(package, $"lib/{framework}/{id}.dll"));
            Assert.Contains(assembly.ReadDebugDirectory(), entry => entry.Type == DebugDirectoryEntryType.Reproducible);
            var kinds = DebugInformationOf(Copy(symbols, $"lib/{framework}/{id}.pdb"));
            Assert.Contains(EmbeddedSource, kinds);
            Assert.True(!isOnGitHub || kinds.Contains(SourceLink));
        }
    }

    [Fact]
    public void The_version_of_the_packages_is_in_one_place()
    {
        var projects = Directory.EnumerateFiles(Path.Combine(Root, "src"), "*.csproj", SearchOption.AllDirectories)
            .Where(file => Regex.IsMatch(File.ReadAllText(file), "<(?:Package)?Version>", RegexOptions.None, TimeSpan.FromMinutes(1)));

        Assert.Empty(projects);
    }

    private static HashSet<Guid> DebugInformationOf(Stream pdb)
    {
        using var provider = MetadataReaderProvider.FromPortablePdbStream(pdb);
        var reader = provider.GetMetadataReader();
        return [.. reader.CustomDebugInformation.Select(handle => reader.GetGuid(reader.GetCustomDebugInformation(handle).Kind))];
    }

    private static string Field(XElement nuspec, string name) =>
        nuspec.Elements().SingleOrDefault(element => element.Name.LocalName == name)?.Value ?? "";

    private static string Read(ZipArchive archive, string name)
    {
        using var reader = new StreamReader(archive.GetEntry(name)!.Open());
        return reader.ReadToEnd();
    }

    private static MemoryStream Copy(ZipArchive archive, string name)
    {
        var copy = new MemoryStream();
        using var entry = archive.GetEntry(name)!.Open();
        entry.CopyTo(copy);
        copy.Position = 0;
        return copy;
    }

    private static async Task<string> RunAsync(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        // A process that a test host started would build with the host's settings.
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)).ToList())
        {
            start.Environment.Remove(name);
        }

        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, await output + await errors);
        return await output;
    }
}
