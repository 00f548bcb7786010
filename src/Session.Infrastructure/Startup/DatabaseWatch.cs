using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Npgsql;
using SessionService.Infrastructure.Persistence;

namespace SessionService.Infrastructure.Startup;

/// <summary>Watches the primary and the standby while the service runs.</summary>
internal sealed class DatabaseWatch(DatabaseServer server, DatabasePulses pulses, ServerPool requests, IOptions<PulseOptions> options)
    : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        pulses.Primary.Interrupted += (_, _) => requests.Forget();
        pulses.Standby.Interrupted += (_, _) => requests.Forget();

        // Each pulse has a connection, and opens another whenever something is wrong; each time Npgsql asks every host whether it is the
        // primary.
        var connection = new NpgsqlConnectionStringBuilder(server.ConnectionString) { Pooling = false, HostRecheckSeconds = 0 };
        // No shorter than the patience: a time-out of Npgsql would count as a loss before the patience is at an end.
        var patience = (int)Math.Ceiling(options.Value.Patience.TotalSeconds);
        connection.CommandTimeout = patience;
        connection.Timeout = Math.Max(patience, connection.Timeout);
        await using var pool = new ServerPool(new NpgsqlDataSourceBuilder(connection.ConnectionString) { Name = "pulse" });
        await Task.WhenAll(pulses.Primary.RunAsync(pool.Primary, stoppingToken), pulses.Standby.RunAsync(pool.Standby, stoppingToken));
    }
}
