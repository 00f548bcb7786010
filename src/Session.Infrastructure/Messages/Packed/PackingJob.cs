using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using SessionService.Infrastructure.Jobs;

namespace SessionService.Infrastructure.Messages.Packed;

/// <summary>
/// Packs older messages. A run packs the sessions that the run before it found. No write that began before those messages were there is
/// still on its way then: whoever looks for an id sees its message, as a row or packed.
/// </summary>
internal sealed partial class PackingJob(
    Packer packer, IOptions<PackingOptions> options, PackingMetrics metrics, TimeProvider time, ILogger<PackingJob> logger)
    : RecurringJob(time, logger)
{
    // After this time a run ends, and the next one finds users who have come meanwhile.
    private static readonly TimeSpan MostOfARun = TimeSpan.FromMinutes(10);

    private readonly ILogger _logger = logger;

    private IReadOnlyList<Packable> _seen = [];

    protected override string Name => "packing";

    protected override TimeSpan Interval => options.Value.Every;

    protected override bool IsEnabled => options.Value.Enabled;

    protected override bool RunsAtStart => false;

    protected override async Task<bool> RunAsync(CancellationToken cancellationToken)
    {
        var found = await packer.FindAsync(cancellationToken);
        metrics.SetWaiting(found.Count);
        await PackAsync(_seen, cancellationToken);
        _seen = found;
        return true;
    }

    /// <summary>Packs a segment of each user in turn, so that a user with very many messages does not keep the others waiting.</summary>
    private async Task PackAsync(IReadOnlyList<Packable> sessions, CancellationToken cancellationToken)
    {
        var began = Time.GetTimestamp();
        var line = new Queue<Queue<Packable>>(
            sessions.GroupBy(session => session.UserId, StringComparer.Ordinal).Select(ofUser => new Queue<Packable>(ofUser)));
        while (Time.GetElapsedTime(began) < MostOfARun && line.TryDequeue(out var ofUser))
        {
            if (!await PackOneAsync(ofUser.Peek(), cancellationToken))
            {
                ofUser.Dequeue();
            }

            if (ofUser.Count > 0)
            {
                line.Enqueue(ofUser);
            }
        }
    }

    /// <summary>Packs one segment and rests, so that packing takes no more than its share of the time.</summary>
    /// <returns>Whether more of the session may be packed.</returns>
    private async Task<bool> PackOneAsync(Packable session, CancellationToken cancellationToken)
    {
        var start = Time.GetTimestamp();
        var isPacked = false;
        try
        {
            isPacked = await packer.PackAsync(session, cancellationToken);
        }
        catch (InvalidDataException exception)
        {
            // Only this session is left unpacked; nothing of it has changed.
            metrics.CountFailure();
            LogGivenUp(session.SessionId, exception.Message);
        }

        await RestAsync(start, options.Value.Share, cancellationToken);
        return isPacked;
    }

    [LoggerMessage(2, LogLevel.Error, "Session {SessionId} was left as it is: {Reason}")]
    private partial void LogGivenUp(Guid sessionId, string reason);
}
