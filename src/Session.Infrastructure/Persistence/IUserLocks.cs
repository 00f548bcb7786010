namespace SessionService.Infrastructure.Persistence;

/// <summary>
/// Locks of one user, which a transaction (read committed) holds until its end. Each kind of lock is a lock of its own.
/// </summary>
internal interface IUserLocks
{
    /// <summary>Waits until nobody holds the lock, and then holds it alone.</summary>
    Task TakeAsync(Sql sql, string userId, UserLockKind kind, CancellationToken cancellationToken);

    /// <summary>Waits until nobody holds the lock alone, and then holds it together with others that share it.</summary>
    Task ShareAsync(Sql sql, string userId, UserLockKind kind, CancellationToken cancellationToken);

    /// <summary>Holds the lock alone unless somebody holds it. Where this answers false the caller rolls back.</summary>
    /// <param name="sql">The transaction.</param>
    /// <param name="userId">The user.</param>
    /// <param name="kind">What the lock is about.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <param name="isPatient">
    /// Whether later statements of the transaction wait for others' rows as long as statements do by default, and not a second.
    /// </param>
    Task<bool> TryTakeAsync(
        Sql sql, string userId, UserLockKind kind, CancellationToken cancellationToken, bool isPatient = true);

    /// <summary>Leaves nothing in the database that names the user, once nobody holds a lock of the user.</summary>
    Task RemoveAsync(string userId, CancellationToken cancellationToken);
}

/// <summary>What a lock of a user is about. The numbers tell the locks apart in the database, so they stay as they are.</summary>
internal enum UserLockKind
{
    /// <summary>
    /// What is worked out from messages. Digests, redactions, deletions and merges of search segments take the lock alone. Forks and copies
    /// share the lock, so that a redaction happens before the fork or finds the fork.
    /// </summary>
    Derived = 5,

    /// <summary>The attachments, so that two uploads cannot exceed the quota together. An upload does not wait for a digest.</summary>
    Attachments = 9,
}
