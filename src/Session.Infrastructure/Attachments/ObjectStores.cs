using Microsoft.Extensions.Options;
using SessionService.Application.Attachments;

namespace SessionService.Infrastructure.Attachments;

/// <summary>
/// The bucket or directory of the settings. Where new attachments go to the database, the one that held earlier attachments is still read
/// for as long as the settings name it.
/// </summary>
internal sealed class ObjectStores : IDisposable
{
    private readonly IObjectStore? _store;

    public ObjectStores(IOptions<AttachmentOptions> options)
    {
        var settings = options.Value;
        _store = settings switch
        {
            { Store: AttachmentPlace.S3 } => new S3Objects(settings.S3),
            { Store: AttachmentPlace.Directory } => new DirectoryObjects(settings.Directory!),
            { S3.Bucket: { Length: > 0 } } => new S3Objects(settings.S3),
            { Directory: { Length: > 0 } directory } => new DirectoryObjects(directory),
            _ => null,
        };
        ForNew = settings.Store == AttachmentPlace.Database ? null : _store;
    }

    /// <summary>Where the bytes of new attachments go; <see langword="null"/> for the database.</summary>
    public IObjectStore? ForNew { get; }

    public bool IsKnown => _store is not null;

    /// <summary>The store of the objects that are there.</summary>
    /// <exception cref="AttachmentStoreException">The settings name none.</exception>
    public IObjectStore Store =>
        _store ?? throw new AttachmentStoreException("There are attachments outside of the database, but the settings do not say where.");

    public void Dispose() => (_store as IDisposable)?.Dispose();
}
