using System.Security.Cryptography;
using System.Text;

namespace SessionService.Infrastructure.Webhooks;

/// <summary>The signature of Standard Webhooks: HMAC-SHA256 of id, time and payload, with dots between them.</summary>
internal static class WebhookSignature
{
    /// <summary>The value of <c>webhook-signature</c>: one signature for each secret, with blanks between them.</summary>
    public static string Of(string id, long timestamp, byte[] payload, IEnumerable<byte[]> secrets) =>
        string.Join(' ', secrets.Select(secret => $"v1,{Convert.ToBase64String(Sign(id, timestamp, payload, secret))}"));

    private static byte[] Sign(string id, long timestamp, byte[] payload, byte[] secret)
    {
        using var hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, secret);
        hmac.AppendData(Encoding.UTF8.GetBytes($"{id}.{timestamp}."));
        hmac.AppendData(payload);
        return hmac.GetHashAndReset();
    }
}
