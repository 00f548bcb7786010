using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.Options;
using SessionService.Hosting.Headers;
using SessionService.Hosting.Identity;
using SessionService.Hosting.Problems;

namespace SessionService.Api.Identity;

/// <summary>Refuses requests that did not come through the gateway, where <c>Identity:GatewaySecret</c> is set.</summary>
internal sealed class GatewaySecretCheck(RequestDelegate next, IOptions<IdentityOptions> options)
{
    public const string Header = ServiceHeaders.GatewaySecret;

    public const string Challenge = "Gateway realm=\"session-service\"";

    // Hashes have one length, so the time of the comparison does not reveal the secret's length.
    private readonly byte[]? _expected = options.Value.GatewaySecret is { } secret ? Hash(secret) : null;

    public Task InvokeAsync(HttpContext http)
    {
        if (_expected is null
            || IsOpen(http)
            || CryptographicOperations.FixedTimeEquals(Hash(http.Request.Headers[Header].ToString()), _expected))
        {
            return next(http);
        }

        return UnauthorizedAnswer.WriteAsync(
            http, ProblemCodes.GatewayRequired, "The request must come through the gateway.", Challenge);
    }

    private static bool IsOpen(HttpContext http) => http.GetEndpoint()?.Metadata.GetMetadata<IAllowAnonymous>() is not null;

    private static byte[] Hash(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));
}
