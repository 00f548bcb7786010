using System.Threading.Channels;

namespace SessionService.Infrastructure.Writes;

/// <summary>
/// Holds the writes that wait, and hands them out in groups, each in the order of arrival. A lane holds what may stand in one group: one
/// user's writes, or everybody's. Lanes that have something stand in line for the writers, each once, so that a busy one does not hold
/// up the others.
/// </summary>
/// <param name="options">The bounds of queue and groups.</param>
/// <param name="sizeOf">About what a write takes, in bytes.</param>
/// <param name="newAdmission">See <see cref="IGroupStatement{TWrite,TOutcome}.NewAdmission"/>.</param>
internal sealed class WriteQueue<T>(WriteOptions options, Func<T, long> sizeOf, Func<Predicate<T>> newAdmission)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Queue<T>> _lanes = new(StringComparer.Ordinal);
    private readonly Channel<string> _line = Channel.CreateUnbounded<string>();
    private int _count;
    private long _bytes;
    private bool _isCompleted;

    /// <summary>Adds a write to its lane; false when too many wait, or when the queue takes no more.</summary>
    public bool TryAdd(string lane, T write)
    {
        var size = sizeOf(write);
        lock (_lock)
        {
            if (_isCompleted || _count >= options.MaxQueue || (_count > 0 && _bytes + size > options.MaxQueueBytes))
            {
                return false;
            }

            if (!_lanes.TryGetValue(lane, out var waiting))
            {
                _lanes.Add(lane, waiting = new Queue<T>());
                _line.Writer.TryWrite(lane);
            }

            waiting.Enqueue(write);
            _count++;
            _bytes += size;
            return true;
        }
    }

    /// <summary>The groups, each for the writer who asks first; ends when the queue is completed and empty.</summary>
    public async IAsyncEnumerable<List<T>> TakeGroupsAsync()
    {
        await foreach (var lane in _line.Reader.ReadAllAsync())
        {
            yield return TakeGroup(lane);
        }
    }

    /// <summary>Takes no more writes. Those that wait are still handed out.</summary>
    public void Complete()
    {
        lock (_lock)
        {
            _isCompleted = true;
            CloseLineWhenEmpty();
        }
    }

    private List<T> TakeGroup(string lane)
    {
        lock (_lock)
        {
            var waiting = _lanes[lane];
            var group = new List<T>(Math.Min(waiting.Count, options.MaxGroup));
            var keptBack = new Queue<T>();
            var admits = newAdmission();
            long bytes = 0;
            while (group.Count < options.MaxGroup && waiting.TryPeek(out var write))
            {
                var size = sizeOf(write);
                if (group.Count > 0 && bytes + size > options.MaxGroupBytes)
                {
                    break;
                }

                waiting.Dequeue();
                if (admits(write))
                {
                    group.Add(write);
                    bytes += size;
                }
                else
                {
                    keptBack.Enqueue(write);
                }
            }

            _count -= group.Count;
            _bytes -= bytes;
            LineUpAgain(lane, keptBack, waiting);
            CloseLineWhenEmpty();
            return group;
        }
    }

    /// <summary>What was kept back came before the rest, and does so in the next group.</summary>
    private void LineUpAgain(string lane, Queue<T> keptBack, Queue<T> rest)
    {
        if (keptBack.Count > 0)
        {
            foreach (var write in rest)
            {
                keptBack.Enqueue(write);
            }

            _lanes[lane] = rest = keptBack;
        }

        if (rest.Count > 0)
        {
            _line.Writer.TryWrite(lane);
        }
        else
        {
            _lanes.Remove(lane);
        }
    }

    private void CloseLineWhenEmpty()
    {
        if (_isCompleted && _count == 0)
        {
            _line.Writer.TryComplete();
        }
    }
}
