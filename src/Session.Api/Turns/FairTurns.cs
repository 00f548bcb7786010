using System.Threading.RateLimiting;
using Microsoft.Extensions.Options;

namespace SessionService.Api.Turns;

/// <summary>
/// Lets requests for long work begin in turn. A user takes part with a share of the places only, and waits in a line of their own for the
/// rest. So users stand in the common line alternately, and what one user asks for keeps nobody else waiting for more than one turn each.
/// </summary>
internal sealed class FairTurns : IDisposable
{
    private static readonly TimeSpan AskAgainAfter = TimeSpan.FromMilliseconds(100);

    // No user has this id. Callers without a name share it.
    private const string Nobody = "";

    private readonly PartitionedRateLimiter<Turn> _places;
    private readonly TurnOptions _options;
    private readonly TurnMetrics _metrics;
    private readonly TimeProvider _time;

    public FairTurns(IOptions<TurnOptions> options, TurnMetrics metrics, TimeProvider time)
    {
        _time = time;
        _options = options.Value;
        _metrics = metrics;
        _places = PartitionedRateLimiter.CreateChained(
            PartitionedRateLimiter.Create<Turn, Turn>(turn => RateLimitPartition.GetConcurrencyLimiter(
                turn, one => Places(_options.OfUser(_options.AtOnce(one.Work)), _options.OfUser(_options.MaxWaiting)))),
            PartitionedRateLimiter.Create<Turn, Work>(turn => RateLimitPartition.GetConcurrencyLimiter(
                turn.Work, work => Places(_options.AtOnce(work), _options.MaxWaiting))));
    }

    /// <summary>Waits for a turn, which ends when the result is disposed.</summary>
    /// <param name="work">The kind of work.</param>
    /// <param name="userId">The caller; <see langword="null"/> where the request names none.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="TurnRefusedException">Too many wait, of this user or of all.</exception>
    public async ValueTask<HeldTurn> TakeAsync(Work work, string? userId, CancellationToken cancellationToken)
    {
        var turn = new Turn(work, userId ?? Nobody);
        var lease = _places.AttemptAcquire(turn);
        if (!lease.IsAcquired)
        {
            lease.Dispose();
            lease = await WaitAsync(turn, cancellationToken);
        }

        return new HeldTurn(lease, token => GoOnAsync(turn, token));
    }

    public void Dispose() => _places.Dispose();

    private async ValueTask<RateLimitLease> WaitAsync(Turn turn, CancellationToken cancellationToken)
    {
        try
        {
            if (_metrics.BeginWaiting(turn.Work) <= _options.MaxWaiting)
            {
                var lease = await _places.AcquireAsync(turn, permitCount: 1, cancellationToken);
                if (lease.IsAcquired)
                {
                    return lease;
                }

                lease.Dispose();
            }
        }
        finally
        {
            _metrics.EndWaiting(turn.Work);
        }

        _metrics.CountRefused(turn.Work);
        throw new TurnRefusedException();
    }

    /// <summary>Waits for another place for work that has begun, which is never refused.</summary>
    private async ValueTask<IDisposable> GoOnAsync(Turn turn, CancellationToken cancellationToken)
    {
        while (true)
        {
            var lease = await _places.AcquireAsync(turn, permitCount: 1, cancellationToken);
            if (lease.IsAcquired)
            {
                return lease;
            }

            lease.Dispose();
            await Task.Delay(AskAgainAfter, _time, cancellationToken);
        }
    }

    private static ConcurrencyLimiterOptions Places(int atOnce, int maxWaiting) =>
        new() { PermitLimit = atOnce, QueueLimit = maxWaiting, QueueProcessingOrder = QueueProcessingOrder.OldestFirst };

    /// <summary>What a request asks for, and in whose name.</summary>
    private readonly record struct Turn(Work Work, string UserId);
}
