using System.Buffers.Binary;

namespace SessionService.Infrastructure.Announcements;

/// <summary>The payloads of notifications: the sender, and the names of sessions, in base64.</summary>
internal static class Announcement
{
    /// <summary>The channel of LISTEN and NOTIFY.</summary>
    public const string Channel = "session_service_live";

    /// <summary>How many names fit into a payload, which PostgreSQL limits to 8,000 bytes.</summary>
    public const int MaxNames = (MaxBytes - SenderBytes) / NameBytes;

    private const int MaxBytes = 7_900 / 4 * 3;
    private const int SenderBytes = 16;
    private const int NameBytes = 8 + 16;

    public static string Write(Guid sender, ReadOnlySpan<FollowKey> names)
    {
        var bytes = new byte[SenderBytes + (names.Length * NameBytes)];
        sender.TryWriteBytes(bytes);
        var at = SenderBytes;
        foreach (var name in names)
        {
            BinaryPrimitives.WriteUInt64BigEndian(bytes.AsSpan(at), name.User);
            name.SessionId.TryWriteBytes(bytes.AsSpan(at + sizeof(ulong)));
            at += NameBytes;
        }

        return Convert.ToBase64String(bytes);
    }

    /// <summary>The names in a payload; none where the text is no payload, since anybody may notify.</summary>
    public static IReadOnlyList<FollowKey> Read(string payload, out Guid sender)
    {
        var bytes = new byte[payload.Length];
        if (!Convert.TryFromBase64String(payload, bytes, out var length)
            || length < SenderBytes || (length - SenderBytes) % NameBytes != 0)
        {
            sender = Guid.Empty;
            return [];
        }

        sender = new Guid(bytes.AsSpan(0, SenderBytes));
        var names = new List<FollowKey>((length - SenderBytes) / NameBytes);
        for (var at = SenderBytes; at < length; at += NameBytes)
        {
            names.Add(new FollowKey(
                BinaryPrimitives.ReadUInt64BigEndian(bytes.AsSpan(at)), new Guid(bytes.AsSpan(at + sizeof(ulong), 16))));
        }

        return names;
    }
}
