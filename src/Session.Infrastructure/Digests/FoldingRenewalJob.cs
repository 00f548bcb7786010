using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using SessionService.Infrastructure.Folding;
using SessionService.Infrastructure.Jobs;

namespace SessionService.Infrastructure.Digests;

/// <summary>
/// Renews everything that an earlier folding of letters has left, within the share of the digest. Runs again each day, because instances of
/// an earlier version may still run and write by their folding.
/// </summary>
internal sealed class FoldingRenewalJob(
    IEnumerable<IFoldedData> stored, IOptions<DigestOptions> options, TimeProvider time, ILogger<FoldingRenewalJob> logger)
    : RecurringJob(time, logger)
{
    protected override string Name => "folding renewal";

    protected override TimeSpan Interval => TimeSpan.FromDays(1);

    protected override bool IsEnabled => options.Value.Enabled;

    protected override async Task<bool> RunAsync(CancellationToken cancellationToken)
    {
        foreach (var data in stored)
        {
            var start = Time.GetTimestamp();
            await foreach (var _ in data.RenewAsync(cancellationToken))
            {
                await RestAsync(start, options.Value.Share, cancellationToken);
                start = Time.GetTimestamp();
            }
        }

        return true;
    }

    // The database is away, or a segment is damaged.
    protected override bool IsPassing(Exception exception) => base.IsPassing(exception) || exception is InvalidDataException;

    protected override TimeSpan PauseAfterFailure(Exception? exception) => TimeSpan.FromSeconds(10);
}
