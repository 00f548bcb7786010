using System.Buffers.Binary;
using System.Text;
using SessionService.Application.Paging;
using SessionService.Domain.Feedback;

namespace SessionService.Application.Feedback;

/// <summary>The message and the name of feedback: its key within a user.</summary>
public readonly record struct FeedbackPlace(Guid SessionId, long Sequence, string Name)
{
    public static FeedbackPlace Of(MessageFeedback feedback) => new(feedback.SessionId, feedback.Sequence, feedback.Name);
}

/// <summary>A place in a list of feedback that is ordered by time and key.</summary>
public readonly record struct FeedbackCursor(DateTimeOffset UpdatedAt, FeedbackPlace Place)
{
    private const byte Version = 1;
    private const int SessionAt = sizeof(long);
    private const int SequenceAt = SessionAt + 16;
    private const int NameAt = SequenceAt + sizeof(long);
    private const int Length = NameAt + FeedbackNames.MaxLength;

    /// <param name="filters">The filters of the list, as text.</param>
    public string ToText(string filters)
    {
        // Zeros fill up the name.
        Span<byte> place = stackalloc byte[Length];
        place.Clear();
        BinaryPrimitives.WriteInt64BigEndian(place, UpdatedAt.UtcTicks);
        Place.SessionId.TryWriteBytes(place[SessionAt..], bigEndian: true, out _);
        BinaryPrimitives.WriteInt64BigEndian(place[SequenceAt..], Place.Sequence);
        Encoding.ASCII.GetBytes(Place.Name, place[NameAt..]);
        return CursorText.Of(Version, place, Encoding.UTF8.GetBytes(filters));
    }

    /// <summary>Whether a text is a cursor of the list with these filters.</summary>
    public static bool TryParse(string text, string filters, out FeedbackCursor cursor)
    {
        cursor = default;
        Span<byte> place = stackalloc byte[Length];
        if (!CursorText.TryRead(text, Version, place, Encoding.UTF8.GetBytes(filters)))
        {
            return false;
        }

        // Anybody can compute the checksum, so the time and the name must be checked.
        var ticks = BinaryPrimitives.ReadInt64BigEndian(place);
        var name = Encoding.ASCII.GetString(place[NameAt..].TrimEnd((byte)0));
        if (ticks < DateTimeOffset.MinValue.Ticks || ticks > DateTimeOffset.MaxValue.Ticks || !FeedbackNames.IsValid(name))
        {
            return false;
        }

        var sessionId = new Guid(place.Slice(SessionAt, 16), bigEndian: true);
        var sequence = BinaryPrimitives.ReadInt64BigEndian(place[SequenceAt..]);
        cursor = new FeedbackCursor(new DateTimeOffset(ticks, TimeSpan.Zero), new FeedbackPlace(sessionId, sequence, name));
        return true;
    }
}
