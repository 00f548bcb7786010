namespace SessionService.Infrastructure.Writes;

/// <summary>The writes of one user that wait, in their order.</summary>
internal sealed class WriteLane<T>(string userId)
{
    public string UserId { get; } = userId;

    public Queue<T> Writes { get; private set; } = new();

    /// <summary>About what they take, in bytes.</summary>
    public long Bytes { get; set; }

    /// <summary>Puts writes back before those that wait.</summary>
    public void PutBack(Queue<T>? writes)
    {
        if (writes is null)
        {
            return;
        }

        foreach (var write in Writes)
        {
            writes.Enqueue(write);
        }

        Writes = writes;
    }
}
