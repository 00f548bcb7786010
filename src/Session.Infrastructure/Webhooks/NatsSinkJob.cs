using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using SessionService.Application.Time;
using SessionService.Infrastructure.Jobs;

namespace SessionService.Infrastructure.Webhooks;

/// <summary>Says that NATS is wanted, or finds out that no instance wants it any more.</summary>
internal sealed class NatsSinkJob(NatsSink sink, IOptions<EventOptions> options, TimeProvider time, ILogger<NatsSinkJob> logger)
    : RecurringJob(time, logger)
{
    // Counted from this instance's start too: after a stop of all instances, one that has the setting may start later than this one.
    internal static readonly TimeSpan ForgottenAfter = TimeSpan.FromHours(1);

    private readonly DateTimeOffset _start = time.GetUtcNow();

    protected override string Name => "NATS sink";

    protected override TimeSpan Interval => TimeSpan.FromMinutes(1);

    protected override async Task<bool> RunAsync(CancellationToken cancellationToken)
    {
        var now = Time.GetDatabaseNow();
        if (options.Value.Nats.IsGiven)
        {
            await sink.RenewAsync(now, cancellationToken);
        }
        else if (now - _start > ForgottenAfter)
        {
            await sink.DisableAsync(now - ForgottenAfter, cancellationToken);
        }

        return true;
    }
}
