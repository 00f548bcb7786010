using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;
using SessionService.Application.Attachments;

namespace SessionService.Infrastructure.Attachments;

/// <summary>
/// The bucket and the directory of the settings. A key begins with the place that holds the object. So objects are read and removed where
/// they are, also after new ones go to another place, for as long as the settings name theirs.
/// </summary>
internal sealed class ObjectStores : IObjectStore, IDisposable
{
    private const char AfterPlace = ':';
    private const string Bucket = "s3:";
    private const string Files = "dir:";

    private readonly Dictionary<string, IObjectStore> _stores = new(StringComparer.Ordinal);
    private readonly string? _placeOfNew;

    public ObjectStores(IOptions<AttachmentOptions> options)
    {
        var settings = options.Value;
        if (!string.IsNullOrEmpty(settings.S3.Bucket))
        {
            _stores.Add(Bucket, new S3Objects(settings.S3));
        }

        if (!string.IsNullOrEmpty(settings.Directory))
        {
            _stores.Add(Files, new DirectoryObjects(settings.Directory));
        }

        _placeOfNew = settings.Store switch
        {
            AttachmentPlace.S3 => Bucket,
            AttachmentPlace.Directory => Files,
            _ => null,
        };
    }

    /// <summary>The places that the settings name, as keys begin with them.</summary>
    public IReadOnlyCollection<string> Places => _stores.Keys;

    /// <summary>Whether the bytes of new attachments go to one of the places, and not to the database.</summary>
    public bool TakeNew => _placeOfNew is not null;

    /// <summary>A key for a new object. Another one each time: an object that is being removed is never the one that is written.</summary>
    public string NewKey(string userId) => $"{_placeOfNew}{FolderOf(userId)}/{Guid.NewGuid():n}";

    public Task WriteAsync(string key, Stream content, CancellationToken cancellationToken)
    {
        var (store, path) = Find(key);
        return store.WriteAsync(path, content, cancellationToken);
    }

    public async Task<Stream> OpenAsync(string key, long from, long length, CancellationToken cancellationToken)
    {
        var (store, path) = Find(key);
        return new ObjectStream(await store.OpenAsync(path, from, length, cancellationToken), length);
    }

    public Task RemoveAsync(string key, CancellationToken cancellationToken)
    {
        var (store, path) = Find(key);
        return store.RemoveAsync(path, cancellationToken);
    }

    public void Dispose()
    {
        foreach (var store in _stores.Values)
        {
            (store as IDisposable)?.Dispose();
        }
    }

    /// <exception cref="AttachmentStoreException">The settings do not name the place.</exception>
    private (IObjectStore Store, string Path) Find(string key)
    {
        var end = key.IndexOf(AfterPlace, StringComparison.Ordinal) + 1;
        return _stores.TryGetValue(key[..end], out var store)
            ? (store, key[end..])
            : throw new AttachmentStoreException("There are attachments at a place that the settings do not name.");
    }

    private static string FolderOf(string userId) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(userId)))[..32];
}
