using System.IO.Compression;
using Microsoft.AspNetCore.ResponseCompression;
using Microsoft.Extensions.Options;
using SessionService.Api.Exports;

namespace SessionService.Api.Compression;

/// <summary>Long answers go out as zstd, Brotli or gzip where the client accepts it.</summary>
internal static class CompressionServices
{
    public static IServiceCollection AddCompression(this IServiceCollection services)
    {
        services.AddOptions<CompressionOptions>().BindConfiguration(CompressionOptions.Section);
        services.AddResponseCompression(compression =>
        {
            // What compression can betray over HTTPS needs a page that makes a browser send requests in the victim's name: nothing here is
            // authenticated by a cookie. See docs/decisions/0023.
            compression.EnableForHttps = true;
            compression.MimeTypes = [.. ResponseCompressionDefaults.MimeTypes, ExportFormat.JsonLinesType, ExportFormat.MarkdownType];
            compression.Providers.Add<ZstdCompressionProvider>();
            compression.Providers.Add<BrotliCompressionProvider>();
            compression.Providers.Add<GzipCompressionProvider>();
        });
        services.Configure<BrotliCompressionProviderOptions>(brotli => brotli.Level = CompressionLevel.Fastest);
        services.Configure<GzipCompressionProviderOptions>(gzip => gzip.Level = CompressionLevel.Fastest);
        services.AddSingleton<IResponseCompressionProvider, LongAnswers>();
        return services;
    }

    public static WebApplication UseCompression(this WebApplication app)
    {
        if (app.Services.GetRequiredService<IOptions<CompressionOptions>>().Value.Enabled)
        {
            app.UseResponseCompression();
        }

        return app;
    }
}
