using System.Text.RegularExpressions;
using SessionService.ClientTests.Hosting;

namespace SessionService.ClientTests;

/// <summary>The package's README is a program: its pieces of C# compile together, and run against the service.</summary>
[Collection("service")]
public sealed class ReadmeTests(ServiceProcess service)
{
    [Fact]
    public void The_code_of_the_readme_is_the_code_that_is_tested()
    {
        var root = ServiceProcess.Metadata("Repository");
        var readme = File.ReadAllText(Path.Combine(root, "src/Session.Client/README.md"));
        var program = Flat(File.ReadAllText(Path.Combine(root, "tests/Session.ClientTests/ReadmeProgram.cs")));
        var pieces = Regex.Matches(readme, "```csharp\n(?<code>.*?)```", RegexOptions.Singleline, TimeSpan.FromMinutes(1))
            .SelectMany(piece => piece.Groups["code"].Value.Split("\n\n"))
            .Select(Flat)
            .Where(piece => !piece.StartsWith("using ", StringComparison.Ordinal))
            .ToList();

        Assert.True(pieces.Count >= 10);
        Assert.All(pieces, piece => Assert.Contains(piece.Replace("\"http://localhost:8205\"", "address", StringComparison.Ordinal), program, StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_code_of_the_readme_does_what_it_says()
    {
        var output = new StringWriter();

        await new ReadmeProgram(output).RunAsync(service.Address.ToString());

        Assert.Equal(
            [
                "2 assistant: Try the coast of Istria.",
                "3 user: We are vegetarians, by the way.",
                "Holiday plans: Try the <mark>coast</mark> of Istria.",
            ],
            output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries)[..3]);
        Assert.Contains("The answer goes on: Look for the blue flag.", output.ToString(), StringComparison.Ordinal);
    }

    private static string Flat(string code) => Regex.Replace(code, @"\s+", " ", RegexOptions.None, TimeSpan.FromMinutes(1)).Trim();
}
