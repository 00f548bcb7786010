using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace SessionService.IntegrationTests.Attachments;

/// <summary>An S3-compatible service that keeps objects in memory, and fails where a test wants it.</summary>
internal sealed class StubBucket : IAsyncDisposable
{
    private readonly WebApplication _app;

    private StubBucket(WebApplication app) => _app = app;

    public Uri Address => new(_app.Urls.Single());

    /// <summary>The objects by their paths, which begin with the bucket.</summary>
    public ConcurrentDictionary<string, byte[]> Objects { get; } = new(StringComparer.Ordinal);

    /// <summary>Methods that are refused, such as <c>DELETE</c>.</summary>
    public ConcurrentDictionary<string, bool> Refused { get; } = new(StringComparer.Ordinal);

    /// <summary>Whether a refused write is kept all the same, as where the answer is lost.</summary>
    public bool KeepsRefused { get; set; }

    public static async Task<StubBucket> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var stub = new StubBucket(builder.Build());
        stub._app.Run(stub.AnswerAsync);
        await stub._app.StartAsync();
        return stub;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    private async Task AnswerAsync(HttpContext http)
    {
        var path = http.Request.Path.Value!;
        var isSigned = http.Request.Headers.Authorization.ToString().StartsWith("AWS4-HMAC-SHA256 Credential=key/", StringComparison.Ordinal);
        var isRefused = !isSigned || Refused.ContainsKey(http.Request.Method);
        switch (http.Request.Method)
        {
            case "PUT":
                using (var body = new MemoryStream())
                {
                    await http.Request.Body.CopyToAsync(body);
                    if (!isRefused || KeepsRefused)
                    {
                        Objects[path] = body.ToArray();
                    }
                }

                break;

            case "DELETE" when !isRefused:
                Objects.TryRemove(path, out _);
                http.Response.StatusCode = StatusCodes.Status204NoContent;
                return;
        }

        if (isRefused)
        {
            await FailAsync(http, StatusCodes.Status403Forbidden, "AccessDenied");
        }
        else if (http.Request.Method == "PUT")
        {
            http.Response.Headers.ETag = "\"0\"";
        }
        else if (Objects.TryGetValue(path, out var bytes))
        {
            var range = http.Request.Headers.Range.ToString().Replace("bytes=", "", StringComparison.Ordinal).Split('-');
            var (from, to) = (int.Parse(range[0], CultureInfo.InvariantCulture), int.Parse(range[1], CultureInfo.InvariantCulture));
            http.Response.StatusCode = StatusCodes.Status206PartialContent;
            http.Response.ContentLength = to - from + 1;
            http.Response.Headers.ContentRange = $"bytes {from}-{to}/{bytes.Length}";
            await http.Response.Body.WriteAsync(bytes.AsMemory(from, to - from + 1));
        }
        else
        {
            await FailAsync(http, StatusCodes.Status404NotFound, "NoSuchKey");
        }
    }

    private static Task FailAsync(HttpContext http, int status, string code)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = "application/xml";
        return http.Response.WriteAsync($"<Error><Code>{code}</Code><Message>No.</Message></Error>");
    }
}
