namespace SessionService.Infrastructure.Persistence;

/// <summary>For writes on a connection of the pool, which the database may have ended since it was used last.</summary>
internal static class SecondConnection
{
    /// <summary>Makes a write once more where its connection turned out to be dead, and nothing was made for certain.</summary>
    public static async Task<T> RetryAsync<T>(Func<Task<T>> write)
    {
        try
        {
            return await write();
        }
        catch (Exception exception) when (DatabaseFaults.IsLostConnection(exception))
        {
            return await write();
        }
    }
}
