using SessionService.Infrastructure.Schema;

namespace SessionService.IntegrationTests.Schema;

public class DatabaseDocumentTests
{
    /// <summary>With <c>UPDATE_DATABASE_DOCUMENT=1</c> the test writes the document before it compares.</summary>
    [Fact]
    public async Task The_committed_document_is_what_the_model_says()
    {
        var file = Path.Combine(RepositoryRoot(), "docs", "database.md");
        var generated = DatabaseDocument.Generate();
        if (string.Equals(Environment.GetEnvironmentVariable("UPDATE_DATABASE_DOCUMENT"), "1", StringComparison.Ordinal))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            await File.WriteAllTextAsync(file, generated);
        }

        Assert.True(
            string.Equals(generated, await File.ReadAllTextAsync(file), StringComparison.Ordinal),
            "docs/database.md is out of date: run this test with UPDATE_DATABASE_DOCUMENT=1 and commit the file.");
    }

    private static string RepositoryRoot()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(directory.FullName, "SessionService.sln")))
        {
            directory = directory.Parent ?? throw new InvalidOperationException("The tests run outside the repository.");
        }

        return directory.FullName;
    }
}
