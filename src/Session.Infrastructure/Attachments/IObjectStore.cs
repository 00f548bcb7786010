using SessionService.Application.Attachments;

namespace SessionService.Infrastructure.Attachments;

/// <summary>Keeps the bytes of attachments outside of the database. Keys hold no text of users.</summary>
internal interface IObjectStore
{
    /// <summary>Writes an object as a whole: it can be read when this returns.</summary>
    /// <exception cref="AttachmentStoreException">It may have been written or not.</exception>
    Task WriteAsync(string key, Stream content, CancellationToken cancellationToken);

    /// <exception cref="AttachmentLostException">The object is not there.</exception>
    /// <exception cref="AttachmentStoreException">The object cannot be read at the moment.</exception>
    Task<Stream> OpenAsync(string key, long from, long length, CancellationToken cancellationToken);

    /// <summary>Removes an object, also one that was never written.</summary>
    /// <exception cref="AttachmentStoreException">It may be there still.</exception>
    Task RemoveAsync(string key, CancellationToken cancellationToken);
}
