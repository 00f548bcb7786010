using System.ComponentModel;
using SessionService.Hosting.Settings;

namespace SessionService.Hosting.Identity;

/// <summary>How callers are known. Section <c>Identity</c>.</summary>
public sealed class IdentityOptions
{
    public const string Section = "Identity";

    /// <summary>The settings of this section, and the rules among them.</summary>
    public static readonly SettingsSection Settings = SettingsSection.Of<IdentityOptions>(Section, IdentityOptionsValidator.Failures);

    /// <summary>The settings of this section that had another name before.</summary>
    public static readonly RenamedSetting[] Renamed =
        [new("Identity:Jwt:ClockSkewSeconds", "Identity:Jwt:ClockSkew", RenamedSetting.FromSeconds)];

    public IdentityMode Mode { get; set; } = IdentityMode.TrustedHeader;

    /// <summary>
    /// Whether a request about one user's data must name its caller. Off only in closed networks in which services call each other without
    /// a user: a request without a caller then reaches every session. The service reads this setting; the gateway does not.
    /// </summary>
    public bool RequireUser { get; set; } = true;

    /// <summary>
    /// What the gateway sends in <c>X-Gateway-Secret</c>, 32 to 512 printable characters. Once it is set, the service refuses every request
    /// that did not come through the gateway, except those for health.
    /// </summary>
    [PasswordPropertyText(true)]
    public string? GatewaySecret { get; set; }

    /// <summary>Which tokens are taken, where <see cref="Mode"/> is <see cref="IdentityMode.Jwt"/>.</summary>
    public JwtOptions Jwt { get; set; } = new();
}

public enum IdentityMode
{
    /// <summary>The request names its caller, and is believed: whoever can reach the service must be trusted.</summary>
    TrustedHeader,

    /// <summary>A signed bearer token names the caller.</summary>
    Jwt,

    /// <summary>A key of the service's own names the caller. It is sent as a bearer token. The gateway passes it on unchecked.</summary>
    ApiKey,
}

/// <summary>
/// Which tokens are taken. Section <c>Identity:Jwt</c>. The keys come from one of authority, metadata address and signing key.
/// </summary>
public sealed class JwtOptions
{
    /// <summary>The issuer's address; its keys are found by <c>/.well-known/openid-configuration</c>.</summary>
    public string? Authority { get; set; }

    /// <summary>The address of the issuer's metadata, where it does not follow from <see cref="Authority"/>.</summary>
    public string? MetadataAddress { get; set; }

    /// <summary>Whether the service fetches the issuer's keys over https only.</summary>
    public bool RequireHttps { get; set; } = true;

    /// <summary>
    /// A key that issuer and service share, in place of an issuer's published ones: at least 32 bytes of UTF-8, 64 for HS512.
    /// </summary>
    [PasswordPropertyText(true)]
    public string? SigningKey { get; set; }

    /// <summary>The <c>iss</c> that tokens must have. Not needed where the issuer's metadata name it.</summary>
    public string? Issuer { get; set; }

    /// <summary>The <c>aud</c> that tokens must have.</summary>
    public string? Audience { get; set; }

    /// <summary>The accepted signature algorithms. The default depends on the kind of key, published or shared.</summary>
    public string[] Algorithms { get; set; } = [];

    /// <summary>The claim that holds the user's id.</summary>
    public string UserClaim { get; set; } = "sub";

    /// <summary>The scope with which a token may act for any user. Empty: no token may.</summary>
    public string ActAsAnyScope { get; set; } = "sessions:act-as-any";

    /// <summary>By how much the clocks of issuer and service may differ. 0 to 5 minutes.</summary>
    public TimeSpan ClockSkew { get; set; } = TimeSpan.FromSeconds(30);
}
