namespace SessionService.Infrastructure.Writes;

/// <summary>A group of writes while it is put together.</summary>
/// <param name="options">The bounds of the group.</param>
/// <param name="waiting">How many writes wait.</param>
/// <param name="admits">Who may join the group; see <see cref="IGroupStatement{TWrite,TOutcome}.NewAdmission"/>.</param>
internal sealed class WriteGroup<T>(WriteOptions options, int waiting, Predicate<T> admits)
{
    public List<T> Writes { get; } = new(Math.Min(waiting, options.MaxGroup));

    public long Bytes { get; private set; }

    /// <summary>Whether one more write of a size fits. A write that is larger than a group may be goes alone.</summary>
    public bool HasRoomFor(long size) =>
        Writes.Count == 0 || (Writes.Count < options.MaxGroup && Bytes + size <= options.MaxGroupBytes);

    /// <summary>Adds a write, unless it may not stand in one group with those that are in it.</summary>
    public bool TryAdd(T write, long size)
    {
        if (!admits(write))
        {
            return false;
        }

        Writes.Add(write);
        Bytes += size;
        return true;
    }
}
