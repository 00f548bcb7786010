using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Npgsql;
using SessionService.Infrastructure.Persistence;

namespace SessionService.Infrastructure.Startup;

/// <summary>Watches each host, and the standby of one that has standbys, while the service runs.</summary>
internal sealed class DatabaseWatch(HostPools requests, IOptions<PulseOptions> options) : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(requests.Hosts.All.Select(host => WatchAsync(host, stoppingToken)));

    private async Task WatchAsync(DatabaseHost host, CancellationToken stoppingToken)
    {
        var pool = requests[host];
        host.Primary.Interrupted += (_, _) => pool.Forget();
        host.Standby.Interrupted += (_, _) => pool.Forget();

        await using var pulses = NewPool(host, options.Value.Patience);
        await Task.WhenAll(
            host.Primary.RunAsync(pulses.Primary, stoppingToken),
            host.Standby == host.Primary ? Task.CompletedTask : host.Standby.RunAsync(pulses.Standby, stoppingToken));
    }

    /// <summary>The connections of pulses.</summary>
    /// <param name="host">The host that is asked.</param>
    /// <param name="limit">How long a question may take; no shorter than the patience.</param>
    public static ServerPool NewPool(DatabaseHost host, TimeSpan limit)
    {
        // Each pulse has a connection, and opens another whenever something is wrong; each time Npgsql asks every host whether it is the
        // primary.
        var connection = new NpgsqlConnectionStringBuilder(host.ConnectionString) { Pooling = false, HostRecheckSeconds = 0 };
        // A time-out of Npgsql would count as a loss before the patience is at an end.
        var seconds = (int)Math.Ceiling(limit.TotalSeconds);
        connection.CommandTimeout = seconds;
        connection.Timeout = Math.Max(seconds, connection.Timeout);
        return new ServerPool(new NpgsqlDataSourceBuilder(connection.ConnectionString) { Name = "pulse" });
    }
}
