using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using SessionService.Infrastructure.Schema;
using SessionService.IntegrationTests.Sharding;

namespace SessionService.IntegrationTests.Databases;

/// <summary>
/// The PostgreSQL that the tests of this process share: the server that <c>SESSION_TEST_DB</c> names (a connection string whose user
/// may create databases), else a container where a container engine answers, else the embedded server. Which one is written to
/// standard error, and to the file that <c>SESSION_TEST_DB_REPORT</c> names.
/// </summary>
internal static class TestPostgres
{
    private static readonly Lazy<Task<TestServer>> Server = new(StartServerAsync);
    private static readonly Lazy<Task<string>> Template = new(CreateTemplateAsync);

    /// <summary>A database of its own without any tables.</summary>
    public static Task<string> CreateEmptyDatabaseAsync() => CreateDatabaseAsync("template0");

    /// <summary>A database of its own with the service's tables.</summary>
    public static async Task<string> CloneTemplateAsync() =>
        CitusCluster.IsForAll ? await CitusCluster.CreateDistributedAsync() : await CreateDatabaseAsync(await Template.Value);

    /// <summary>Drops the databases and stops what was started; after the last test.</summary>
    public static async Task StopAsync()
    {
        if (Server is { IsValueCreated: true, Value.IsCompletedSuccessfully: true })
        {
            await (await Server.Value).DisposeAsync();
        }
    }

    // Seconds to take a connection in: the classes share the server and the processors, and that it is slow says nothing.
    private static async Task<string> CreateDatabaseAsync(string template) =>
        new NpgsqlConnectionStringBuilder(await (await Server.Value).CreateDatabaseAsync(template)) { Timeout = 15 }.ConnectionString;

    private static async Task<TestServer> StartServerAsync()
    {
        var server = await TestServer.StartAsync();
        await ReportAsync($"Test database: {server.Description}");
        return server;
    }

    private static async Task ReportAsync(string line)
    {
        await Console.Error.WriteLineAsync(line);
        if (Environment.GetEnvironmentVariable("SESSION_TEST_DB_REPORT") is { Length: > 0 } file)
        {
            await File.AppendAllTextAsync(file, line + Environment.NewLine);
        }
    }

    private static async Task<string> CreateTemplateAsync()
    {
        var database = await CreateEmptyDatabaseAsync();

        // A template must have no connection: this pool closes with its data source.
        await using var dataSource = NpgsqlDataSource.Create(database);
        await new SchemaMigrator(dataSource, NullLogger<SchemaMigrator>.Instance).MigrateAsync(CancellationToken.None);
        return new NpgsqlConnectionStringBuilder(database).Database!;
    }
}
