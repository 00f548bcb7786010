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
                // Only this session is left unpacked; nothing of it has changed.
                metrics.CountFailure();
                LogGivenUp(session.SessionId, exception.Message);
            }
        }
    }

    /// <summary>Packs one segment and rests, so that packing takes no more than its share of the time.</summary>
    private async Task<bool> PackOneAsync(Packable session, CancellationToken cancellationToken)
    {
        var start = Time.GetTimestamp();
        var isPacked = await packer.PackAsync(session, cancellationToken);
        await RestAsync(start, options.Value.Share, cancellationToken);
        return isPacked;
    }

    [LoggerMessage(2, LogLevel.Error, "Session {SessionId} was left as it is: {Reason}")]
    private partial void LogGivenUp(Guid sessionId, string reason);
}
