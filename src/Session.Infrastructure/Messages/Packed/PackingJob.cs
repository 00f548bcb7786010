using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using SessionService.Infrastructure.Persistence;

namespace SessionService.Infrastructure.Messages.Packed;

/// <summary>
/// Packs older messages in the background. Messages that one look finds are packed at the next: by then every write has ended that began
/// before the messages were there, so whoever looks for an id sees its message, as a row or packed.
/// </summary>
internal sealed partial class PackingJob(
    Packer packer, IOptions<PackingOptions> options, PackingMetrics metrics, TimeProvider time, ILogger<PackingJob> logger)
    : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!options.Value.Enabled)
        {
            return;
        }

        IReadOnlyList<Packable> seen = [];
        using var timer = new PeriodicTimer(options.Value.Every, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                var found = await packer.FindAsync(stoppingToken);
                metrics.SetWaiting(found.Count);
                await PackAsync(seen, stoppingToken);
                seen = found;
            }
            catch (Exception exception) when (DatabaseFaults.IsPassing(exception))
            {
                LogNotPacked(exception.GetBaseException().Message);
            }
        }
    }

    private async Task PackAsync(IReadOnlyList<Packable> sessions, CancellationToken cancellationToken)
    {
        foreach (var session in sessions)
        {
            try
            {
                while (await PackOneAsync(session, cancellationToken))
                {
                }
            }
            catch (InvalidDataException exception)
            {
                // Nothing of this session has changed; the others go on.
                metrics.CountFailure();
                LogGivenUp(session.SessionId, exception.Message);
            }
        }
    }

    /// <summary>Packs one segment and rests, so that packing takes no more than its share of the time.</summary>
    private async Task<bool> PackOneAsync(Packable session, CancellationToken cancellationToken)
    {
        var start = time.GetTimestamp();
        var isPacked = await packer.PackAsync(session, cancellationToken);
        await Task.Delay(time.GetElapsedTime(start) * ((1 / options.Value.Share) - 1), time, cancellationToken);
        return isPacked;
    }

    [LoggerMessage(1, LogLevel.Warning, "Messages could not be packed: {Reason}")]
    private partial void LogNotPacked(string reason);

    [LoggerMessage(2, LogLevel.Error, "Session {SessionId} was left as it is: {Reason}")]
    private partial void LogGivenUp(Guid sessionId, string reason);
}
