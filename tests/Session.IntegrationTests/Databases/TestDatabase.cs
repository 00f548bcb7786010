using Npgsql;

namespace SessionService.IntegrationTests.Databases;

/// <summary>A database of a test's own, with short ways to put rows in and to look at them.</summary>
internal sealed class TestDatabase(string connectionString) : IAsyncDisposable
{
    // Answers show times in UTC, whatever the server's setting. On a busy machine the rows of a large test take more than half a minute.
    public NpgsqlDataSource DataSource { get; } =
        NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(connectionString) { Timezone = "UTC", CommandTimeout = 300 });

    public string ConnectionString { get; } = connectionString;

    public static async Task<TestDatabase> CreateEmptyAsync() => new(await TestPostgres.CreateEmptyDatabaseAsync());

    public static async Task<TestDatabase> CloneTemplateAsync() => new(await TestPostgres.CloneTemplateAsync());

    public async Task ExecuteAsync(string sql)
    {
        await using var command = DataSource.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>The single column of the rows, as PostgreSQL writes it; a null is an empty text.</summary>
    public async Task<string[]> QueryAsync(string sql)
    {
        await using var command = DataSource.CreateCommand($"SELECT coalesce(q::text, '') FROM ({sql}) AS rows (q)");
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<string>();
        while (await reader.ReadAsync())
        {
            rows.Add(reader.GetString(0));
        }

        return [.. rows];
    }

    public ValueTask DisposeAsync() => DataSource.DisposeAsync();
}
