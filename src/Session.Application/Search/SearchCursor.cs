using System.Buffers.Binary;
using System.Text.Json;
using SessionService.Application.Paging;

namespace SessionService.Application.Search;

/// <summary>
/// The place of a hit in the order of the hits: by descending rank, then newest first, then by session and number. It depends on the query
/// and the hit alone, so other writes do not change it.
/// </summary>
/// <param name="Rank">In millionths.</param>
/// <param name="CreatedAt">Microseconds since 1970.</param>
/// <param name="Sequence">
/// The message's number; <see cref="Summary"/>, <see cref="Memory"/> or <see cref="Title"/> for what is no message.
/// </param>
public readonly record struct SearchPlace(int Rank, long CreatedAt, Guid SessionId, long Sequence)
{
    public const long Summary = 0;
    public const long Memory = -1;
    public const long Title = -2;

    /// <summary>The order of the hits, best first.</summary>
    public static readonly IComparer<SearchPlace> Order = Comparer<SearchPlace>.Create((one, other) =>
        one.Rank != other.Rank ? other.Rank.CompareTo(one.Rank)
        : one.CreatedAt != other.CreatedAt ? other.CreatedAt.CompareTo(one.CreatedAt)
        : one.SessionId != other.SessionId ? one.SessionId.CompareTo(other.SessionId)
        : one.Sequence.CompareTo(other.Sequence));
}

/// <summary>The start of a page as a cursor, which is valid for its query and filters only.</summary>
public static class SearchCursor
{
    private const byte Version = 2;

    // Cursors of the version before have no time, and stay valid.
    private const byte VersionWithoutTime = 1;

    private const int TimeAt = sizeof(int);
    private const int IdAt = TimeAt + sizeof(long);
    private const int SequenceAt = IdAt + 16;
    private const int NewestAt = SequenceAt + sizeof(long);
    private const int Length = NewestAt + sizeof(long);

    public static string ToText(SearchStart start, SearchFilter filter)
    {
        Span<byte> bytes = stackalloc byte[Length];
        BinaryPrimitives.WriteInt32BigEndian(bytes, start.Place.Rank);
        BinaryPrimitives.WriteInt64BigEndian(bytes[TimeAt..], start.Place.CreatedAt);
        start.Place.SessionId.TryWriteBytes(bytes[IdAt..], bigEndian: true, out _);
        BinaryPrimitives.WriteInt64BigEndian(bytes[SequenceAt..], start.Place.Sequence);
        BinaryPrimitives.WriteInt64BigEndian(bytes[NewestAt..], start.Newest);
        return CursorText.Of(Version, bytes, JsonSerializer.SerializeToUtf8Bytes(filter));
    }

    /// <summary>Whether a text is a cursor of this search.</summary>
    public static bool TryParse(string text, SearchFilter filter, out SearchStart start)
    {
        start = default;
        Span<byte> bytes = stackalloc byte[Length];
        BinaryPrimitives.WriteInt64BigEndian(bytes[NewestAt..], long.MaxValue);
        var list = JsonSerializer.SerializeToUtf8Bytes(filter);
        if (!CursorText.TryRead(text, VersionWithoutTime, bytes[..NewestAt], list) && !CursorText.TryRead(text, Version, bytes, list))
        {
            return false;
        }

        start = new SearchStart(
            new SearchPlace(
                BinaryPrimitives.ReadInt32BigEndian(bytes),
                BinaryPrimitives.ReadInt64BigEndian(bytes[TimeAt..]),
                new Guid(bytes[IdAt..SequenceAt], bigEndian: true),
                BinaryPrimitives.ReadInt64BigEndian(bytes[SequenceAt..])),
            BinaryPrimitives.ReadInt64BigEndian(bytes[NewestAt..]));
        return true;
    }
}
