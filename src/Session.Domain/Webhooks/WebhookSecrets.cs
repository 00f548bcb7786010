using System.Security.Cryptography;

namespace SessionService.Domain.Webhooks;

/// <summary>The secrets of webhooks, as Standard Webhooks writes them.</summary>
public static class WebhookSecrets
{
    public const string Prefix = "whsec_";

    /// <summary>256 bits; Standard Webhooks asks for 192 to 512.</summary>
    public const int Bytes = 32;

    public static byte[] New() => RandomNumberGenerator.GetBytes(Bytes);

    public static string TextOf(ReadOnlySpan<byte> secret) => Prefix + Convert.ToBase64String(secret);
}
