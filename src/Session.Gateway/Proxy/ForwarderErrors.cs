using Yarp.ReverseProxy.Forwarder;

namespace SessionService.Gateway.Proxy;

internal static class ForwarderErrors
{
    /// <summary>Whether the connection failed before any of the answer came.</summary>
    public static bool IsConnectionFailure(this IForwarderErrorFeature failure) =>
        failure.Error == ForwarderError.Request || failure.IsNeverSent();

    /// <summary>Whether no destination got anything of the request.</summary>
    public static bool IsNeverSent(this IForwarderErrorFeature failure) => failure.Exception switch
    {
        null => failure.Error == ForwarderError.NoAvailableDestinations,
        HttpRequestException exception => exception.HttpRequestError
            is HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError,
        // This is how a handler reports its connect timeout.
        OperationCanceledException { InnerException: TimeoutException } => true,
        _ => false,
    };
}
