using System.Text;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Tokens;

namespace SessionService.Hosting.Identity;

/// <summary>Finds everything that is wrong with the settings at once. No message repeats a secret.</summary>
public sealed class IdentityOptionsValidator : IValidateOptions<IdentityOptions>
{
    private const int MinSecretLength = 32;
    private const int MaxSecretLength = 512;

    private static readonly TimeSpan MaxClockSkew = TimeSpan.FromMinutes(5);

    public static readonly IReadOnlyList<string> PublishedKeyAlgorithms =
    [
        SecurityAlgorithms.RsaSha256, SecurityAlgorithms.RsaSha384, SecurityAlgorithms.RsaSha512,
        SecurityAlgorithms.RsaSsaPssSha256, SecurityAlgorithms.RsaSsaPssSha384, SecurityAlgorithms.RsaSsaPssSha512,
        SecurityAlgorithms.EcdsaSha256, SecurityAlgorithms.EcdsaSha384, SecurityAlgorithms.EcdsaSha512,
    ];

    public static readonly IReadOnlyList<string> SharedKeyAlgorithms =
        [SecurityAlgorithms.HmacSha256, SecurityAlgorithms.HmacSha384, SecurityAlgorithms.HmacSha512];

    /// <summary>The algorithms that fit the configured kind of key.</summary>
    public static IReadOnlyList<string> AlgorithmsFor(JwtOptions jwt) =>
        string.IsNullOrEmpty(jwt.SigningKey) ? PublishedKeyAlgorithms : SharedKeyAlgorithms;

    public ValidateOptionsResult Validate(string? name, IdentityOptions options)
    {
        var failures = Failures(options).ToList();
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }

    public static IEnumerable<string> Failures(IdentityOptions options)
    {
        if (!Enum.IsDefined(options.Mode))
        {
            yield return
                $"Identity:Mode must be {nameof(IdentityMode.TrustedHeader)}, {nameof(IdentityMode.Jwt)} or {nameof(IdentityMode.ApiKey)}.";
        }

        if (options.GatewaySecret is { } secret
            && (secret.Length is < MinSecretLength or > MaxSecretLength || !secret.All(character => character is > ' ' and <= '~')))
        {
            yield return
                $"Identity:GatewaySecret must be {MinSecretLength} to {MaxSecretLength} printable ASCII characters without blanks.";
        }

        if (options.Mode == IdentityMode.Jwt)
        {
            foreach (var failure in Failures(options.Jwt))
            {
                yield return failure;
            }
        }
    }

    private static IEnumerable<string> Failures(JwtOptions jwt)
    {
        string?[] keySources = [jwt.Authority, jwt.MetadataAddress, jwt.SigningKey];
        if (keySources.Count(source => !string.IsNullOrEmpty(source)) != 1)
        {
            yield return "One of Identity:Jwt:Authority, Identity:Jwt:MetadataAddress and Identity:Jwt:SigningKey must be given.";
        }

        foreach (var (setting, address) in new[] { ("Authority", jwt.Authority), ("MetadataAddress", jwt.MetadataAddress) })
        {
            if (!string.IsNullOrEmpty(address) && !IsAddress(address, jwt.RequireHttps))
            {
                yield return $"Identity:Jwt:{setting} must be an https address; http is taken with Identity:Jwt:RequireHttps=false.";
            }
        }

        var isShared = !string.IsNullOrEmpty(jwt.SigningKey);
        if (isShared && Encoding.UTF8.GetByteCount(jwt.SigningKey!) < LeastKeyBytes(jwt))
        {
            yield return $"Identity:Jwt:SigningKey must be at least {LeastKeyBytes(jwt)} bytes long.";
        }

        if (isShared && string.IsNullOrWhiteSpace(jwt.Issuer))
        {
            yield return "Identity:Jwt:Issuer must be given with Identity:Jwt:SigningKey.";
        }

        if (string.IsNullOrWhiteSpace(jwt.Audience))
        {
            yield return "Identity:Jwt:Audience must be given.";
        }

        // A key of one kind with an algorithm of the other is how a public key becomes a shared secret.
        var fitting = AlgorithmsFor(jwt);
        if (jwt.Algorithms.Except(fitting, StringComparer.Ordinal).Any())
        {
            yield return $"Identity:Jwt:Algorithms may hold {string.Join(", ", fitting)} with this kind of key.";
        }

        if (string.IsNullOrWhiteSpace(jwt.UserClaim))
        {
            yield return "Identity:Jwt:UserClaim must not be blank.";
        }

        if (jwt.ActAsAnyScope.Any(char.IsWhiteSpace))
        {
            yield return "Identity:Jwt:ActAsAnyScope must be one scope, without blanks.";
        }

        if (jwt.ClockSkew < TimeSpan.Zero || jwt.ClockSkew > MaxClockSkew)
        {
            yield return "Identity:Jwt:ClockSkew must be between 00:00:00 and 00:05:00.";
        }
    }

    // As long as the hash, as RFC 7518 demands.
    private static int LeastKeyBytes(JwtOptions jwt) =>
        jwt.Algorithms.Contains(SecurityAlgorithms.HmacSha512, StringComparer.Ordinal) ? 64
        : jwt.Algorithms.Contains(SecurityAlgorithms.HmacSha384, StringComparer.Ordinal) ? 48
        : 32;

    private static bool IsAddress(string text, bool requireHttps) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri)
        && (uri.Scheme == Uri.UriSchemeHttps || (!requireHttps && uri.Scheme == Uri.UriSchemeHttp));
}
