using Microsoft.AspNetCore.ResponseCompression;
using ZstdSharp;

namespace SessionService.Api.Compression;

/// <summary>Zstandard, which .NET does not have of its own.</summary>
internal sealed class ZstdCompressionProvider : ICompressionProvider
{
    // About as long as gzip at its fastest takes, for a fifth less.
    private const int Level = 3;

    public string EncodingName => "zstd";

    public bool SupportsFlush => true;

    public Stream CreateStream(Stream outputStream) => new CompressionStream(outputStream, Level);
}
