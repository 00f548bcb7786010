using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace SessionService.Application.Paging;

/// <summary>
/// A place in a list that is ordered by creation and id. As text it is for the client to give back as it came, with the filters it came with.
/// </summary>
/// <remarks>
/// The text is base64url of version, time, id and a checksum over these and the filters. The checksum finds what was garbled or belongs to
/// another list. It is no signature, and need not be: a place gives access to nothing, the list is the caller's own.
/// </remarks>
public readonly record struct TimeCursor(DateTimeOffset CreatedAt, Guid Id)
{
    private const byte Version = 1;
    private const int TimeAt = 1;
    private const int IdAt = TimeAt + sizeof(long);
    private const int ChecksumAt = IdAt + 16;
    private const int ChecksumBytes = 5;

    // A multiple of three: base64 without padding has one spelling for each value then.
    private const int Length = ChecksumAt + ChecksumBytes;

    /// <param name="filters">What tells this list from others.</param>
    public string ToText(string filters)
    {
        Span<byte> bytes = stackalloc byte[Length];
        bytes[0] = Version;
        BinaryPrimitives.WriteInt64BigEndian(bytes[TimeAt..], CreatedAt.UtcTicks);
        Id.TryWriteBytes(bytes[IdAt..], bigEndian: true, out _);
        WriteChecksum(bytes, filters);
        return Base64Url.EncodeToString(bytes);
    }

    /// <summary>Whether a text is a cursor of the list with these filters.</summary>
    public static bool TryParse(string text, string filters, out TimeCursor cursor)
    {
        cursor = default;
        Span<byte> bytes = stackalloc byte[Length];
        Span<byte> expected = stackalloc byte[Length];
        if (text.Length != Base64Url.GetEncodedLength(Length)
            || !Base64Url.IsValid(text)
            || !Base64Url.TryDecodeFromChars(text, bytes, out var written)
            || written != Length
            || bytes[0] != Version)
        {
            return false;
        }

        bytes.CopyTo(expected);
        WriteChecksum(expected, filters);
        var ticks = BinaryPrimitives.ReadInt64BigEndian(bytes[TimeAt..]);
        if (!bytes.SequenceEqual(expected) || ticks < DateTimeOffset.MinValue.Ticks || ticks > DateTimeOffset.MaxValue.Ticks)
        {
            return false;
        }

        cursor = new TimeCursor(new DateTimeOffset(ticks, TimeSpan.Zero), new Guid(bytes[IdAt..ChecksumAt], bigEndian: true));
        return true;
    }

    private static void WriteChecksum(Span<byte> bytes, string filters)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(bytes[..ChecksumAt]);
        hash.AppendData(Encoding.UTF8.GetBytes(filters));
        hash.GetCurrentHash().AsSpan(0, ChecksumBytes).CopyTo(bytes[ChecksumAt..]);
    }
}
