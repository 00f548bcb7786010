using System.Collections.Frozen;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Net.Http.Headers;
using SessionService.Hosting.Headers;
using SessionService.Hosting.Problems;

namespace SessionService.Hosting.Server;

/// <summary>
/// The limits of a request's line and headers. They are the same on both ports. Kestrel's own limits are wider, because Kestrel refuses
/// without a problem document, and because the service must have room for what a gateway adds to a request.
/// </summary>
public static class RequestHeads
{
    private const int MaxLineBytes = 32 * 1024;
    private const int MaxHeaderBytes = 32 * 1024;
    private const int MaxHeaders = 100;

    // Besides the target, a request line has the method, two spaces, the version and a line break.
    private const int VersionBytes = 12;

    // Besides its name and its value, a header line has a colon, a space and a line break.
    private const int SeparatorBytes = 4;

    // What a gateway adds or replaces does not count: the client did not send it.
    private static readonly FrozenSet<string> OfGateways = new[]
    {
        ServiceHeaders.UserId, ServiceHeaders.GatewaySecret, "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", HeaderNames.Expect,
        HeaderNames.TraceParent,
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <param name="kestrel">The server.</param>
    /// <param name="isBehindGateway">Whether a gateway with these limits may stand in front, and add headers of its own.</param>
    public static void Configure(KestrelServerOptions kestrel, bool isBehindGateway)
    {
        kestrel.AddServerHeader = false;
        // Kestrel would refuse a header that is not UTF-8 without a problem document. Latin-1 keeps the bytes for the code that reads the
        // header.
        kestrel.RequestHeaderEncodingSelector = _ => Encoding.Latin1;
        kestrel.Limits.RequestHeadersTimeout = Patience;
        var room = isBehindGateway ? 3 : 2;
        kestrel.Limits.MaxRequestLineSize = room * MaxLineBytes;
        kestrel.Limits.MaxRequestHeadersTotalSize = room * MaxHeaderBytes;
        kestrel.Limits.Http2.MaxRequestHeaderFieldSize = room * MaxHeaderBytes;
        kestrel.Limits.MaxRequestHeaderCount = room * MaxHeaders;
    }

    /// <summary>Refuses longer lines and headers. Call this after CORS, and before whatever does work for a request.</summary>
    public static WebApplication UseRequestHeadLimits(this WebApplication app)
    {
        app.Use((http, next) => Refusal(http) is { } problem ? ProblemFactory.WriteAsync(http, problem, http.RequestAborted) : next(http));
        return app;
    }

    private static Problem? Refusal(HttpContext http)
    {
        var target = http.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        if (http.Request.Method.Length + target.Length + VersionBytes > MaxLineBytes)
        {
            return ProblemFactory.Create(
                http,
                StatusCodes.Status414UriTooLong,
                ProblemCodes.UriTooLong,
                $"The request line must be at most {MaxLineBytes} bytes long.");
        }

        var (count, bytes) = Measure(http.Request.Headers);
        return count <= MaxHeaders && bytes <= MaxHeaderBytes
            ? null
            : ProblemFactory.Create(
                http,
                StatusCodes.Status431RequestHeaderFieldsTooLarge,
                ProblemCodes.HeadersTooLarge,
                $"The headers must be at most {MaxHeaders}, and at most {MaxHeaderBytes} bytes long together.");
    }

    private static (int Count, int Bytes) Measure(IHeaderDictionary headers)
    {
        var (count, bytes) = (0, 0);
        foreach (var (name, values) in headers)
        {
            if (OfGateways.Contains(name))
            {
                continue;
            }

            count += values.Count;
            foreach (var value in values)
            {
                bytes += name.Length + (value?.Length ?? 0) + SeparatorBytes;
            }
        }

        return (count, bytes);
    }
}
