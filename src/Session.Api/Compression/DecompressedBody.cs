using SessionService.Api.Streaming;
using ZstdSharp;

namespace SessionService.Api.Compression;

/// <summary>
/// A request's body while it is decompressed. A body that is no valid compression, or that grows far more than conversations do, is the
/// client's error.
/// </summary>
/// <param name="compressed">The body as it was sent.</param>
/// <param name="inner">The decompression of that body.</param>
/// <param name="freeBytes">So many bytes may come out, however few went in.</param>
internal sealed class DecompressedBody(CountedBody compressed, Stream inner, long freeBytes) : ReadOnlyStream
{
    // Conversations shrink to a fifth or a tenth, and repeated ones to a hundredth. A body that was made to fill the service shrinks more.
    private const int MaxRatio = 200;

    private long _bytes;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int read;
        try
        {
            read = await inner.ReadAsync(buffer, cancellationToken);
        }
        // Each library has its own exception for invalid data. Those of the server itself, about the body as it was sent, pass.
        catch (Exception exception)
            when (exception is InvalidDataException or InvalidOperationException or ZstdException or EndOfStreamException)
        {
            throw new BadHttpRequestException("The body cannot be decompressed.", exception);
        }

        _bytes += read;
        if (_bytes > freeBytes && _bytes > compressed.Bytes * MaxRatio)
        {
            throw new BadHttpRequestException("The body grows too much when decompressed.", StatusCodes.Status413PayloadTooLarge);
        }

        return read;
    }

    public override async ValueTask DisposeAsync()
    {
        await inner.DisposeAsync();
        await base.DisposeAsync();
    }
}

/// <summary>Counts the bytes of a body as they are read.</summary>
internal sealed class CountedBody(Stream inner) : ReadOnlyStream
{
    public long Bytes { get; private set; }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = await inner.ReadAsync(buffer, cancellationToken);
        Bytes += read;
        return read;
    }
}
