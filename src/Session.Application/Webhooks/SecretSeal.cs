using System.Security.Cryptography;
using Microsoft.Extensions.Options;

namespace SessionService.Application.Webhooks;

/// <summary>
/// How secrets are kept. A signature needs the secret itself, so no hash would do. With <see cref="WebhookOptions.EncryptionKey"/> they are
/// encrypted (AES-256-GCM, bound to their webhook), and whoever reads the database alone cannot sign. The first byte tells the form.
/// </summary>
public sealed class SecretSeal(IOptions<WebhookOptions> options)
{
    private const byte Plain = 0;
    private const byte Encrypted = 1;
    private const int NonceBytes = 12;
    private const int TagBytes = 16;

    public byte[] Seal(Guid webhookId, ReadOnlySpan<byte> secret)
    {
        if (Key() is not { } key)
        {
            return [Plain, .. secret];
        }

        var kept = new byte[1 + NonceBytes + TagBytes + secret.Length];
        kept[0] = Encrypted;
        var nonce = kept.AsSpan(1, NonceBytes);
        RandomNumberGenerator.Fill(nonce);
        using var cipher = new AesGcm(key, TagBytes);
        cipher.Encrypt(
            nonce, secret, kept.AsSpan(1 + NonceBytes + TagBytes), kept.AsSpan(1 + NonceBytes, TagBytes), webhookId.ToByteArray());
        return kept;
    }

    /// <summary>The secret; <see langword="null"/> where it was encrypted with another key, or the setting is gone.</summary>
    public byte[]? Open(Guid webhookId, ReadOnlySpan<byte> kept)
    {
        if (kept[0] == Plain)
        {
            return kept[1..].ToArray();
        }

        if (Key() is not { } key)
        {
            return null;
        }

        var secret = new byte[kept.Length - 1 - NonceBytes - TagBytes];
        using var cipher = new AesGcm(key, TagBytes);
        try
        {
            cipher.Decrypt(
                kept.Slice(1, NonceBytes), kept[(1 + NonceBytes + TagBytes)..], kept.Slice(1 + NonceBytes, TagBytes), secret,
                webhookId.ToByteArray());
            return secret;
        }
        catch (AuthenticationTagMismatchException)
        {
            return null;
        }
    }

    private byte[]? Key() => options.Value.EncryptionKey is { Length: > 0 } text ? Convert.FromBase64String(text) : null;
}
