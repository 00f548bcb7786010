using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Npgsql;
using SessionService.Infrastructure.Persistence;

namespace SessionService.Infrastructure.Startup;

/// <summary>Feels the pulses of the database while the service runs.</summary>
internal sealed class DatabaseWatch(DatabaseServer server, DatabasePulses pulses, ServerPool requests, IOptions<PulseOptions> options) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        pulses.Primary.Interrupted += (_, _) => requests.Forget();
        pulses.Standby.Interrupted += (_, _) => requests.Forget();

        // A connection each, opened anew whenever something is wrong; every time every host is asked what it is.
        var connection = new NpgsqlConnectionStringBuilder(server.ConnectionString) { Pooling = false, HostRecheckSeconds = 0 };
        // The pulse tells when its patience is at an end; what ended before that would count as a loss too.
        var patience = (int)Math.Ceiling(options.Value.Patience.TotalSeconds);
        connection.CommandTimeout = patience;
        connection.Timeout = Math.Max(patience, connection.Timeout);
        await using var pool = new ServerPool(new NpgsqlDataSourceBuilder(connection.ConnectionString) { Name = "pulse" });
        await Task.WhenAll(pulses.Primary.RunAsync(pool.Primary, stoppingToken), pulses.Standby.RunAsync(pool.Standby, stoppingToken));
    }
}
