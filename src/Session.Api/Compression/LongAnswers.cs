using Microsoft.AspNetCore.ResponseCompression;
using Microsoft.Extensions.Options;

namespace SessionService.Api.Compression;

/// <summary>
/// Compresses the answers of actions that are marked with <see cref="CompressesAttribute"/>, unless an answer is known to be short.
/// </summary>
internal sealed class LongAnswers(IServiceProvider services, IOptions<ResponseCompressionOptions> options)
    : ResponseCompressionProvider(services, options)
{
    // Compressing a shorter answer saves no network packet.
    private const int MinBytes = 1024;

    public override bool ShouldCompressResponse(HttpContext context) =>
        context.GetEndpoint()?.Metadata.GetMetadata<CompressesAttribute>() is not null
        && (context.Response.ContentLength ?? MinBytes) >= MinBytes
        && base.ShouldCompressResponse(context);
}
