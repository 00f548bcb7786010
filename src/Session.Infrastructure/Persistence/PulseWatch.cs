using System.Collections.Concurrent;

namespace SessionService.Infrastructure.Persistence;

/// <summary>A token that is cancelled with the one given, or when the database is lost.</summary>
public sealed class PulseWatch : IDisposable
{
    // Without a timer and never linked, it holds nothing to dispose of; and so it can be cancelled by a thread that comes too late.
    private readonly CancellationTokenSource _either = new();
    private readonly ConcurrentQueue<PulseWatch> _givenUp;
    private readonly CancellationToken _caller;
    private readonly CancellationTokenRegistration _callersEnd;
    private readonly CancellationTokenRegistration _loss;
    private volatile bool _isLost;

    /// <param name="givenUp">Where it stands in line to be cancelled when the database is lost.</param>
    /// <param name="lost">The loss.</param>
    /// <param name="caller">The token in whose place it is used.</param>
    internal PulseWatch(ConcurrentQueue<PulseWatch> givenUp, CancellationToken lost, CancellationToken caller)
    {
        _givenUp = givenUp;
        _caller = caller;
        _callersEnd = caller.UnsafeRegister(static state => ((CancellationTokenSource)state!).Cancel(), _either);
        if (!lost.IsCancellationRequested)
        {
            _loss = lost.UnsafeRegister(static state => ((PulseWatch)state!).LineUp(), this);
        }

        if (lost.IsCancellationRequested)
        {
            // Nobody uses the token yet, so this blocks nobody.
            Lose();
        }
    }

    public CancellationToken Token => _either.Token;

    /// <summary>Whether it was the database that ended it.</summary>
    public bool IsLost => _isLost && !_caller.IsCancellationRequested;

    public void Dispose()
    {
        _callersEnd.Unregister();
        _loss.Unregister();
    }

    internal void Lose()
    {
        _isLost = true;
        _either.Cancel();
    }

    private void LineUp() => _givenUp.Enqueue(this);
}
