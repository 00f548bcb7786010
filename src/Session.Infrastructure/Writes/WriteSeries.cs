using System.Diagnostics.Metrics;

namespace SessionService.Infrastructure.Writes;

internal enum WriteKind
{
    Append,
    Create,
    Delta,
}

/// <summary>The measurements of one kind of writes.</summary>
internal sealed class WriteSeries(WriteKind kind, Histogram<int> groupSizes, Histogram<double> waits)
{
    private long _written;
    private long _refused;
    private long _waiting;

    public KeyValuePair<string, object?> Kind { get; } = new("kind", kind switch
    {
        WriteKind.Append => "append",
        WriteKind.Create => "create",
        _ => "delta",
    });

    public long Written => Volatile.Read(ref _written);

    public long Refused => Volatile.Read(ref _refused);

    public long Waiting => Volatile.Read(ref _waiting);

    public void CountWaiting() => Interlocked.Increment(ref _waiting);

    /// <summary>A write found no place in the queue.</summary>
    public void CountRefused()
    {
        Interlocked.Decrement(ref _waiting);
        Interlocked.Increment(ref _refused);
    }

    /// <summary>A write waits no longer, because it is taken or given up.</summary>
    public void CountWaited(TimeSpan wait)
    {
        Interlocked.Decrement(ref _waiting);
        waits.Record(wait.TotalSeconds, Kind);
    }

    public void CountGroup(int sent, int written)
    {
        Interlocked.Add(ref _written, written);
        groupSizes.Record(sent, Kind);
    }
}
