using System.Net.Sockets;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;
using Npgsql;
using SessionService.Infrastructure.Embeddings;
using SessionService.Infrastructure.Persistence;
using SessionService.Infrastructure.Schema;

namespace SessionService.Api.Health;

internal static class HealthServices
{
    public const string ServiceName = "session_service";
    public const string Database = "database";
    public const string Departure = "departure";

    // A probe gives up before the one who asks does.
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(2);

    public static IServiceCollection AddHealth(this IServiceCollection services)
    {
        services.AddHealthChecks()
            .AddCheck<DatabaseHealthCheck>(Database, timeout: Timeout)
            .AddCheck<SchemaHealthCheck>("schema", timeout: Timeout)
            .AddCheck<DepartureHealthCheck>(Departure)
            .AddCheck<EmbeddingHealthCheck>("embeddings");
        services.AddOptions<ShutdownOptions>().BindConfiguration(ShutdownOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddHostedService<Departure>();
        return services;
    }
}

/// <summary>Asks the database for an answer, in the way of any request: a pooled connection that turns out to be dead is no bad sign.</summary>
internal sealed class DatabaseHealthCheck(SessionDbContext context, DatabasePulses pulses) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext check, CancellationToken cancellationToken = default)
    {
        using var watch = pulses.Primary.Watch(cancellationToken);
        try
        {
            watch.Token.ThrowIfCancellationRequested();
            await context.Database.SqlQuery<int>($"SELECT 1").ToListAsync(watch.Token);
            return HealthCheckResult.Healthy();
        }
        catch (Exception exception)
            when (exception is NpgsqlException or SocketException or OperationCanceledException or RetryLimitExceededException)
        {
            return HealthCheckResult.Unhealthy("The database does not answer.");
        }
    }
}

/// <summary>Whether the tables are those that the service expects, with a finding for every difference.</summary>
internal sealed class SchemaHealthCheck(SchemaCheck schema, DatabasePulses pulses) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        using var watch = pulses.Primary.Watch(cancellationToken);
        try
        {
            watch.Token.ThrowIfCancellationRequested();
            var report = await schema.RunAsync(watch.Token);
            var findings = new Dictionary<string, object>(StringComparer.Ordinal)
            {
                ["errors"] = report.Errors,
                ["warnings"] = report.Warnings,
            };
            return report.IsUsable
                ? HealthCheckResult.Healthy(data: findings)
                : HealthCheckResult.Unhealthy("The schema is not the one expected.", data: findings);
        }
        catch (Exception exception) when (exception is NpgsqlException or SocketException or OperationCanceledException)
        {
            return HealthCheckResult.Unhealthy("The schema cannot be read.");
        }
    }
}

/// <summary>Which model tells what is near in meaning, and how much it has still to embed. Search goes on without it.</summary>
internal sealed class EmbeddingHealthCheck(EmbeddingMetrics metrics, IOptions<EmbeddingOptions> options) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        if (options.Value.BaseAddress is null)
        {
            return Task.FromResult(HealthCheckResult.Healthy("The embedded model."));
        }

        var waiting = $"{metrics.Waiting} messages and memories wait to be embedded by {options.Value.Model}.";
        return Task.FromResult(
            metrics.IsFailing
                ? HealthCheckResult.Degraded($"The embeddings endpoint does not answer. {waiting}")
                : HealthCheckResult.Healthy(waiting));
    }
}
