using System.Buffers.Text;
using System.Security.Cryptography;

namespace SessionService.Domain.Keys;

/// <summary>
/// The text of a key, as a client sends it: <c>sk-</c>, the id as 32 hexadecimal digits, a hyphen, and 48 characters of base64url with the
/// secret and a checksum. Tools that search files for secrets can recognize the form. With the checksum they can also tell a key from a
/// text that only looks like one, and the service refuses a mistyped key without asking the database.
/// </summary>
public static class KeyText
{
    public const string Prefix = "sk-";

    /// <summary>256 bits, which nobody can guess.</summary>
    public const int SecretBytes = 32;

    // Secret and checksum together are a multiple of three bytes, so that base64 without padding has exactly one text for each value.
    private const int ChecksumBytes = 4;
    private const int IdLength = 32;
    private const int TailLength = (SecretBytes + ChecksumBytes) / 3 * 4;
    private const int Length = 3 + IdLength + 1 + TailLength;

    public static byte[] NewSecret() => RandomNumberGenerator.GetBytes(SecretBytes);

    public static byte[] Hash(ReadOnlySpan<byte> secret) => SHA256.HashData(secret);

    public static string Of(Guid keyId, ReadOnlySpan<byte> secret)
    {
        Span<byte> tail = stackalloc byte[SecretBytes + ChecksumBytes];
        secret.CopyTo(tail);
        WriteChecksum(keyId, secret, tail[SecretBytes..]);
        return $"{Prefix}{keyId:N}-{Base64Url.EncodeToString(tail)}";
    }

    /// <summary>Reads id and secret from a text; false where the text has not the form of a key.</summary>
    /// <param name="secret">Room for the secret.</param>
    public static bool TryParse(string text, out Guid keyId, Span<byte> secret)
    {
        keyId = Guid.Empty;
        Span<byte> tail = stackalloc byte[SecretBytes + ChecksumBytes];
        if (text.Length != Length
            || !text.StartsWith(Prefix, StringComparison.Ordinal)
            || !Guid.TryParseExact(text.AsSpan(Prefix.Length, IdLength), "N", out keyId)
            || !Base64Url.IsValid(text.AsSpan(Length - TailLength))
            || !Base64Url.TryDecodeFromChars(text.AsSpan(Length - TailLength), tail, out var written)
            || written != tail.Length)
        {
            return false;
        }

        tail[..SecretBytes].CopyTo(secret);
        return string.Equals(text, Of(keyId, secret), StringComparison.Ordinal);
    }

    private static void WriteChecksum(Guid keyId, ReadOnlySpan<byte> secret, Span<byte> checksum)
    {
        Span<byte> id = stackalloc byte[16];
        keyId.TryWriteBytes(id, bigEndian: true, out _);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(id);
        hash.AppendData(secret);
        hash.GetCurrentHash().AsSpan(0, checksum.Length).CopyTo(checksum);
    }
}
