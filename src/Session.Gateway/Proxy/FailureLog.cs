using Yarp.ReverseProxy.Forwarder;

namespace SessionService.Gateway.Proxy;

/// <summary>Logs failed forwards without the request's path and the exception's message: both may hold users' data.</summary>
internal sealed partial class FailureLog(RequestDelegate next, ILogger<FailureLog> logger)
{
    public async Task InvokeAsync(HttpContext http)
    {
        await next(http);
        if (http.Features.Get<IForwarderErrorFeature>() is not { } failure || http.RequestAborted.IsCancellationRequested)
        {
            return;
        }

        var reason = failure.Exception is HttpRequestException exception
            ? exception.HttpRequestError.ToString()
            : failure.Exception?.GetType().Name;
        var proxy = http.GetReverseProxyFeature();
        LogFailure(proxy.Cluster.Config.ClusterId, proxy.ProxiedDestination?.DestinationId, failure.Error, reason);
    }

    [LoggerMessage(EventId = 1, Level = LogLevel.Warning, Message = "A request to {Cluster} ({Destination}) failed: {Error}, {Reason}")]
    private partial void LogFailure(string cluster, string? destination, ForwarderError error, string? reason);
}
