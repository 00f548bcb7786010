using Microsoft.AspNetCore.ResponseCompression;
using Microsoft.Extensions.Options;

namespace SessionService.Api.Compression;

/// <summary>Chooses which answers are compressed: those of actions that say so, unless they are known to be short.</summary>
internal sealed class LongAnswers(IServiceProvider services, IOptions<ResponseCompressionOptions> options)
    : ResponseCompressionProvider(services, options)
{
    // Less does not become fewer packets.
    private const int MinBytes = 1024;

    public override bool ShouldCompressResponse(HttpContext context) =>
        context.GetEndpoint()?.Metadata.GetMetadata<CompressesAttribute>() is not null
        && (context.Response.ContentLength ?? MinBytes) >= MinBytes
        && base.ShouldCompressResponse(context);
}
