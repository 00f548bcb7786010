using System.Buffers.Binary;

namespace SessionService.Api.Imports;

/// <summary>
/// Reads how many files a zip has from its end, before the list of them is read: reading that takes memory for each file. The places are
/// those of PKWARE's APPNOTE, 4.3.14 to 4.3.16.
/// </summary>
internal static class ZipDirectory
{
    private const int EndLength = 22;
    private const int MaxCommentLength = ushort.MaxValue;
    private const int LocatorLength = 20;
    private const int LongEndLength = 56;

    // The shortest entry of the list.
    private const int MinEntryLength = 46;

    /// <summary>The number of files, or how many there may be by the size of the list; <see langword="null"/> where it is no zip.</summary>
    public static long? CountEntries(Stream file)
    {
        var tail = Read(file, Math.Max(0, file.Length - EndLength - MaxCommentLength - LocatorLength), file.Length);
        var end = tail.AsSpan().LastIndexOf("PK\u0005\u0006"u8);
        if (end < 0 || end + EndLength > tail.Length)
        {
            return null;
        }

        long entries = BinaryPrimitives.ReadUInt16LittleEndian(tail.AsSpan(end + 10));
        long size = BinaryPrimitives.ReadUInt32LittleEndian(tail.AsSpan(end + 12));
        if (end >= LocatorLength && tail.AsSpan(end - LocatorLength).StartsWith("PK\u0006\u0007"u8))
        {
            var at = BinaryPrimitives.ReadInt64LittleEndian(tail.AsSpan(end - LocatorLength + 8));
            var longEnd = at >= 0 && at <= file.Length - LongEndLength ? Read(file, at, at + LongEndLength) : [];
            if (!longEnd.AsSpan().StartsWith("PK\u0006\u0006"u8))
            {
                return null;
            }

            entries = BinaryPrimitives.ReadInt64LittleEndian(longEnd.AsSpan(32));
            size = BinaryPrimitives.ReadInt64LittleEndian(longEnd.AsSpan(40));
        }

        return entries < 0 || size < 0 ? null : Math.Max(entries, Math.Min(size, file.Length) / (MinEntryLength * 8));
    }

    private static byte[] Read(Stream file, long from, long to)
    {
        var bytes = new byte[to - from];
        file.Position = from;
        file.ReadExactly(bytes);
        file.Position = 0;
        return bytes;
    }
}
