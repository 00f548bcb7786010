using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using SessionService.Application.Attachments;
using SessionService.Infrastructure.Jobs;

namespace SessionService.Infrastructure.Attachments;

/// <summary>Removes attachments that nobody uses, and objects that are due for removal.</summary>
internal sealed class AttachmentJob(
    UnusedAttachments unused,
    ObjectRemovals removals,
    AttachmentMetrics metrics,
    IOptions<AttachmentOptions> options,
    TimeProvider time,
    ILogger<AttachmentJob> logger)
    : RecurringJob(time, logger)
{
    protected override string Name => "attachments";

    protected override TimeSpan Interval => options.Value.RemoveEvery;

    protected override bool RunsAtStart => false;

    protected override async Task<bool> RunAsync(CancellationToken cancellationToken)
    {
        await unused.RemoveAsync(Time.GetUtcNow() - options.Value.UnusedFor, cancellationToken);
        await removals.RemoveDueAsync(cancellationToken);
        return true;
    }

    protected override bool IsPassing(Exception exception) => exception is AttachmentStoreException || base.IsPassing(exception);

    protected override void CountFailure() => metrics.CountFailure();
}
