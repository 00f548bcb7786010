using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using SessionService.Application.Live;
using SessionService.Infrastructure.Persistence;

namespace SessionService.Infrastructure.Announcements;

/// <summary>
/// Sends announcements to other instances, on one connection. A notification makes commits wait for each other, so it is never sent in a
/// writer's transaction, and announcements gather before they are sent. Those that cannot be sent are dropped: the look-up by time finds
/// what they told of.
/// </summary>
internal sealed class AnnouncementSender(
    SessionAnnouncer announcer, AnnouncementConnections connections, IOptions<LiveOptions> options, TimeProvider time) : BackgroundService
{
    private const string Send = "SELECT pg_notify($1, p) FROM unnest($2) AS p (p)";

    private static readonly TimeSpan PauseAfterFailure = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (options.Value.Notify)
        {
            await announcer.WaitAsync(stoppingToken);
            var host = connections.Hosts.Current;
            using var watch = connections.Watch(host, stoppingToken);
            var ended = watch?.Token ?? stoppingToken;
            try
            {
                await using var connection = await connections.OpenAsync(host, ended);
                await SendAllAsync(new Sql(connection), ended);
            }
            catch (Exception exception) when (watch is { IsLost: true } || DatabaseFaults.IsPassing(exception))
            {
                stoppingToken.ThrowIfCancellationRequested();
                announcer.Take();
                await Task.Delay(PauseAfterFailure, time, stoppingToken);
            }
        }
    }

    /// <summary>Sends until nobody listens any more.</summary>
    private async Task SendAllAsync(Sql sql, CancellationToken cancellationToken)
    {
        while (true)
        {
            await Task.Delay(options.Value.Gather, time, cancellationToken);
            string[] payloads =
            [
                .. announcer.Take().Chunk(Announcement.MaxNames).Select(names => Announcement.Write(announcer.Instance, names)),
            ];
            if (payloads.Length > 0)
            {
                await sql.Statement(Send, Announcement.Channel, payloads).ExecuteAsync(cancellationToken);
            }

            if (!announcer.IsHeard)
            {
                return;
            }

            await announcer.WaitAsync(cancellationToken);
        }
    }
}
