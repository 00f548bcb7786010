using Microsoft.AspNetCore.Http.Features;
using Yarp.ReverseProxy.Forwarder;

namespace SessionService.Gateway.Proxy;

/// <summary>
/// Sends a request whose connection failed before any of the answer came to another destination, if there is one. Only what reads, without
/// a body: whatever else may have been carried out. (To the same destination the handler itself sends a read again; see
/// <see cref="OnceHttpClientFactory"/>.)
/// </summary>
internal sealed class Retry(RequestDelegate next)
{
    public async Task InvokeAsync(HttpContext http)
    {
        var proxy = http.GetReverseProxyFeature();
        var destinations = proxy.AvailableDestinations;
        await next(http);

        if (!MayBeSentAgain(http) || http.Features.Get<IForwarderErrorFeature>() is not { } failure || !failure.IsConnectionFailure())
        {
            return;
        }

        var others = destinations.Where(destination => destination != proxy.ProxiedDestination).ToList();
        if (others.Count == 0)
        {
            return;
        }

        proxy.AvailableDestinations = others;
        http.Features.Set<IForwarderErrorFeature>(null);
        http.Response.Clear();
        await next(http);
    }

    private static bool MayBeSentAgain(HttpContext http) =>
        (HttpMethods.IsGet(http.Request.Method) || HttpMethods.IsHead(http.Request.Method))
        && http.Features.Get<IHttpRequestBodyDetectionFeature>() is { CanHaveBody: false }
        && !http.Response.HasStarted
        && !http.RequestAborted.IsCancellationRequested;
}
