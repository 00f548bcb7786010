using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using SessionService.Infrastructure.Embeddings;
using SessionService.Infrastructure.Persistence;
using SessionService.Infrastructure.Schema;

namespace SessionService.Api.Health;

internal static class HealthServices
{
    public const string ServiceName = "session_service";
    public const string Database = "database";
    public const string Departure = "departure";

    // Shorter than the timeouts of load balancers' probes, so that these get an answer.
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

/// <summary>Runs a query as any request does: a dead pooled connection is replaced and is no sign of ill health.</summary>
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
            when (exception is OperationCanceledException or RetryLimitExceededException || DatabaseFaults.IsPassing(exception))
        {
            return HealthCheckResult.Unhealthy("The database does not answer.");
        }
    }
}

/// <summary>Compares the schema with the expected one. Every difference is a finding.</summary>
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
        catch (Exception exception) when (exception is OperationCanceledException || DatabaseFaults.IsPassing(exception))
        {
            return HealthCheckResult.Unhealthy("The schema cannot be read.");
        }
    }
}

/// <summary>
/// Tells which embedding model is used and how many texts wait for it. Search works without the model, so this check never fails.
/// </summary>
internal sealed class EmbeddingHealthCheck(EmbeddingMetrics metrics) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        if (metrics.Model is not { } model)
        {
            return Task.FromResult(HealthCheckResult.Healthy("The embedded model."));
        }

        var waiting = $"{metrics.Waiting} messages and memories wait to be embedded by {model}.";
        return Task.FromResult(
            metrics.IsFailing
                ? HealthCheckResult.Degraded($"The embeddings endpoint does not answer. {waiting}")
                : HealthCheckResult.Healthy(waiting));
    }
}
