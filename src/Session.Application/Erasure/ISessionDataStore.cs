using SessionService.Application.Preconditions;
using SessionService.Domain.Errors;

namespace SessionService.Application.Erasure;

/// <summary>Counts and erases all that belongs to one session.</summary>
public interface ISessionDataStore
{
    /// <summary>Counts what an erasure would remove, in one snapshot.</summary>
    /// <exception cref="NotFoundException">The user has no such session.</exception>
    Task<UserDataCounts> CountAsync(string userId, Guid sessionId, CancellationToken cancellationToken);

    /// <summary>
    /// Erases a session with all that belongs to it and to no other session, in one transaction, and then waits until the bytes of its
    /// attachments are gone.
    /// </summary>
    /// <returns>The number of erased rows.</returns>
    /// <exception cref="NotFoundException">The user has no such session. Nothing of an earlier one with this id is left.</exception>
    /// <exception cref="PreconditionFailedException">The session has another version.</exception>
    /// <exception cref="Attachments.AttachmentStoreException">
    /// Bytes are left in the bucket or directory. Another call removes them.
    /// </exception>
    Task<UserDataCounts> EraseAsync(string userId, Guid sessionId, Precondition precondition, CancellationToken cancellationToken);
}
