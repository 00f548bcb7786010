using Microsoft.AspNetCore.Http.Features;
using Yarp.ReverseProxy.Forwarder;

namespace SessionService.Gateway.Proxy;

/// <summary>
/// Repeats a request at another destination when the connection failed before any part of the answer arrived. Only GET and HEAD without a
/// body are repeated, since anything else may have been carried out. The HTTP handler itself repeats reads at the same destination (see
/// <see cref="OnceHttpClientFactory"/>).
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
