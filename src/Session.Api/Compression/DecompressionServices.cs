using System.IO.Compression;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.RequestDecompression;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;
using SessionService.Application.Limits;
using SessionService.Hosting.Problems;
using ZstdSharp;
using ZstdSharp.Unsafe;

namespace SessionService.Api.Compression;

/// <summary>Takes bodies in the encodings in which answers go out, and deflate. All limits of bodies count decompressed bytes.</summary>
internal static class DecompressionServices
{
    // The window that RFC 8878 recommends to support: 8 MiB. The library would reserve up to 128 MiB for a request that asks for more.
    private const int ZstdWindowLog = 23;

    private static readonly (string Name, Func<Stream, Stream> Decompress)[] Encodings =
    [
        ("gzip", body => new GZipStream(body, CompressionMode.Decompress, leaveOpen: true)),
        ("br", body => new BrotliStream(body, CompressionMode.Decompress, leaveOpen: true)),
        ("zstd", Unzstd),
        ("deflate", body => new ZLibStream(body, CompressionMode.Decompress, leaveOpen: true)),
    ];

    private static readonly string Names = string.Join(", ", Encodings.Select(encoding => encoding.Name));

    public static IServiceCollection AddDecompression(this IServiceCollection services)
    {
        // Without it a body that was cut off would end as if it were whole.
        AppContext.SetSwitch("System.IO.Compression.UseStrictValidation", isEnabled: true);
        services.AddRequestDecompression();
        services.AddOptions<RequestDecompressionOptions>().Configure<IOptions<LimitOptions>>((decompression, limits) =>
        {
            decompression.DecompressionProviders.Clear();
            foreach (var (name, decompress) in Encodings)
            {
                decompression.DecompressionProviders.Add(name, new Provider(decompress, limits.Value.MaxBodyBytes));
            }
        });
        return services;
    }

    public static WebApplication UseDecompression(this WebApplication app)
    {
        app.UseRequestDecompression();
        app.Use(RefuseOthersAsync);
        return app;
    }

    // The middleware of the framework removes the header of a body that it decompresses, and passes on any other body.
    private static Task RefuseOthersAsync(HttpContext http, RequestDelegate next)
    {
        var encoding = http.Request.Headers.ContentEncoding.ToString();
        if (encoding.Length == 0
            || encoding.Equals("identity", StringComparison.OrdinalIgnoreCase)
            || http.Features.Get<IHttpRequestBodyDetectionFeature>() is { CanHaveBody: false }
            || http.GetEndpoint() is null)
        {
            return next(http);
        }

        http.Response.Headers[HeaderNames.AcceptEncoding] = Names;
        return ProblemFactory.WriteAsync(
            http,
            ProblemFactory.Create(
                http,
                StatusCodes.Status415UnsupportedMediaType,
                ProblemCodes.UnsupportedContentEncoding,
                $"The body must be sent as it is, or in one of these encodings: {Names}."),
            http.RequestAborted);
    }

    private static DecompressionStream Unzstd(Stream body)
    {
        var stream = new DecompressionStream(body, leaveOpen: true);
        stream.SetParameter(ZSTD_dParameter.ZSTD_d_windowLogMax, ZstdWindowLog);
        return stream;
    }

    private sealed class Provider(Func<Stream, Stream> decompress, long freeBytes) : IDecompressionProvider
    {
        public Stream GetDecompressionStream(Stream stream)
        {
            var counted = new CountedBody(stream);
            return new DecompressedBody(counted, decompress(counted), freeBytes);
        }
    }
}
