using System.IO.Compression;
using Microsoft.AspNetCore.ResponseCompression;
using Microsoft.Extensions.Options;
using SessionService.Api.Exports;

namespace SessionService.Api.Compression;

/// <summary>Compresses long answers with zstd, Brotli or gzip, as the client accepts.</summary>
internal static class CompressionServices
{
    public static IServiceCollection AddCompression(this IServiceCollection services)
    {
        services.AddOptions<CompressionOptions>().BindConfiguration(CompressionOptions.Section);
        services.AddResponseCompression(compression =>
        {
            // Attacks on compression over HTTPS (BREACH) need a web page that makes a browser send authenticated requests. That takes
            // cookies, and nothing here is authenticated by a cookie. See docs/decisions/0023.
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
