using System.ComponentModel.DataAnnotations;
using System.Net;

namespace SessionService.Hosting.Forwarding;

/// <summary>
/// Which proxies are believed when they say where a request comes from. Section <c>ForwardedHeaders</c>. By default none is: the address of
/// a request is that of its connection.
/// </summary>
public sealed class TrustedProxyOptions : IValidatableObject
{
    public const string Section = "ForwardedHeaders";

    /// <summary>Addresses of proxies whose <c>X-Forwarded-For</c> is believed.</summary>
    public string[] KnownProxies { get; set; } = [];

    /// <summary>Networks of such proxies, in CIDR, such as <c>10.0.0.0/8</c>.</summary>
    public string[] KnownNetworks { get; set; } = [];

    /// <summary>How many proxies may stand in a row, and so the most entries of the header that are read. 1, the default, to 10.</summary>
    [Range(1, 10)]
    public int ForwardLimit { get; set; } = 1;

    internal bool IsOn => KnownProxies.Length > 0 || KnownNetworks.Length > 0;

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext) =>
    [
        .. KnownProxies.Where(proxy => !IPAddress.TryParse(proxy, out _)).Select(proxy => new ValidationResult(
            $"ForwardedHeaders:KnownProxies holds '{proxy}', which is no IP address such as 10.0.0.1.")),
        .. KnownNetworks.Where(network => !IPNetwork.TryParse(network, out _)).Select(network => new ValidationResult(
            $"ForwardedHeaders:KnownNetworks holds '{network}', which is no network such as 10.0.0.0/8.")),
    ];
}
