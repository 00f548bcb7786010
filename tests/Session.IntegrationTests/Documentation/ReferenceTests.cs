using System.Reflection;
using System.Text.RegularExpressions;
using SessionService.Application.Limits;
using SessionService.Hosting.Identity;
using SessionService.Hosting.Problems;
using SessionService.Infrastructure.Persistence;

namespace SessionService.IntegrationTests.Documentation;

/// <summary>Holds the tables of the pages against the code: all settings, all codes of errors.</summary>
public sealed partial class ReferenceTests
{
    [GeneratedRegex("`(?<section>[A-Z][A-Za-z]+)__(?<name>[A-Za-z0-9]+(__[A-Z][A-Za-z]+)?)(__[0-9])?`", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 60_000)]
    private static partial Regex Setting { get; }

    [GeneratedRegex("\\(\"(?<code>[a-z]+(_[a-z]+)+)\",", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 60_000)]
    private static partial Regex Code { get; }

    [Fact]
    public async Task Every_setting_is_described_and_every_setting_that_is_described_is_there()
    {
        var settings = SettingsInCode();
        var sections = settings.Select(setting => setting.Split("__")[0]).ToHashSet(StringComparer.Ordinal);
        var page = await File.ReadAllTextAsync(Path.Combine(Page.Root, "docs/operations.md"));
        var described = Setting.Matches(page)
            .Where(match => sections.Contains(match.Groups["section"].Value))
            .Select(match => $"{match.Groups["section"].Value}__{match.Groups["name"].Value}")
            .ToHashSet(StringComparer.Ordinal);

        Assert.True(settings.Count > 50);
        Assert.Empty(settings.Except(described, StringComparer.Ordinal));
        Assert.Empty(described.Except(settings, StringComparer.Ordinal));
    }

    [Fact]
    public async Task Every_code_of_an_error_is_described()
    {
        var codes = typeof(ProblemCodes).GetFields(BindingFlags.Public | BindingFlags.Static).Select(field => (string)field.GetRawConstantValue()!).ToList();
        foreach (var file in Directory.EnumerateFiles(Path.Combine(Page.Root, "src/Session.Domain"), "*Errors.cs", SearchOption.AllDirectories))
        {
            codes.AddRange(Code.Matches(await File.ReadAllTextAsync(file)).Select(match => match.Groups["code"].Value));
        }

        var page = await File.ReadAllTextAsync(Path.Combine(Page.Root, "docs/api.md"));
        var errors = page[page.IndexOf("## Errors", StringComparison.Ordinal)..];

        Assert.True(codes.Count > 25);
        Assert.All(codes, code => Assert.Contains($"`{code}`", errors, StringComparison.Ordinal));
    }

    /// <summary>The settings of every class that names a section, as environment variables.</summary>
    private static List<string> SettingsInCode() =>
        new[] { typeof(Program), typeof(LimitOptions), typeof(DatabaseOptions), typeof(IdentityOptions) }
            .SelectMany(type => type.Assembly.GetTypes())
            .SelectMany(type => type.GetField("Section")?.GetRawConstantValue() is string section ? Names(section, type) : [])
            .ToList();

    private static IEnumerable<string> Names(string section, Type options) =>
        from property in options.GetProperties(BindingFlags.Public | BindingFlags.Instance)
        where property.CanWrite
        let name = $"{section}__{property.Name}"
        from setting in property.PropertyType.Namespace!.StartsWith("SessionService", StringComparison.Ordinal) && property.PropertyType.IsClass ? Names(name, property.PropertyType) : [name]
        select setting;
}
