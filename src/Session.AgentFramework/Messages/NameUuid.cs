using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace SessionService.AgentFramework;

/// <summary>UUIDs of version 5 (RFC 9562): the same name gives the same id.</summary>
internal static class NameUuid
{
    [SuppressMessage("Security", "CA5350", Justification = "RFC 9562 defines version 5 by SHA-1; nothing is secured by it.")]
    public static Guid Of(Guid space, string name)
    {
        Span<byte> hash = stackalloc byte[SHA1.HashSizeInBytes];
        SHA1.HashData([.. space.ToByteArray(bigEndian: true), .. Encoding.UTF8.GetBytes(name)], hash);
        hash[6] = (byte)((hash[6] & 0x0F) | 0x50);
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return new Guid(hash[..16], bigEndian: true);
    }
}
