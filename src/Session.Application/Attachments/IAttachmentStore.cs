using SessionService.Domain.Attachments;

namespace SessionService.Application.Attachments;

/// <summary>Keeps attachments and their bytes. No connection to the database is held while nothing is read or written.</summary>
public interface IAttachmentStore
{
    /// <summary>An attachment; <see langword="null"/> where the user has no such one.</summary>
    Task<StoredAttachment?> FindAsync(string userId, Guid attachmentId, CancellationToken cancellationToken);

    /// <summary>
    /// Those of the attachments that the user has. They are kept from now on as if they had just come, so that a message that is about to
    /// be written can refer to them.
    /// </summary>
    Task<IReadOnlySet<Guid>> FindAndKeepAsync(string userId, Guid[] attachmentIds, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>Adds an attachment, or finds it there. Its bytes are kept before anybody can find it.</summary>
    /// <param name="attachment">The attachment.</param>
    /// <param name="content">Its bytes: a stream that can seek. It is read from the beginning, perhaps more than once.</param>
    /// <param name="quota">The most bytes of all attachments of the user; 0 for no limit.</param>
    /// <param name="now">The time at which the bytes came.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>The attachment as it is kept, and whether this call added it.</returns>
    /// <exception cref="Domain.Errors.TooLargeException">The quota would be exceeded.</exception>
    /// <exception cref="AttachmentStoreException">The bytes cannot be kept at the moment.</exception>
    Task<AddedAttachment> AddAsync(
        StoredAttachment attachment, Stream content, long quota, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>Adds attachments of a user that were not there a moment ago.</summary>
    /// <param name="userId">The owner.</param>
    /// <param name="added">The attachments, each once. The streams are opened one after the other.</param>
    /// <param name="quota">The most bytes of all attachments of the user; 0 for no limit.</param>
    /// <param name="now">The time at which the bytes came.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <exception cref="Domain.Errors.TooLargeException">The quota would be exceeded; none was added.</exception>
    /// <exception cref="AttachmentStoreException">The bytes cannot be kept at the moment.</exception>
    Task AddAllAsync(
        string userId,
        IReadOnlyCollection<(StoredAttachment Attachment, Func<Stream> Open)> added,
        long quota,
        DateTimeOffset now,
        CancellationToken cancellationToken);

    /// <summary>The attachments to which the first messages of a session refer, in the order of their ids, some at a time.</summary>
    IAsyncEnumerable<StoredAttachment> ReadUsedAsync(string userId, Guid sessionId, long messages, CancellationToken cancellationToken);

    /// <summary>A range of the bytes, read as they are asked for.</summary>
    /// <exception cref="AttachmentStoreException">The bytes cannot be read at the moment.</exception>
    Task<Stream> OpenAsync(StoredAttachment attachment, long from, long length, CancellationToken cancellationToken);
}

/// <param name="IsNew">Whether its bytes were not there yet.</param>
public sealed record AddedAttachment(StoredAttachment Attachment, bool IsNew);

/// <summary>The bucket or directory that holds the bytes of attachments cannot be reached, or has lost an object.</summary>
public class AttachmentStoreException(string message, Exception? cause = null) : Exception(message, cause);

/// <summary>The bucket or directory can be reached, but has lost an object, or a part of one.</summary>
public sealed class AttachmentLostException(string message, Exception? cause = null) : AttachmentStoreException(message, cause);
