using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;
using SessionService.Gateway.Identity;
using SessionService.Hosting.CrossOrigin;
using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.Transforms;

namespace SessionService.Gateway.Proxy;

/// <summary>The proxy: routes and clusters from the configuration, and the transforms that apply to every request.</summary>
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
                // The X-Forwarded-* headers are set anew; what a client claims about itself is not passed on.
                context.AddRequestHeaderRemove("Forwarded");
                context.AddRequestHeaderRemove("X-Original-For");
                context.AddResponseHeaderRemove(HeaderNames.Server, ResponseCondition.Always);
                if (CrossOriginServices.IsOn(configuration))
                {
                    // The gateway decides which pages may read an answer.
                    foreach (var name in CrossOriginServices.AnswerHeaders)
                    {
                        context.AddResponseHeaderRemove(name, ResponseCondition.Always);
                    }
                }
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
            proxy.Use(RefuseUsersWithoutName);
            proxy.UseMiddleware<DoubledHeaders>();
            proxy.UseMiddleware<RouteActivityTimeout>();
            proxy.UseMiddleware<FailureLog>();
            proxy.UseMiddleware<Retry>();
            proxy.UseLoadBalancing();
            proxy.UsePassiveHealthChecks();
        });
        return app;
    }

    // The proxy's HTTP client would try to open the tunnel and fail, and the health check would count that against the service.
    private static Task RefuseTunnels(HttpContext http, RequestDelegate next)
    {
        if (!HttpMethods.IsConnect(http.Request.Method))
        {
            return next(http);
        }

        http.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
        return Task.CompletedTask;
    }

    // The route of the users service takes every path below, also one whose user is empty. That path is one of the session service's
    // with a part missing.
    private static Task RefuseUsersWithoutName(HttpContext http, RequestDelegate next)
    {
        if (http.Request.Path.Value?.StartsWith("/api/v1/users//", StringComparison.OrdinalIgnoreCase) != true)
        {
            return next(http);
        }

        http.Response.StatusCode = StatusCodes.Status404NotFound;
        return Task.CompletedTask;
    }

    // The proxy adds data protection for session affinity cookies. There are none, so no key is made and stored at start.
    private static void KeepNoKeys(IServiceCollection services) =>
        services.Remove(services.Single(service =>
            service.ServiceType == typeof(IHostedService)
                && service.ImplementationType?.Assembly == typeof(IDataProtectionBuilder).Assembly));

    // The proxy removes the well-known hop-by-hop headers, but not those that a client names in Connection (RFC 9110, 7.6.1).
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

    // Routes are matched with the decoded path, in which only %2F stays encoded. Encoding it again would lose the difference between %2F
    // and %252F, which are two users. So the path is forwarded as it was sent, unless it differs from the matched one (dot segments, a URL
    // in place of a path).
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
