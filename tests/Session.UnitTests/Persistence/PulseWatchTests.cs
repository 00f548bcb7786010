using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using SessionService.Infrastructure.Persistence;

namespace SessionService.UnitTests.Persistence;

public sealed class PulseWatchTests : IDisposable
{
    private readonly DatabasePulse _pulse = new(ofPrimary: true, TimeSpan.FromMilliseconds(200), TimeProvider.System, NullLogger<DatabasePulse>.Instance);

    public void Dispose() => _pulse.Dispose();

    [Fact]
    public async Task A_watch_ends_with_its_caller()
    {
        using var caller = new CancellationTokenSource();
        using var watch = _pulse.Watch(caller.Token);

        Assert.False(watch.Token.IsCancellationRequested);
        await caller.CancelAsync();

        Assert.True(watch.Token.IsCancellationRequested);
        Assert.False(watch.IsLost);
    }

    [Fact]
    public async Task A_watch_ends_when_the_database_is_lost_and_a_later_one_at_once()
    {
        using var watch = _pulse.Watch(CancellationToken.None);
        var ended = new TaskCompletionSource();
        await using var registration = watch.Token.Register(ended.SetResult);
        using var stop = new CancellationTokenSource();

        // Nobody listens there.
        await using var nowhere = NpgsqlDataSource.Create("Host=127.0.0.1;Port=1;Username=anyone;Pooling=false");
        var running = _pulse.RunAsync(nowhere, stop.Token);
        await ended.Task.WaitAsync(TimeSpan.FromSeconds(30), CancellationToken.None);
        using var later = _pulse.Watch(CancellationToken.None);

        Assert.True(_pulse.IsLost);
        Assert.True(watch.IsLost);
        Assert.True(later.IsLost);
        Assert.True(later.Token.IsCancellationRequested);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }
}
