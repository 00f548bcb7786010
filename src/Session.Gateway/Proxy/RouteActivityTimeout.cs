using System.Globalization;
using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.Model;

namespace SessionService.Gateway.Proxy;

/// <summary>
/// Lets a route have an activity timeout of its own, in its metadata. The proxy has one for each cluster. A second cluster for long work
/// would need the same destinations, health checks and secret once more.
/// </summary>
internal sealed class RouteActivityTimeout(RequestDelegate next)
{
    public const string Key = "ActivityTimeout";

    // The proxy counts milliseconds in 32 bits.
    private static readonly TimeSpan Longest = TimeSpan.FromDays(20);

    public Task InvokeAsync(HttpContext http)
    {
        var proxy = http.GetReverseProxyFeature();
        if (proxy.Route.Config.Metadata?.GetValueOrDefault(Key) is { } own && TryRead(own, out var timeout))
        {
            var config = proxy.Cluster.Config;
            var request = (config.HttpRequest ?? ForwarderRequestConfig.Empty) with { ActivityTimeout = timeout };
            http.Features.Set<IReverseProxyFeature>(new ReverseProxyFeature
            {
                Route = proxy.Route,
                Cluster = new ClusterModel(config with { HttpRequest = request }, proxy.Cluster.HttpClient),
                AllDestinations = proxy.AllDestinations,
                AvailableDestinations = proxy.AvailableDestinations,
            });
        }

        return next(http);
    }

    /// <summary>Reads a setting; false where it is no time span, not above zero, or longer than 20 days.</summary>
    public static bool TryRead(string? text, out TimeSpan timeout) =>
        TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out timeout) && timeout > TimeSpan.Zero && timeout <= Longest;
}
