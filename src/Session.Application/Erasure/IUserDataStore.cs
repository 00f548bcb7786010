namespace SessionService.Application.Erasure;

/// <summary>Counts and erases all data of a user.</summary>
public interface IUserDataStore
{
    /// <summary>Counts the user's data in one snapshot.</summary>
    Task<UserDataCounts> CountAsync(string userId, CancellationToken cancellationToken);

    /// <summary>
    /// Erases the data that existed at a time, in many transactions. Each removes whole sessions and subtracts them from the service's
    /// totals. After a failure another call erases the rest.
    /// </summary>
    /// <returns>The number of erased rows.</returns>
    Task<UserDataCounts> EraseAsync(string userId, DateTimeOffset until, CancellationToken cancellationToken);
}

/// <param name="Messages">Their messages, packed or not.</param>
/// <param name="Rows">The rows of each table, by its name.</param>
public sealed record UserDataCounts(long Sessions, long Messages, IReadOnlyDictionary<string, long> Rows);
