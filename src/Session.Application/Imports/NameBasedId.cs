using System.Security.Cryptography;
using System.Text;

namespace SessionService.Application.Imports;

/// <summary>Derives ids from names (UUID version 8 over SHA-256), so that data that is imported again gets the same ids.</summary>
internal static class NameBasedId
{
    // The separator of the parts of a name. No id and no stored text contains it.
    private const char Separator = '\0';

    public static Guid Of(params ReadOnlySpan<string> names)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(string.Join(Separator, names)), hash);
        hash[6] = (byte)((hash[6] & 0x0F) | 0x80);
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return new Guid(hash[..16], bigEndian: true);
    }
}
