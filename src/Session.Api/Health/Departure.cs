using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;

namespace SessionService.Api.Health;

/// <summary>Keeps serving for a while after the service was told to stop, so that load balancers notice that it is not ready.</summary>
internal sealed class Departure(IOptions<ShutdownOptions> options, IHostApplicationLifetime lifetime, TimeProvider time)
    : IHostedLifecycleService
{
    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    // The host calls this before it stops anything. A service whose start has failed has served nobody.
    public Task StoppingAsync(CancellationToken cancellationToken) => lifetime.ApplicationStarted.IsCancellationRequested
        ? Task.Delay(options.Value.Delay, time, cancellationToken)
        : Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}

/// <summary>Whether the service has been told to stop.</summary>
internal sealed class DepartureHealthCheck(IHostApplicationLifetime lifetime) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(lifetime.ApplicationStopping.IsCancellationRequested
            ? HealthCheckResult.Unhealthy("The service is stopping.")
            : HealthCheckResult.Healthy());
}
