using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace SessionService.Infrastructure.Announcements;

/// <summary>
/// The name of a session in announcements. The user is a hash, since the database may log what is sent. Two users with the same hash would
/// wake each other's followers, who then find nothing new.
/// </summary>
internal readonly record struct FollowKey(ulong User, Guid SessionId)
{
    public static FollowKey Of(string userId, Guid sessionId) => new(HashOf(userId), sessionId);

    public static ulong HashOf(string userId)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(userId), hash);
        return BinaryPrimitives.ReadUInt64BigEndian(hash);
    }
}
