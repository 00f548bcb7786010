using Microsoft.Extensions.Options;
using SessionService.Application.Attachments;
using SessionService.Infrastructure.Attachments;

namespace SessionService.UnitTests.Attachments;

public sealed class ObjectStoresTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("session-attachments-");

    public void Dispose()
    {
        _directory.Refresh();
        if (_directory.Exists)
        {
            _directory.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task Files_are_read_and_removed_where_they_are_after_new_ones_go_to_a_bucket()
    {
        using var files = Stores(AttachmentPlace.Directory);
        var key = files.NewKey("ada");
        await WriteAsync(files, key);

        using var stores = Stores(AttachmentPlace.S3);

        Assert.StartsWith("s3:", stores.NewKey("ada"), StringComparison.Ordinal);
        Assert.Equal(3, (await ReadAsync(stores, key)).Length);
        await stores.RemoveAsync(key, CancellationToken.None);
        Assert.Empty(_directory.EnumerateFiles("*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task A_place_that_the_settings_do_not_name_is_none_where_an_object_is_gone()
    {
        using var stores = Stores(AttachmentPlace.Directory);

        await Assert.ThrowsAsync<AttachmentStoreException>(() => stores.RemoveAsync("s3:ada/1", CancellationToken.None));
        await Assert.ThrowsAsync<AttachmentStoreException>(() => stores.RemoveAsync("ada/1", CancellationToken.None));
    }

    [Fact]
    public async Task A_directory_that_is_not_there_neither_loses_nor_takes_files()
    {
        using var stores = Stores(AttachmentPlace.Directory);
        var key = stores.NewKey("ada");
        await WriteAsync(stores, key);
        _directory.Delete(recursive: true);

        await Assert.ThrowsAsync<AttachmentStoreException>(() => stores.RemoveAsync(key, CancellationToken.None));
        await Assert.ThrowsAsync<AttachmentStoreException>(() => ReadAsync(stores, key));
        await Assert.ThrowsAsync<AttachmentStoreException>(() => WriteAsync(stores, stores.NewKey("ada")));
        Assert.False(Directory.Exists(_directory.FullName));
    }

    [Fact]
    public async Task A_file_that_is_gone_or_too_short_is_lost()
    {
        using var stores = Stores(AttachmentPlace.Directory);
        var key = stores.NewKey("ada");
        await WriteAsync(stores, key);

        await Assert.ThrowsAsync<AttachmentLostException>(() => ReadAsync(stores, stores.NewKey("ada")));
        await Assert.ThrowsAsync<AttachmentLostException>(() => ReadAsync(stores, key, length: 4));
    }

    [Fact]
    public async Task A_body_that_breaks_off_is_a_fault_of_the_store()
    {
        await using var stream = new ObjectStream(new BrokenStream(), length: 3);

        await Assert.ThrowsAsync<AttachmentStoreException>(() => stream.ReadExactlyAsync(new byte[3]).AsTask());
    }

    private ObjectStores Stores(AttachmentPlace place) => new(Options.Create(new AttachmentOptions
    {
        Store = place,
        Directory = _directory.FullName,
        S3 = place == AttachmentPlace.S3
            ? new S3Options { Bucket = "pictures", ServiceUrl = new Uri("http://127.0.0.1:9"), AccessKey = "key", SecretKey = "secret" }
            : new S3Options(),
    }));

    private static async Task WriteAsync(ObjectStores stores, string key)
    {
        using var content = new MemoryStream([1, 2, 3]);
        await stores.WriteAsync(key, content, CancellationToken.None);
    }

    private static async Task<byte[]> ReadAsync(ObjectStores stores, string key, int length = 3)
    {
        var bytes = new byte[length];
        await using var content = await stores.OpenAsync(key, from: 0, length, CancellationToken.None);
        await content.ReadExactlyAsync(bytes);
        return bytes;
    }

    private sealed class BrokenStream : MemoryStream
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            throw new HttpRequestException("The response ended prematurely.");
    }
}
