using Yarp.ReverseProxy.Forwarder;

namespace SessionService.Gateway.Proxy;

internal static class ForwarderErrors
{
    /// <summary>Whether the connection failed before any part of the answer arrived.</summary>
    public static bool IsConnectionFailure(this IForwarderErrorFeature failure) =>
        failure.Error == ForwarderError.Request || failure.IsNeverSent();

    /// <summary>Whether no destination received any part of the request.</summary>
    public static bool IsNeverSent(this IForwarderErrorFeature failure) => failure.Exception switch
    {
        null => failure.Error == ForwarderError.NoAvailableDestinations,
        HttpRequestException exception => exception.HttpRequestError
            is HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError,
        // The handler reports its connect timeout in this way.
        OperationCanceledException { InnerException: TimeoutException } => true,
        _ => false,
    };
}
