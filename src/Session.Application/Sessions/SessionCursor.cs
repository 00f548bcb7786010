using System.Buffers.Binary;
using System.Text.Json;
using SessionService.Application.Paging;

namespace SessionService.Application.Sessions;

/// <summary>A place in a list of sessions: after the session with this value of the sort field and this id.</summary>
/// <param name="Position">The sort field: ticks of a time, a count, or ten-billionths of a dollar.</param>
public readonly record struct SessionCursor(Int128 Position, Guid SessionId)
{
    private const byte Version = 2;
    private const int IdAt = 16;
    private const int Length = IdAt + 16;

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
        Span<byte> place = stackalloc byte[Length];
        BinaryPrimitives.WriteInt128BigEndian(place, Position);
        SessionId.TryWriteBytes(place[IdAt..], bigEndian: true, out _);
        return CursorText.Of(Version, place, JsonSerializer.SerializeToUtf8Bytes(filter));
    }

    /// <summary>Whether a text is a cursor of the list with these filters and in this order.</summary>
    public static bool TryParse(string text, SessionFilter filter, out SessionCursor cursor)
    {
        cursor = default;
        Span<byte> place = stackalloc byte[Length];
        if (!CursorText.TryRead(text, Version, place, JsonSerializer.SerializeToUtf8Bytes(filter)))
        {
            return false;
        }

        var position = BinaryPrimitives.ReadInt128BigEndian(place);
        if (!IsInRange(position, filter.Sort))
        {
            return false;
        }

        cursor = new SessionCursor(position, new Guid(place[IdAt..], bigEndian: true));
        return true;
    }

    // Anybody can compute the checksum, so the position must be checked.
    private static bool IsInRange(Int128 position, SessionSort sort) => sort switch
    {
        SessionSort.TotalCost => position >= 0 && position < MaxCost,
        SessionSort.MessageCount => position >= 0 && position <= long.MaxValue,
        _ => position >= DateTimeOffset.MinValue.Ticks && position <= DateTimeOffset.MaxValue.Ticks,
    };
}
