using System.Buffers;
using System.Buffers.Binary;

namespace SessionService.Infrastructure.Messages.Packed;

/// <summary>
/// The ids of a segment's messages. They are stored beside the compressed body, where statements find them. If all are of version 7, as
/// the service makes them, only their random ends are: their times are close to those of the messages, and compress well in the body.
/// </summary>
internal static class MessageIds
{
    public const int FullWidth = 16;

    /// <summary>An id of version 7 without its 48 bits of time.</summary>
    public const int EndWidth = 10;

    private const int Version = 7;

    public static int WidthOf(IEnumerable<Guid> ids) => ids.All(id => id.Version == Version) ? EndWidth : FullWidth;

    /// <summary>The last bytes of each id.</summary>
    public static byte[] Ends(IReadOnlyCollection<Guid> ids, int width)
    {
        var ends = new ArrayBufferWriter<byte>(ids.Count * width);
        Span<byte> bytes = stackalloc byte[FullWidth];
        foreach (var id in ids)
        {
            id.TryWriteBytes(bytes, bigEndian: true, out _);
            ends.Write(bytes[^width..]);
        }

        return ends.WrittenSpan.ToArray();
    }

    /// <summary>The milliseconds since 1970 that an id of version 7 begins with.</summary>
    public static long TimeOf(Guid id)
    {
        Span<byte> bytes = stackalloc byte[FullWidth];
        id.TryWriteBytes(bytes, bigEndian: true, out _);
        return (long)(BinaryPrimitives.ReadUInt64BigEndian(bytes) >> 16);
    }

    /// <summary>The id of an end, and of a time where the end is not all.</summary>
    public static Guid Join(long time, ReadOnlySpan<byte> end)
    {
        Span<byte> bytes = stackalloc byte[FullWidth];
        BinaryPrimitives.WriteInt64BigEndian(bytes, time << 16);
        end.CopyTo(bytes[^end.Length..]);
        return new Guid(bytes, bigEndian: true);
    }
}
