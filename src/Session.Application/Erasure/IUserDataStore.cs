namespace SessionService.Application.Erasure;

/// <summary>All that is stored about a user.</summary>
public interface IUserDataStore
{
    /// <summary>How much there is, as of one moment.</summary>
    Task<UserDataCounts> CountAsync(string userId, CancellationToken cancellationToken);

    /// <summary>
    /// Removes what was there at a time, in many transactions: sessions whole, and with each the totals that it had added to the
    /// service's. Where it ends early, the rest is removed by another.
    /// </summary>
    /// <returns>What was removed.</returns>
    Task<UserDataCounts> EraseAsync(string userId, DateTimeOffset until, CancellationToken cancellationToken);
}

/// <param name="Messages">Their messages, packed or not.</param>
/// <param name="Rows">The rows of each table, by its name.</param>
public sealed record UserDataCounts(long Sessions, long Messages, IReadOnlyDictionary<string, long> Rows);
