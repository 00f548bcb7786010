namespace SessionService.Application.Webhooks;

/// <summary>Why a delivery failed, in words. What a receiver answered is not told beyond its status: it may be anything.</summary>
public static class DeliveryErrors
{
    /// <summary>The answer was neither 2xx nor a redirect.</summary>
    public const string Status = "status";

    /// <summary>The answer was a redirect, which is not followed.</summary>
    public const string Redirect = "redirect";

    public const string Timeout = "timeout";

    /// <summary>The address may not be reached: it is not public, or http.</summary>
    public const string AddressRefused = "address_refused";

    public const string UnknownHost = "unknown_host";

    public const string Tls = "tls";

    /// <summary>The connection was refused or broke, or the answer was no HTTP.</summary>
    public const string Connection = "connection";

    /// <summary>The stored secret cannot be read with the encryption key of the settings.</summary>
    public const string Secret = "secret_unreadable";

    /// <summary>A fault of the service's own; its log says more.</summary>
    public const string Internal = "internal";

    /// <summary>The webhook was disabled before the event could be told.</summary>
    public const string Disabled = "disabled";

    public static readonly IReadOnlyList<string> All =
    [
        Status, Redirect, Timeout, AddressRefused, UnknownHost, Tls, Connection, Secret, Internal, Disabled,
    ];
}
