using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Npgsql;
using SessionService.Application.Live;
using SessionService.Infrastructure.Persistence;

namespace SessionService.Infrastructure.Announcements;

/// <summary>
/// Hears the announcements of other instances, on one connection to each host, while anybody follows anything here. The connection holds an
/// advisory lock, by which writers know that somebody listens.
/// </summary>
internal sealed class AnnouncementListener(
    FollowedSessions followed,
    SessionAnnouncer announcer,
    AnnouncementConnections connections,
    IOptions<LiveOptions> options,
    TimeProvider time) : BackgroundService
{
    private const string Listen = $"LISTEN {Announcement.Channel}";

    private const string SayThatSomebodyListens = $"SELECT pg_advisory_lock_shared({AdvisoryLocks.Listeners})";

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(connections.Hosts.All.Select(host => ListenAsync(host, stoppingToken)));

    private async Task ListenAsync(DatabaseHost host, CancellationToken stoppingToken)
    {
        while (options.Value.Notify)
        {
            if (!followed.IsEmpty)
            {
                using var watch = connections.Watch(host, stoppingToken);
                var ended = watch?.Token ?? stoppingToken;
                try
                {
                    await using var connection = await connections.OpenAsync(host, ended);
                    await HearAsync(connection, ended);
                }
                catch (Exception exception) when (watch is { IsLost: true } || DatabaseFaults.IsPassing(exception))
                {
                    // Until the next connection the look-up by time finds what happens.
                    stoppingToken.ThrowIfCancellationRequested();
                }
            }

            await Task.Delay(Pause, time, stoppingToken);
        }
    }

    private async Task HearAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        connection.Notification += (_, notification) =>
        {
            var names = Announcement.Read(notification.Payload, out var sender);
            if (sender != announcer.Instance)
            {
                foreach (var name in names)
                {
                    followed.Wake(name);
                }
            }
        };
        var sql = new Sql(connection);
        await sql.Statement(Listen).Unprepared().ExecuteAsync(cancellationToken);
        await sql.Statement(SayThatSomebodyListens).Unprepared().ExecuteAsync(cancellationToken);
        while (!followed.IsEmpty)
        {
            await connection.WaitAsync(Pause, cancellationToken);
        }
    }
}
