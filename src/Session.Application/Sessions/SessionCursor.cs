using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using SessionService.Domain.Sessions;

namespace SessionService.Application.Sessions;

/// <summary>
/// A place in a user's list of sessions: after the session that was created then and has this id. As text it is for the client to
/// give back as it came, with the filters it came with.
/// </summary>
/// <remarks>
/// The text is base64url of version, time, id and a checksum over these and the filters. The checksum finds what was garbled or
/// belongs to another list. It is no signature, and need not be: a place gives access to nothing, the list is the caller's own.
/// </remarks>
public readonly record struct SessionCursor(DateTimeOffset CreatedAt, Guid SessionId)
{
    private const byte Version = 1;
    private const int TimeAt = 1;
    private const int IdAt = TimeAt + sizeof(long);
    private const int ChecksumAt = IdAt + 16;
    private const int ChecksumBytes = 5;

    // A multiple of three: base64 without padding has one spelling for each value then.
    private const int Length = ChecksumAt + ChecksumBytes;

    public static SessionCursor After(Session session) => new(session.CreatedAt, session.SessionId);

    public string ToText(SessionFilter filter)
    {
        Span<byte> bytes = stackalloc byte[Length];
        bytes[0] = Version;
        BinaryPrimitives.WriteInt64BigEndian(bytes[TimeAt..], CreatedAt.UtcTicks);
        SessionId.TryWriteBytes(bytes[IdAt..], bigEndian: true, out _);
        WriteChecksum(bytes, filter);
        return Base64Url.EncodeToString(bytes);
    }

    /// <summary>Whether a text is a cursor of the list with these filters.</summary>
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
        var ticks = BinaryPrimitives.ReadInt64BigEndian(bytes[TimeAt..]);
        if (!bytes.SequenceEqual(expected) || ticks < DateTimeOffset.MinValue.Ticks || ticks > DateTimeOffset.MaxValue.Ticks)
        {
            return false;
        }

        cursor = new SessionCursor(new DateTimeOffset(ticks, TimeSpan.Zero), new Guid(bytes[IdAt..ChecksumAt], bigEndian: true));
        return true;
    }

    private static void WriteChecksum(Span<byte> bytes, SessionFilter filter)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(bytes[..ChecksumAt]);
        hash.AppendData(Encoding.UTF8.GetBytes($"active_only={filter.ActiveOnly};status={filter.Status?.Name()}"));
        hash.GetCurrentHash().AsSpan(0, ChecksumBytes).CopyTo(bytes[ChecksumAt..]);
    }
}
