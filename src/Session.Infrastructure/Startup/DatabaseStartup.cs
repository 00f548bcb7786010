using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using SessionService.Infrastructure.Schema;
using SessionService.Infrastructure.Search;

namespace SessionService.Infrastructure.Startup;

/// <summary>
/// Makes the database ready before the first request is taken, or keeps the service from starting: starts the embedded server,
/// migrates where nobody else would, and checks the schema.
/// </summary>
internal sealed partial class DatabaseStartup(
    DatabaseServer server, IServiceProvider services, IHostEnvironment environment, ILogger<DatabaseStartup> logger) : IHostedLifecycleService
{
    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        await server.StartAsync(cancellationToken);

        // Made only now: before its start the embedded server has no connection string.
        var check = services.GetRequiredService<SchemaCheck>();
        var report = await check.RunAsync(cancellationToken);
        if (report.HasPendingMigrations && (server.IsEmbedded || environment.IsDevelopment()))
        {
            await services.GetRequiredService<SchemaMigrator>().MigrateAsync(cancellationToken);
            report = await check.RunAsync(cancellationToken);
        }

        foreach (var warning in report.Warnings)
        {
            LogSchemaWarning(warning);
        }

        if (!report.IsUsable)
        {
            throw new SchemaMismatchException(report);
        }

        await services.GetRequiredService<LanguageCheck>().RunAsync(cancellationToken);
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    [LoggerMessage(1, LogLevel.Warning, "Schema: {Difference}")]
    private partial void LogSchemaWarning(string difference);
}
