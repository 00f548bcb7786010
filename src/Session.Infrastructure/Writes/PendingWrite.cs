using System.Diagnostics;

namespace SessionService.Infrastructure.Writes;

/// <summary>A write that waits for its group, and the caller who waits for it.</summary>
internal sealed class PendingWrite<TWrite, TOutcome>(TWrite write, long size, WriteSeries series, TimeProvider time)
{
    // Callers go on elsewhere: a writer must not run their code.
    private readonly TaskCompletionSource<TOutcome> _outcome = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private readonly long _since = time.GetTimestamp();

    private int _isTaken;

    public TWrite Write { get; } = write;

    /// <summary>About what the write takes, in bytes.</summary>
    public long Size { get; } = size;

    /// <summary>The span of its request, where anybody traces.</summary>
    public ActivityContext Origin { get; } = WriteTracing.Origin();

    public Task<TOutcome> Outcome => _outcome.Task;

    /// <summary>Takes the write into a group; false when its caller has given up already.</summary>
    public bool TryTake()
    {
        if (Interlocked.Exchange(ref _isTaken, 1) != 0)
        {
            return false;
        }

        series.CountWaited(time.GetElapsedTime(_since));
        return true;
    }

    /// <summary>Gives the write up, unless it is in a group already: then it is written whether or not its caller waits.</summary>
    public void Cancel(CancellationToken cancellationToken)
    {
        if (TryTake())
        {
            _outcome.TrySetCanceled(cancellationToken);
        }
    }

    public void Complete(TOutcome outcome) => _outcome.TrySetResult(outcome);

    public void Fail(Exception exception) => _outcome.TrySetException(exception);
}
