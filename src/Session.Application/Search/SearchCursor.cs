using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;

namespace SessionService.Application.Search;

/// <summary>
/// A hit's place among all: by rank downwards, then newest first, then by session and number. All of it follows from the query and the
/// hit alone, so a place stays where it is whatever is written meanwhile.
/// </summary>
/// <param name="Rank">In millionths.</param>
/// <param name="CreatedAt">Microseconds since 1970.</param>
/// <param name="SessionId">The session.</param>
/// <param name="Sequence">The message's number; <see cref="Summary"/> or <see cref="Memory"/> for what is no message.</param>
public readonly record struct SearchPlace(int Rank, long CreatedAt, Guid SessionId, long Sequence)
{
    public const long Summary = 0;
    public const long Memory = -1;

    /// <summary>The order of the hits, best first.</summary>
    public static readonly IComparer<SearchPlace> Order = Comparer<SearchPlace>.Create((one, other) =>
        one.Rank != other.Rank ? other.Rank.CompareTo(one.Rank)
        : one.CreatedAt != other.CreatedAt ? other.CreatedAt.CompareTo(one.CreatedAt)
        : one.SessionId != other.SessionId ? one.SessionId.CompareTo(other.SessionId)
        : one.Sequence.CompareTo(other.Sequence));
}

/// <summary>
/// A place as text, for the client to give back as it came, with the query and the filters it came with. As in
/// <see cref="Sessions.SessionCursor"/> the checksum finds what was garbled or belongs to another search, and is no signature.
/// </summary>
public static class SearchCursor
{
    private const byte Version = 1;
    private const int RankAt = 1;
    private const int TimeAt = RankAt + sizeof(int);
    private const int IdAt = TimeAt + sizeof(long);
    private const int SequenceAt = IdAt + 16;
    private const int ChecksumAt = SequenceAt + sizeof(long);
    private const int ChecksumBytes = 5;

    // A multiple of three: base64 without padding has one spelling for each value then.
    private const int Length = ChecksumAt + ChecksumBytes;

    public static string ToText(SearchPlace place, SearchFilter filter)
    {
        Span<byte> bytes = stackalloc byte[Length];
        bytes[0] = Version;
        BinaryPrimitives.WriteInt32BigEndian(bytes[RankAt..], place.Rank);
        BinaryPrimitives.WriteInt64BigEndian(bytes[TimeAt..], place.CreatedAt);
        place.SessionId.TryWriteBytes(bytes[IdAt..], bigEndian: true, out _);
        BinaryPrimitives.WriteInt64BigEndian(bytes[SequenceAt..], place.Sequence);
        WriteChecksum(bytes, filter);
        return Base64Url.EncodeToString(bytes);
    }

    /// <summary>Whether a text is a cursor of this search.</summary>
    public static bool TryParse(string text, SearchFilter filter, out SearchPlace place)
    {
        place = default;
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
        if (!bytes.SequenceEqual(expected))
        {
            return false;
        }

        place = new SearchPlace(
            BinaryPrimitives.ReadInt32BigEndian(bytes[RankAt..]),
            BinaryPrimitives.ReadInt64BigEndian(bytes[TimeAt..]),
            new Guid(bytes[IdAt..SequenceAt], bigEndian: true),
            BinaryPrimitives.ReadInt64BigEndian(bytes[SequenceAt..]));
        return true;
    }

    private static void WriteChecksum(Span<byte> bytes, SearchFilter filter)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(bytes[..ChecksumAt]);
        hash.AppendData(JsonSerializer.SerializeToUtf8Bytes(filter));
        hash.GetCurrentHash().AsSpan(0, ChecksumBytes).CopyTo(bytes[ChecksumAt..]);
    }
}
