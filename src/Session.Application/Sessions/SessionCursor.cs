using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;

namespace SessionService.Application.Sessions;

/// <summary>
/// A place in a user's list of sessions: after the session that has this value in what the list is sorted by, and this id. As text it is
/// for the client to give back as it came, with the filters and the order it came with.
/// </summary>
/// <param name="Position">Ticks of a time, a number, or ten-billionths of a dollar.</param>
/// <param name="SessionId">The session.</param>
/// <remarks>
/// The text is base64url of version, position, id and a checksum over these and the filters. The checksum finds what was garbled or
/// belongs to another list. It is no signature, and need not be: a place gives access to nothing, the list is the caller's own.
/// </remarks>
public readonly record struct SessionCursor(Int128 Position, Guid SessionId)
{
    private const byte Version = 2;
    private const int PositionAt = 1;
    private const int IdAt = PositionAt + 16;
    private const int ChecksumAt = IdAt + 16;
    private const int ChecksumBytes = 6;

    // A multiple of three: base64 without padding has one spelling for each value then.
    private const int Length = ChecksumAt + ChecksumBytes;

    private const decimal CostUnits = 1e10m;
    private static readonly Int128 MaxCost = (Int128)1e28m;

    public DateTimeOffset Time => new((long)Position, TimeSpan.Zero);

    public long Number => (long)Position;

    /// <summary>USD.</summary>
    public decimal Cost => (decimal)Position / CostUnits;

    public static SessionCursor After(SessionResponse session, SessionSort sort) => new(
        sort switch
        {
            SessionSort.LastActivity => session.LastActivity.UtcTicks,
            SessionSort.MessageCount => session.MessageCount,
            SessionSort.TotalCost => (Int128)(session.TotalCost * CostUnits),
            _ => session.CreatedAt.UtcTicks,
        },
        session.SessionId);

    public string ToText(SessionFilter filter)
    {
        Span<byte> bytes = stackalloc byte[Length];
        bytes[0] = Version;
        BinaryPrimitives.WriteInt128BigEndian(bytes[PositionAt..], Position);
        SessionId.TryWriteBytes(bytes[IdAt..], bigEndian: true, out _);
        WriteChecksum(bytes, filter);
        return Base64Url.EncodeToString(bytes);
    }

    /// <summary>Whether a text is a cursor of the list with these filters and in this order.</summary>
    public static bool TryParse(string text, SessionFilter filter, out SessionCursor cursor)
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
        WriteChecksum(expected, filter);
        var position = BinaryPrimitives.ReadInt128BigEndian(bytes[PositionAt..]);
        if (!bytes.SequenceEqual(expected) || !IsInRange(position, filter.Sort))
        {
            return false;
        }

        cursor = new SessionCursor(position, new Guid(bytes[IdAt..ChecksumAt], bigEndian: true));
        return true;
    }

    // Anybody can compute a checksum.
    private static bool IsInRange(Int128 position, SessionSort sort) => sort switch
    {
        SessionSort.TotalCost => position >= 0 && position < MaxCost,
        SessionSort.MessageCount => position >= 0 && position <= long.MaxValue,
        _ => position >= DateTimeOffset.MinValue.Ticks && position <= DateTimeOffset.MaxValue.Ticks,
    };

    private static void WriteChecksum(Span<byte> bytes, SessionFilter filter)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(bytes[..ChecksumAt]);
        hash.AppendData(JsonSerializer.SerializeToUtf8Bytes(filter));
        hash.GetCurrentHash().AsSpan(0, ChecksumBytes).CopyTo(bytes[ChecksumAt..]);
    }
}
