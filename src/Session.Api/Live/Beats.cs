namespace SessionService.Api.Live;

/// <summary>
/// Wakes idle streams now and then, so that each sends its heartbeat and looks whether its caller may still read. One timer for all, and
/// each second a part of them, so that many streams do not work at the same moment.
/// </summary>
internal sealed class Beats(TimeProvider time) : BackgroundService
{
    /// <summary>The parts, and after how many seconds each is woken again.</summary>
    private const int Parts = 5;

    private readonly TaskCompletionSource[] _next = [.. Enumerable.Range(0, Parts).Select(_ => New())];
    private int _joined;

    /// <summary>A part for one more stream.</summary>
    public int Join() => (int)((uint)Interlocked.Increment(ref _joined) % Parts);

    /// <summary>Ends at the next beat of a part.</summary>
    public Task Next(int part) => Volatile.Read(ref _next[part]).Task;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1), time);
        for (var part = 0; await timer.WaitForNextTickAsync(stoppingToken); part = (part + 1) % Parts)
        {
            Interlocked.Exchange(ref _next[part], New()).SetResult();
        }
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
