using SessionService.Infrastructure.Schema;

namespace SessionService.IntegrationTests.Schema;

/// <summary>The files that are generated from the model. With <c>UPDATE_GENERATED_FILES=1</c> the tests write them before they compare.</summary>
public class GeneratedFilesTests
{
    [Fact]
    public Task The_document_of_the_database_is_what_the_model_says() =>
        AssertCurrentAsync(DatabaseDocument.Generate(), "docs", "database.md");

    [Fact]
    public Task The_schema_expected_at_start_up_is_what_the_model_says() =>
        AssertCurrentAsync(ExpectedSchema.FromModel().ToJson(), "src", "Session.Infrastructure", "Schema", "expected-schema.json");

    private static async Task AssertCurrentAsync(string generated, params string[] path)
    {
        var file = Path.Combine([RepositoryRoot(), .. path]);
        if (string.Equals(Environment.GetEnvironmentVariable("UPDATE_GENERATED_FILES"), "1", StringComparison.Ordinal))
        {
            await File.WriteAllTextAsync(file, generated);
        }

        Assert.True(
            string.Equals(generated, await File.ReadAllTextAsync(file), StringComparison.Ordinal),
            $"{path[^1]} is out of date: run this test with UPDATE_GENERATED_FILES=1 and commit the file.");
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
