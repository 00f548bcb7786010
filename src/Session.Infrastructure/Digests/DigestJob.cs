using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using SessionService.Infrastructure.Jobs;

namespace SessionService.Infrastructure.Digests;

/// <summary>Digests new messages, measures how many wait, and finds messages that were written without a mark.</summary>
internal sealed class DigestJob(Digester digester, IOptions<DigestOptions> options, TimeProvider time, ILogger<DigestJob> logger)
    : RecurringJob(time, logger)
{
    private static readonly TimeSpan LeastPauseAfterFailure = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan MeasureEvery = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan MarkMissedEvery = TimeSpan.FromHours(1);

    // While messages come without end, so that what waits is measured now and then, and a user whose digest failed is tried again.
    private static readonly TimeSpan MostOfARun = TimeSpan.FromMinutes(1);

    private DateTimeOffset _nextMeasurement;
    private DateTimeOffset _nextMarking;

    protected override string Name => "digest";

    protected override TimeSpan Interval => options.Value.Every;

    protected override bool IsEnabled => options.Value.Enabled;

    protected override async Task<bool> RunAsync(CancellationToken cancellationToken)
    {
        if (IsTime(ref _nextMarking, MarkMissedEvery))
        {
            await digester.MarkMissedAsync(cancellationToken);
        }

        var isWell = await digester.RunAsync(MostOfARun, cancellationToken);
        if (IsTime(ref _nextMeasurement, MeasureEvery))
        {
            await digester.MeasureAsync(cancellationToken);
        }

        return isWell;
    }

    protected override TimeSpan PauseAfterFailure(Exception? exception) =>
        Interval > LeastPauseAfterFailure ? Interval : LeastPauseAfterFailure;

    private bool IsTime(ref DateTimeOffset next, TimeSpan interval)
    {
        var now = Time.GetUtcNow();
        if (now < next)
        {
            return false;
        }

        next = now + interval;
        return true;
    }
}
