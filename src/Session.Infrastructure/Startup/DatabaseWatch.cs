using Microsoft.Extensions.Hosting;
using Npgsql;
using SessionService.Infrastructure.Persistence;

namespace SessionService.Infrastructure.Startup;

/// <summary>Feels the pulses of the database while the service runs.</summary>
internal sealed class DatabaseWatch(DatabaseServer server, DatabasePulses pulses, ServerPool requests) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        pulses.Primary.Interrupted += (_, _) => requests.Forget();
        pulses.Standby.Interrupted += (_, _) => requests.Forget();

        // A connection each, opened anew whenever something is wrong; every time every host is asked what it is.
        var connection = new NpgsqlConnectionStringBuilder(server.ConnectionString) { Pooling = false, CommandTimeout = 1, HostRecheckSeconds = 0 };
        await using var pool = new ServerPool(new NpgsqlDataSourceBuilder(connection.ConnectionString) { Name = "pulse" });
        await Task.WhenAll(pulses.Primary.RunAsync(pool.Primary, stoppingToken), pulses.Standby.RunAsync(pool.Standby, stoppingToken));
    }
}
