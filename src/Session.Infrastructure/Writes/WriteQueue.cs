namespace SessionService.Infrastructure.Writes;

/// <summary>
/// The writes that wait, handed out in groups. Each user has a lane, in which writes keep their order, and a share of the queue. Lanes with
/// writes stand in line once: a group takes an equal part from each of them, so that a busy user does not hold up the others. The queue
/// also knows which writers are free: whoever adds a write wakes one of them.
/// </summary>
/// <param name="options">The bounds of queue and groups, and how many writers there are.</param>
/// <param name="sizeOf">About what a write takes, in bytes.</param>
/// <param name="rowOf">See <see cref="IGroupStatement{TWrite,TOutcome}.RowOf"/>.</param>
/// <param name="newAdmission">See <see cref="IGroupStatement{TWrite,TOutcome}.NewAdmission"/>.</param>
internal sealed class WriteQueue<T>(WriteOptions options, Func<T, long> sizeOf, Func<T, Guid?> rowOf, Func<Predicate<T>> newAdmission)
{
    private readonly int _maxOfUser = Math.Max(1, (int)(options.MaxQueue * options.UserShare));
    private readonly long _maxBytesOfUser = (long)(options.MaxQueueBytes * options.UserShare);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, WriteLane<T>> _lanes = new(StringComparer.Ordinal);
    private readonly Queue<WriteLane<T>> _line = new();

    // Lanes in which every write waits for a row that a writer has locked. They stand in line again when that writer asks for its next
    // group.
    private readonly HashSet<WriteLane<T>> _held = [];
    private readonly HashSet<Guid> _lockedRows = [];

    private readonly Stack<int> _freeWriters = new(Enumerable.Range(0, options.Writers));
    private readonly TaskCompletionSource _drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _count;
    private long _bytes;
    private bool _isCompleted;

    /// <summary>Ends when the queue is completed, nothing waits and all writers are free.</summary>
    public Task Drained => _drained.Task;

    /// <summary>Adds a write; false when too many wait, of all or of this user, or when the queue takes no more.</summary>
    /// <param name="userId">The user whose write it is.</param>
    /// <param name="write">The write.</param>
    /// <param name="writer">A writer that was free and now must ask for groups, if there is one.</param>
    public bool TryAdd(string userId, T write, out int? writer)
    {
        var size = sizeOf(write);
        writer = null;
        lock (_lock)
        {
            if (_isCompleted || _count >= options.MaxQueue || (_count > 0 && _bytes + size > options.MaxQueueBytes))
            {
                return false;
            }

            if (!_lanes.TryGetValue(userId, out var lane))
            {
                _lanes.Add(userId, lane = new WriteLane<T>(userId));
                _held.Add(lane);
            }
            else if (lane.Writes.Count >= _maxOfUser || lane.Bytes + size > _maxBytesOfUser)
            {
                return false;
            }

            if (!IsLocked(write) && _held.Remove(lane))
            {
                _line.Enqueue(lane);
            }

            lane.Writes.Enqueue(write);
            lane.Bytes += size;
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
            if (_line.Count > 0 && Take() is { Count: > 0 } group)
            {
                return group;
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

    private List<T> Take()
    {
        var group = new WriteGroup<T>(options, _count, newAdmission());
        if (options.OneUserAStatement)
        {
            while (group.Writes.Count == 0 && _line.Count > 0)
            {
                TakeFromNext(group, options.MaxGroup, options.MaxGroupBytes);
            }
        }
        else
        {
            // A lane that has more is in line again behind those that have had their part. It gets what the others leave.
            var lanes = _line.Count;
            var hasRoom = TakeFromLanes(group, lanes, Math.Max(1, options.MaxGroup / lanes), options.MaxGroupBytes / lanes);
            if (hasRoom && lanes > 1)
            {
                TakeFromLanes(group, _line.Count, options.MaxGroup, options.MaxGroupBytes);
            }
        }

        _count -= group.Writes.Count;
        _bytes -= group.Bytes;
        foreach (var write in group.Writes)
        {
            if (rowOf(write) is { } row)
            {
                _lockedRows.Add(row);
            }
        }

        return group.Writes;
    }

    /// <summary>Takes from so many lanes in turn; false once the group has no room.</summary>
    private bool TakeFromLanes(WriteGroup<T> group, int lanes, int most, long mostBytes)
    {
        var hasRoom = true;
        for (var i = 0; i < lanes && hasRoom; i++)
        {
            hasRoom = TakeFromNext(group, most, mostBytes);
        }

        return hasRoom;
    }

    /// <summary>
    /// Takes writes from the lane that is first in line, one at least; false where the group has no room for its next write. A lane that
    /// could give none stays the first in line, so that a large write is the first of the next group.
    /// </summary>
    private bool TakeFromNext(WriteGroup<T> group, int most, long mostBytes)
    {
        var lane = _line.Peek();
        Queue<T>? keptBack = null;
        var keptForARow = 0;
        var taken = 0;
        long bytes = 0;
        var hasRoom = true;
        while (taken < most && lane.Writes.TryPeek(out var write))
        {
            var size = sizeOf(write);
            hasRoom = group.HasRoomFor(size);
            if (!hasRoom || (taken > 0 && bytes + size > mostBytes))
            {
                break;
            }

            lane.Writes.Dequeue();
            var isLocked = IsLocked(write);
            if (!isLocked && group.TryAdd(write, size))
            {
                taken++;
                bytes += size;
                continue;
            }

            keptForARow += isLocked ? 1 : 0;
            (keptBack ??= new Queue<T>()).Enqueue(write);
        }

        var areAllHeld = lane.Writes.Count == 0 && keptBack?.Count == keptForARow;
        lane.Bytes -= bytes;
        lane.PutBack(keptBack);
        if (hasRoom || taken > 0)
        {
            LineUpAgain(_line.Dequeue(), areAllHeld);
        }

        return hasRoom;
    }

    private void LineUpAgain(WriteLane<T> lane, bool areAllHeld)
    {
        if (lane.Writes.Count == 0)
        {
            _lanes.Remove(lane.UserId);
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
