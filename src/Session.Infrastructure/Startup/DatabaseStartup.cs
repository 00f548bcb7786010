using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using SessionService.Infrastructure.Persistence;
using SessionService.Infrastructure.Schema;
using SessionService.Infrastructure.Search;

namespace SessionService.Infrastructure.Startup;

/// <summary>
/// Makes the database ready before the first request is taken, or keeps the service from starting: starts the embedded server,
/// migrates where nobody else would, and checks the schema.
/// </summary>
internal sealed partial class DatabaseStartup(
    DatabaseServer server,
    IServiceProvider services,
    DatabaseHosts hosts,
    LayoutCheck layout,
    IHostEnvironment environment,
    ILogger<DatabaseStartup> logger)
    : IHostedLifecycleService
{
    private const int MaxAttempts = 10;

    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        await server.StartAsync(cancellationToken);

        // Made only now: before its start the embedded server has no connection string.
        var check = services.GetRequiredService<SchemaCheck>();
        SchemaReport? report = null;
        for (var others = hosts.All.Length - 1; report is null; others--)
        {
            // The pulses do not beat yet, so that each turn is another host's.
            hosts.Choose(userId: null);
            try
            {
                report = await CheckPatientlyAsync(check, cancellationToken);
            }
            catch (Exception exception) when (others > 0 && DatabaseFaults.IsUnavailable(exception))
            {
                LogNextHost();
            }
        }

        if (report.HasPendingMigrations && (server.IsEmbedded || environment.IsDevelopment()))
        {
            await services.GetRequiredService<SchemaMigrator>().MigrateAsync(cancellationToken);
            report = await check.RunAsync(cancellationToken);
        }

        if (!report.IsUsable)
        {
            throw new SchemaMismatchException(report);
        }

        layout.Demand(report);
        foreach (var warning in report.Warnings)
        {
            LogSchemaWarning(warning);
        }

        await services.GetRequiredService<LanguageCheck>().RunAsync(cancellationToken);
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    // A second to connect is enough for a request, but not always for the first connection while service and database start together.
    private async Task<SchemaReport> CheckPatientlyAsync(SchemaCheck check, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await check.RunAsync(cancellationToken);
            }
            catch (Exception exception)
                when (attempt < MaxAttempts / hosts.All.Length
                    && exception is TimeoutException or NpgsqlException { InnerException: TimeoutException })
            {
                if (attempt == 1)
                {
                    LogNoAnswer(MaxAttempts / hosts.All.Length);
                }
            }
        }
    }

    [LoggerMessage(2, LogLevel.Warning, "The database does not answer. It is asked up to {Attempts} times.")]
    private partial void LogNoAnswer(int attempts);

    [LoggerMessage(3, LogLevel.Warning, "A host of the database does not answer. The next one is asked.")]
    private partial void LogNextHost();

    [LoggerMessage(1, LogLevel.Warning, "Schema: {Difference}")]
    private partial void LogSchemaWarning(string difference);
}
