namespace SessionService.Application.Files;

/// <summary>Temporary files that are gone when they are closed.</summary>
public static class TemporaryFile
{
    private const int BufferBytes = 128 * 1024;

    /// <summary>Reads a stream to its end, and sets the file back to its beginning.</summary>
    /// <param name="stream">The body.</param>
    /// <param name="name">What the name of the file begins with.</param>
    /// <param name="maxBytes">The most bytes that are kept.</param>
    /// <param name="onRead">Is given all bytes in order, if somebody wants them.</param>
    /// <param name="tooLarge">The refusal of more bytes.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public static async Task<FileStream> KeepAsync(
        Stream stream,
        string name,
        long maxBytes,
        Action<ReadOnlyMemory<byte>>? onRead,
        Func<Exception> tooLarge,
        CancellationToken cancellationToken)
    {
        var file = Create(name);
        try
        {
            var buffer = new byte[BufferBytes];
            while (await stream.ReadAsync(buffer, cancellationToken) is > 0 and var length)
            {
                if (file.Length + length > maxBytes)
                {
                    throw tooLarge();
                }

                onRead?.Invoke(buffer.AsMemory(0, length));
                await file.WriteAsync(buffer.AsMemory(0, length), cancellationToken);
            }

            await file.FlushAsync(cancellationToken);
            file.Position = 0;
            return file;
        }
        catch
        {
            await file.DisposeAsync();
            throw;
        }
    }

    /// <summary>A file that nobody else may read and that goes when it is closed.</summary>
    /// <param name="name">What the name of the file begins with.</param>
    public static FileStream Create(string name)
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            Options = FileOptions.DeleteOnClose | FileOptions.Asynchronous,
        };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        return new FileStream(Path.Combine(Path.GetTempPath(), $"{name}-{Guid.NewGuid():N}"), options);
    }
}
