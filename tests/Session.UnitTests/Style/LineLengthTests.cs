using System.Reflection;

namespace SessionService.UnitTests.Style;

/// <summary>What .editorconfig says of lines (<c>max_line_length</c>), which no analyzer checks.</summary>
public sealed class LineLengthTests
{
    private const int MaxLength = 140;

    private static readonly string Sources = typeof(LineLengthTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(attribute => attribute.Key == "Sources").Value!;

    [Fact]
    public void No_line_of_a_source_file_is_longer_than_a_screen()
    {
        var files = Directory.EnumerateFiles(Sources, "*.cs", SearchOption.AllDirectories).Where(IsChecked).ToList();

        Assert.True(files.Count > 200);
        var tooLong = files.SelectMany(file => File.ReadLines(file)
            .Select((line, index) => (Line: line, Number: index + 1))
            .Where(line => line.Line.Length > MaxLength)
            .Select(line => $"{Path.GetRelativePath(Sources, file)}:{line.Number} has {line.Line.Length} characters")).ToList();
        Assert.True(tooLong.Count == 0, string.Join('\n', tooLong));
    }

    // Migrations are history, and written by dotnet ef.
    private static bool IsChecked(string file)
    {
        var folders = Path.GetRelativePath(Sources, file).Split(Path.DirectorySeparatorChar);
        return !folders.Intersect(["obj", "bin", "Migrations"], StringComparer.Ordinal).Any();
    }
}
