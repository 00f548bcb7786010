using System.Buffers.Binary;
using System.Text;

namespace SessionService.Application.Paging;

/// <summary>A place in a list that is ordered by creation and id.</summary>
public readonly record struct TimeCursor(DateTimeOffset CreatedAt, Guid Id)
{
    private const byte Version = 1;
    private const int IdAt = sizeof(long);
    private const int Length = IdAt + 16;

    /// <param name="filters">The filters of the list, as text.</param>
    public string ToText(string filters)
    {
        Span<byte> place = stackalloc byte[Length];
        BinaryPrimitives.WriteInt64BigEndian(place, CreatedAt.UtcTicks);
        Id.TryWriteBytes(place[IdAt..], bigEndian: true, out _);
        return CursorText.Of(Version, place, Encoding.UTF8.GetBytes(filters));
    }

    /// <summary>Whether a text is a cursor of the list with these filters.</summary>
    public static bool TryParse(string text, string filters, out TimeCursor cursor)
    {
        cursor = default;
        Span<byte> place = stackalloc byte[Length];
        if (!CursorText.TryRead(text, Version, place, Encoding.UTF8.GetBytes(filters)))
        {
            return false;
        }

        // Anybody can compute the checksum, so the time must be checked.
        var ticks = BinaryPrimitives.ReadInt64BigEndian(place);
        if (ticks < DateTimeOffset.MinValue.Ticks || ticks > DateTimeOffset.MaxValue.Ticks)
        {
            return false;
        }

        cursor = new TimeCursor(new DateTimeOffset(ticks, TimeSpan.Zero), new Guid(place[IdAt..], bigEndian: true));
        return true;
    }
}
