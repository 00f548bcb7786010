using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;
using SessionService.Gateway.Identity;
using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.Transforms;

namespace SessionService.Gateway.Proxy;

/// <summary>The proxy: routes and clusters from the configuration, and what every request has in common.</summary>
internal static class ProxyServices
{
    public static IServiceCollection AddProxy(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddReverseProxy()
            .LoadFromConfig(configuration.GetSection("ReverseProxy"))
            .AddTransforms(context =>
            {
                context.AddRequestTransform(RemoveHopHeaders);
                context.AddRequestTransform(KeepPathAsSent);
                // Its successors X-Forwarded-* are set anew; nothing that a client says of itself is passed on.
                context.AddRequestHeaderRemove("Forwarded");
                context.AddResponseHeaderRemove(HeaderNames.Server, ResponseCondition.Always);
            })
            .AddTransforms<CallerTransform>();
        services.AddSingleton<IForwarderHttpClientFactory, OnceHttpClientFactory>();
        KeepNoKeys(services);
        return services;
    }

    public static WebApplication MapProxy(this WebApplication app)
    {
        app.MapReverseProxy(proxy =>
        {
            proxy.Use(RefuseTunnels);
            proxy.UseMiddleware<FailureLog>();
            proxy.UseMiddleware<Retry>();
            proxy.UseLoadBalancing();
            proxy.UsePassiveHealthChecks();
        });
        return app;
    }

    // A client of ours would try to open one, fail, and the service would pass for broken.
    private static Task RefuseTunnels(HttpContext http, RequestDelegate next)
    {
        if (!HttpMethods.IsConnect(http.Request.Method))
        {
            return next(http);
        }

        http.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
        return Task.CompletedTask;
    }

    // The proxy can keep clients at one destination by a cookie. There is none, and so at start no key for it need be made and stored.
    private static void KeepNoKeys(IServiceCollection services) =>
        services.Remove(services.Single(service =>
            service.ServiceType == typeof(IHostedService)
                && service.ImplementationType?.Assembly == typeof(IDataProtectionBuilder).Assembly));

    // The proxy leaves out the headers that always end at a hop, and not those that a client declares to (RFC 9110, 7.6.1).
    private static ValueTask RemoveHopHeaders(RequestTransformContext context)
    {
        foreach (var name in context.HttpContext.Request.Headers.GetCommaSeparatedValues(HeaderNames.Connection))
        {
            if (context.ProxyRequest.Headers.NonValidated.Contains(name))
            {
                context.ProxyRequest.Headers.Remove(name);
            }
        }

        return ValueTask.CompletedTask;
    }

    // The path that routes are matched with is decoded but for %2F, and cannot be encoded again without loss: %2F and %252F
    // are two users. So the path goes on as it was sent, unless what was sent is not what was matched (dot segments, a URL in place of a
    // path).
    private static ValueTask KeepPathAsSent(RequestTransformContext context)
    {
        var request = context.HttpContext.Request;
        var target = context.HttpContext.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        var sent = target.Split('?', 2)[0];
        if (sent.StartsWith('/')
            && sent.All(IsPathCharacter)
            && PathString.FromUriComponent(sent).Equals(request.Path, StringComparison.Ordinal))
        {
            var exactly = new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true };
            context.ProxyRequest.RequestUri = new Uri(context.DestinationPrefix.TrimEnd('/') + sent + request.QueryString, exactly);
        }

        return ValueTask.CompletedTask;
    }

    // RFC 3986, 3.3.
    private static bool IsPathCharacter(char c) =>
        char.IsAsciiLetterOrDigit(c) || "/%-._~!$&'()*+,;=:@".Contains(c, StringComparison.Ordinal);
}
