namespace SessionService.Infrastructure.Writes;

/// <summary>
/// The writes that wait, handed out in groups and in the order of arrival. A lane holds writes that may share a group: one user's, or
/// everybody's. Each lane with writes stands in line once, so that a busy lane does not hold up the others. The queue also knows which
/// writers are free: whoever adds a write wakes one of them.
/// </summary>
/// <param name="options">The bounds of queue and groups, and how many writers there are.</param>
/// <param name="sizeOf">About what a write takes, in bytes.</param>
/// <param name="rowOf">See <see cref="IGroupStatement{TWrite,TOutcome}.RowOf"/>.</param>
/// <param name="newAdmission">See <see cref="IGroupStatement{TWrite,TOutcome}.NewAdmission"/>.</param>
internal sealed class WriteQueue<T>(WriteOptions options, Func<T, long> sizeOf, Func<T, Guid?> rowOf, Func<Predicate<T>> newAdmission)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Queue<T>> _lanes = new(StringComparer.Ordinal);
    private readonly Queue<string> _line = new();

    // Lanes in which every write waits for a row that a writer has locked. They stand in line again when that writer asks for its next
    // group.
    private readonly HashSet<string> _held = new(StringComparer.Ordinal);
    private readonly HashSet<Guid> _lockedRows = [];

    private readonly Stack<int> _freeWriters = new(Enumerable.Range(0, options.Writers));
    private readonly TaskCompletionSource _drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _count;
    private long _bytes;
    private bool _isCompleted;

    /// <summary>Ends when the queue is completed, nothing waits and all writers are free.</summary>
    public Task Drained => _drained.Task;

    /// <summary>Adds a write to its lane; false when too many wait, or when the queue takes no more.</summary>
    /// <param name="lane">The lane.</param>
    /// <param name="write">The write.</param>
    /// <param name="writer">A writer that was free and now must ask for groups, if there is one.</param>
    public bool TryAdd(string lane, T write, out int? writer)
    {
        var size = sizeOf(write);
        writer = null;
        lock (_lock)
        {
            if (_isCompleted || _count >= options.MaxQueue || (_count > 0 && _bytes + size > options.MaxQueueBytes))
            {
                return false;
            }

            if (!_lanes.TryGetValue(lane, out var waiting))
            {
                _lanes.Add(lane, waiting = new Queue<T>());
                _held.Add(lane);
            }

            if (!IsLocked(write) && _held.Remove(lane))
            {
                _line.Enqueue(lane);
            }

            waiting.Enqueue(write);
            _count++;
            _bytes += size;
            if (_line.Count > 0 && _freeWriters.TryPop(out var free))
            {
                writer = free;
            }

            return true;
        }
    }

    /// <summary>
    /// The next group for a writer; <see langword="null"/> when there is nothing for it to write. The writer is free then, and asks again
    /// when
    /// <see cref="TryAdd"/> names it.
    /// </summary>
    /// <param name="writer">The writer.</param>
    /// <param name="made">The writer's last group, which is made by now.</param>
    public List<T>? TakeGroup(int writer, List<T>? made)
    {
        lock (_lock)
        {
            Unlock(made);
            while (_line.TryDequeue(out var lane))
            {
                if (TakeFrom(lane) is { Count: > 0 } group)
                {
                    return group;
                }
            }

            _freeWriters.Push(writer);
            EndWhenDrained();
            return null;
        }
    }

    /// <summary>Takes no more writes. Those that wait are still handed out.</summary>
    public void Complete()
    {
        lock (_lock)
        {
            _isCompleted = true;
            EndWhenDrained();
        }
    }

    private List<T> TakeFrom(string lane)
    {
        var waiting = _lanes[lane];
        var group = new List<T>(Math.Min(waiting.Count, options.MaxGroup));
        var keptBack = new Queue<T>();
        var admits = newAdmission();
        var keptForARow = 0;
        long bytes = 0;
        while (group.Count < options.MaxGroup && waiting.TryPeek(out var write))
        {
            var size = sizeOf(write);
            if (group.Count > 0 && bytes + size > options.MaxGroupBytes)
            {
                break;
            }

            waiting.Dequeue();
            if (IsLocked(write))
            {
                keptForARow++;
                keptBack.Enqueue(write);
            }
            else if (admits(write))
            {
                group.Add(write);
                bytes += size;
            }
            else
            {
                keptBack.Enqueue(write);
            }
        }

        var areAllHeld = waiting.Count == 0 && keptBack.Count == keptForARow;
        _count -= group.Count;
        _bytes -= bytes;
        LineUpAgain(lane, keptBack, waiting, areAllHeld);
        foreach (var write in group)
        {
            if (rowOf(write) is { } row)
            {
                _lockedRows.Add(row);
            }
        }

        return group;
    }

    /// <summary>Puts the lane in line again, with the writes that were kept back before the rest.</summary>
    private void LineUpAgain(string lane, Queue<T> keptBack, Queue<T> rest, bool areAllHeld)
    {
        if (keptBack.Count > 0)
        {
            foreach (var write in rest)
            {
                keptBack.Enqueue(write);
            }

            _lanes[lane] = rest = keptBack;
        }

        if (rest.Count == 0)
        {
            _lanes.Remove(lane);
        }
        else if (areAllHeld)
        {
            _held.Add(lane);
        }
        else
        {
            _line.Enqueue(lane);
        }
    }

    private bool IsLocked(T write) => _lockedRows.Count > 0 && rowOf(write) is { } row && _lockedRows.Contains(row);

    private void Unlock(List<T>? made)
    {
        foreach (var write in made ?? [])
        {
            if (rowOf(write) is { } row)
            {
                _lockedRows.Remove(row);
            }
        }

        foreach (var lane in _held)
        {
            _line.Enqueue(lane);
        }

        _held.Clear();
    }

    private void EndWhenDrained()
    {
        if (_isCompleted && _count == 0 && _freeWriters.Count == options.Writers)
        {
            _drained.TrySetResult();
        }
    }
}
