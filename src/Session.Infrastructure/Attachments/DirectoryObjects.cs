using SessionService.Application.Attachments;

namespace SessionService.Infrastructure.Attachments;

/// <summary>
/// Objects as files below a directory, which must exist: one that is not there may be a volume that is not mounted, and says nothing of
/// the files.
/// </summary>
internal sealed class DirectoryObjects(string root) : IObjectStore
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    public async Task WriteAsync(string key, Stream content, CancellationToken cancellationToken)
    {
        var path = PathOf(key);
        await RunAsync("write", async () =>
        {
            // Under its own name from the beginning: nobody reads it before its row is there. And the flush of a new file keeps the file's
            // name too, on file systems with a journal. That of a file that is renamed would need a flush of the folder.
            await using var file = Create(path);
            await content.CopyToAsync(file, cancellationToken);
            file.Flush(flushToDisk: true);
            return true;
        });
    }

    public Task<Stream> OpenAsync(string key, long from, long length, CancellationToken cancellationToken) =>
        RunAsync<Stream>("read", () =>
        {
            var file = new FileStream(PathOf(key), new FileStreamOptions
            {
                Mode = FileMode.Open,
                Access = FileAccess.Read,
                Share = FileShare.Read | FileShare.Delete,
                Options = FileOptions.Asynchronous,
            });
            file.Position = from;
            return Task.FromResult<Stream>(file);
        });

    public Task RemoveAsync(string key, CancellationToken cancellationToken) =>
        RunAsync("remove", () =>
        {
            var path = PathOf(key);
            if (Directory.Exists(Path.GetDirectoryName(path)))
            {
                File.Delete(path);
            }

            return Task.FromResult(true);
        });

    private static FileStream Create(string path)
    {
        var options = new FileStreamOptions
        {
            // A file that a write left behind has another key.
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            Options = FileOptions.Asynchronous,
        };
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        }
        else
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!, OwnerOnly | UnixFileMode.UserExecute);
            options.UnixCreateMode = OwnerOnly;
        }

        return new FileStream(path, options);
    }

    private async Task<T> RunAsync<T>(string what, Func<Task<T>> work)
    {
        if (!Directory.Exists(root))
        {
            throw new AttachmentStoreException("The directory of attachments is not there.");
        }

        try
        {
            return await work();
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new AttachmentLostException("A file is not in the directory of attachments.", exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new AttachmentStoreException($"The directory of attachments could not {what} a file.", exception);
        }
    }

    private string PathOf(string key) => Path.Combine(root, Path.Combine(key.Split('/')));
}
