using System.Net.Http.Headers;
using System.Text;
using Microsoft.Extensions.Options;
using SessionService.Hosting.Headers;
using SessionService.Hosting.Identity;
using Yarp.ReverseProxy.Transforms;
using Yarp.ReverseProxy.Transforms.Builder;

namespace SessionService.Gateway.Identity;

/// <summary>
/// Adds two headers to forwarded requests: the caller, for all services, and the gateway's secret, for the session service. With keys the
/// session service finds the caller: it gets <c>Authorization</c> and <c>X-User-Id</c> as they came.
/// </summary>
internal sealed class CallerTransform(IOptions<IdentityOptions> options) : ITransformProvider
{
    private const string SessionCluster = "sessions";

    public void ValidateRoute(TransformRouteValidationContext context)
    {
    }

    public void ValidateCluster(TransformClusterValidationContext context)
    {
    }

    public void Apply(TransformBuilderContext context)
    {
        var identity = options.Value;
        var isForSessions = string.Equals(context.Cluster?.ClusterId, SessionCluster, StringComparison.OrdinalIgnoreCase);
        var secret = isForSessions ? identity.GatewaySecret : null;
        context.AddRequestTransform(request =>
        {
            var headers = request.ProxyRequest.Headers;
            headers.Remove(ServiceHeaders.GatewaySecret);
            if (!string.IsNullOrEmpty(secret))
            {
                headers.Add(ServiceHeaders.GatewaySecret, secret);
            }

            if (identity.Mode == IdentityMode.Jwt)
            {
                SetUser(headers, request.HttpContext.Features.Get<TokenCaller>());
            }
            else if (identity.Mode == IdentityMode.ApiKey && !isForSessions)
            {
                // Nobody has checked whether the key may act for this user, and the other services know no keys.
                headers.Remove(ServiceHeaders.UserId);
            }

            return ValueTask.CompletedTask;
        });
    }

    private static void SetUser(HttpRequestHeaders headers, TokenCaller? caller)
    {
        if (caller is { UserId: null })
        {
            // A token that may act for any user: the header names the user.
            return;
        }

        headers.Remove(ServiceHeaders.UserId);
        if (caller is { UserId: { } user })
        {
            // Headers are sent as Latin-1. This text has one character per byte of the id's UTF-8, so the service receives UTF-8.
            headers.TryAddWithoutValidation(ServiceHeaders.UserId, Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(user)));
        }
    }
}
