using System.Text;
using Microsoft.Extensions.Options;

namespace SessionService.Gateway.Identity;

internal enum IdentityMode
{
    /// <summary>The caller's <c>X-User-Id</c> is passed on: for development, and behind another gateway that sets it.</summary>
    TrustedHeader,

    /// <summary>The caller is the user of a verified bearer token.</summary>
    Jwt,
}

/// <summary>How callers are known. Section <c>Identity</c>; the service has the same names for the same things.</summary>
internal sealed class IdentityOptions
{
    public const string Section = "Identity";

    public IdentityMode Mode { get; set; }

    /// <summary>Tells the service that a request comes from this gateway.</summary>
    public string? GatewaySecret { get; set; }

    public JwtOptions Jwt { get; set; } = new();
}

/// <summary>Which bearer tokens are taken. Section <c>Identity:Jwt</c>. The keys come from one of authority, metadata address and signing key.</summary>
internal sealed class JwtOptions
{
    /// <summary>The issuer's address, whose discovery document names its keys.</summary>
    public string? Authority { get; set; }

    /// <summary>The address of the discovery document, where it is another.</summary>
    public string? MetadataAddress { get; set; }

    /// <summary>Whether the issuer may be asked over HTTPS alone.</summary>
    public bool RequireHttps { get; set; } = true;

    /// <summary>A key shared with the issuer, in place of published ones: at least 32 bytes of UTF-8.</summary>
    public string? SigningKey { get; set; }

    /// <summary>The <c>iss</c> of tokens. Where there is a discovery document, it says it.</summary>
    public string? Issuer { get; set; }

    /// <summary>The <c>aud</c> of tokens.</summary>
    public string? Audience { get; set; }

    /// <summary>The algorithms of signatures; empty for those that fit the kind of key.</summary>
    public string[] Algorithms { get; set; } = [];

    /// <summary>The claim that holds the user's id.</summary>
    public string UserClaim { get; set; } = "sub";

    /// <summary>The scope with which a token may act for any user, named by <c>X-User-Id</c>; empty where none may.</summary>
    public string ActAsAnyScope { get; set; } = "sessions:act-as-any";

    /// <summary>By how much clocks may differ, seconds.</summary>
    public int ClockSkewSeconds { get; set; } = 30;
}

/// <summary>Finds all that is wrong with the settings at once.</summary>
internal sealed class IdentityOptionsValidator : IValidateOptions<IdentityOptions>
{
    private const int MinKeyBytes = 32;
    private const int MinSecretLength = 32;
    private const int MaxSecretLength = 512;
    private const int MaxClockSkewSeconds = 300;

    public ValidateOptionsResult Validate(string? name, IdentityOptions options)
    {
        var errors = new List<string>();
        if (options.GatewaySecret is { } secret
            && (secret.Length is < MinSecretLength or > MaxSecretLength || secret.Any(c => c is <= ' ' or > '~')))
        {
            errors.Add($"Identity:GatewaySecret must be {MinSecretLength} to {MaxSecretLength} printable ASCII characters without blanks.");
        }

        if (options.Mode == IdentityMode.Jwt)
        {
            errors.AddRange(Validate(options.Jwt));
        }

        return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);
    }

    private static IEnumerable<string> Validate(JwtOptions jwt)
    {
        if (new[] { jwt.Authority, jwt.MetadataAddress, jwt.SigningKey }.Count(source => !string.IsNullOrEmpty(source)) != 1)
        {
            yield return "One of Identity:Jwt:Authority, Identity:Jwt:MetadataAddress and Identity:Jwt:SigningKey must be given.";
        }

        foreach (var address in new[] { jwt.Authority, jwt.MetadataAddress }.Where(address => !string.IsNullOrEmpty(address)))
        {
            if (!Uri.TryCreate(address, UriKind.Absolute, out var uri) || (uri.Scheme != Uri.UriSchemeHttps && (jwt.RequireHttps || uri.Scheme != Uri.UriSchemeHttp)))
            {
                yield return "The issuer's address must be an https address; http is taken with Identity:Jwt:RequireHttps=false.";
            }
        }

        if (!string.IsNullOrEmpty(jwt.SigningKey) && Encoding.UTF8.GetByteCount(jwt.SigningKey) < MinKeyBytes)
        {
            yield return $"Identity:Jwt:SigningKey must have at least {MinKeyBytes} bytes.";
        }

        if (!string.IsNullOrEmpty(jwt.SigningKey) && string.IsNullOrWhiteSpace(jwt.Issuer))
        {
            yield return "Identity:Jwt:Issuer must be given with Identity:Jwt:SigningKey.";
        }

        if (string.IsNullOrWhiteSpace(jwt.Audience))
        {
            yield return "Identity:Jwt:Audience must be given.";
        }

        // A key of one kind with an algorithm of the other is how a public key becomes a shared secret.
        if (jwt.Algorithms.Except(BearerTokens.AlgorithmsFor(jwt), StringComparer.Ordinal).Any())
        {
            yield return $"Identity:Jwt:Algorithms may hold {string.Join(", ", BearerTokens.AlgorithmsFor(jwt))} with this kind of key.";
        }

        if (string.IsNullOrWhiteSpace(jwt.UserClaim))
        {
            yield return "Identity:Jwt:UserClaim must not be blank.";
        }

        if (jwt.ClockSkewSeconds is < 0 or > MaxClockSkewSeconds)
        {
            yield return $"Identity:Jwt:ClockSkewSeconds must be between 0 and {MaxClockSkewSeconds}.";
        }
    }
}
