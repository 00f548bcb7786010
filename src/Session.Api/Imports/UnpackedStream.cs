using System.IO.Compression;
using SessionService.Api.Streaming;

namespace SessionService.Api.Imports;

/// <summary>How much the files of a zip may still unpack to.</summary>
internal sealed class UnpackedBytes(long most)
{
    private long _left = most;

    /// <exception cref="UnpackedTooMuchException">It is more than there may be.</exception>
    public void Take(int bytes)
    {
        _left -= bytes;
        if (_left < 0)
        {
            throw new UnpackedTooMuchException("The files in the zip are too large.");
        }
    }
}

/// <summary>
/// A file of a zip. What it unpacks to is bounded as it is read, because the sizes that a zip tells need not be true. It is opened at the
/// first read.
/// </summary>
internal sealed class UnpackedStream(ZipArchiveEntry entry, UnpackedBytes budget) : ReadOnlyStream
{
    // Conversations in JSON shrink to a tenth or so. Small files may shrink to any part.
    private const long MaxRatio = 200;
    private const long Ungauged = 16 * 1024 * 1024;

    private Stream? _unpacked;
    private long _length;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (entry.IsEncrypted)
        {
            throw new InvalidDataException("The file is encrypted.");
        }

        _unpacked ??= await entry.OpenAsync(cancellationToken);
        var length = await _unpacked.ReadAsync(buffer, cancellationToken);
        budget.Take(length);
        _length += length;
        return _length > Ungauged && _length / MaxRatio > entry.CompressedLength
            ? throw new UnpackedTooMuchException($"A file in the zip unpacks to more than {MaxRatio} times its size.")
            : length;
    }

    public override async ValueTask DisposeAsync()
    {
        if (_unpacked is not null)
        {
            await _unpacked.DisposeAsync();
        }

        await base.DisposeAsync();
    }
}

/// <summary>A zip unpacks to more than it may. The message is shown to the client.</summary>
internal sealed class UnpackedTooMuchException(string message) : Exception(message);
