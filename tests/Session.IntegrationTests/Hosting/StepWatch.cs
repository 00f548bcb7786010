using System.Diagnostics;

namespace SessionService.IntegrationTests.Hosting;

/// <summary>
/// Measures time in small steps. A step that takes very long counts as two: the process was paused or got no processor, and what the test waits for
/// could not go on either. On a machine that has time the watch shows the time of the clock.
/// </summary>
internal sealed class StepWatch : IDisposable
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan MostOfStep = 2 * Step;

    private readonly CancellationTokenSource _enough = new();
    private long _ticks;

    private StepWatch()
    {
    }

    public TimeSpan Elapsed => TimeSpan.FromTicks(Volatile.Read(ref _ticks));

    public static StepWatch Start()
    {
        var watch = new StepWatch();
        _ = watch.CountAsync(watch._enough.Token);
        return watch;
    }

    public void Dispose()
    {
        _enough.Cancel();
        _enough.Dispose();
    }

    private async Task CountAsync(CancellationToken enough)
    {
        var last = Stopwatch.GetTimestamp();
        using var steps = new PeriodicTimer(Step);
        try
        {
            while (await steps.WaitForNextTickAsync(enough))
            {
                var step = Stopwatch.GetElapsedTime(last);
                last = Stopwatch.GetTimestamp();
                Interlocked.Add(ref _ticks, Math.Min(step.Ticks, MostOfStep.Ticks));
            }
        }
        catch (OperationCanceledException)
        {
        }
    }
}
