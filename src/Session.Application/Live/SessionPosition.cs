using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;

namespace SessionService.Application.Live;

/// <summary>How much of a session a follower has been told.</summary>
/// <param name="Messages">The number of the last whole message.</param>
/// <param name="Deltas">
/// Of the message after that one, which is in progress: 0 where nothing was told, 1 where it was told that it was opened, and one more for
/// each of its deltas.
/// </param>
/// <param name="Changes">The last of the other changes; <see cref="NoChange"/> where none was told.</param>
public readonly record struct SessionPosition(long Messages, long Deltas, long Changes)
{
    /// <summary>The follower has been told nothing but messages, and is told the session first.</summary>
    public const long NoChange = -1;

    /// <summary>The longest text that may be a position.</summary>
    public const int MaxTextLength = 100;

    private const int Fields = 4;

    /// <summary>Everything up to now; a message in progress is told from its beginning.</summary>
    public static SessionPosition At(LiveState state) => new(state.Messages, Deltas: 0, state.Changes);

    /// <summary>
    /// Names one session: an id of an event of another session, or of an erased one with the same id, is not taken for one of this.
    /// </summary>
    public static uint TagOf(Guid sessionId, DateTimeOffset createdAt)
    {
        Span<byte> name = stackalloc byte[24];
        sessionId.TryWriteBytes(name);
        BinaryPrimitives.WriteInt64BigEndian(name[16..], createdAt.UtcTicks);
        return BinaryPrimitives.ReadUInt32BigEndian(SHA256.HashData(name));
    }

    /// <summary>The id of the event after which a follower has this position.</summary>
    public string ToText(uint tag) => string.Create(CultureInfo.InvariantCulture, $"{Messages}.{Deltas}.{Changes}.{tag:x8}");

    /// <summary>Reads an id of an event, or the number of a message.</summary>
    /// <param name="text">The text.</param>
    /// <param name="position">The position.</param>
    /// <param name="tag">Names the session; <see langword="null"/> where the text is a number.</param>
    public static bool TryParse(string text, out SessionPosition position, out uint? tag)
    {
        (position, tag) = (default, null);
        var fields = text.Split('.', Fields + 1);
        if (fields.Length is not (1 or Fields) || !TryRead(fields[0], out var messages))
        {
            return false;
        }

        position = new SessionPosition(messages, Deltas: 0, NoChange);
        if (fields.Length == 1)
        {
            return true;
        }

        var isRead = TryRead(fields[1], out var deltas) & TryRead(fields[2], out var changes, NoChange);
        if (!isRead || fields[3].Length != 8
            || !uint.TryParse(fields[3], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var named))
        {
            return false;
        }

        (position, tag) = (new SessionPosition(messages, deltas, changes), named);
        return true;
    }

    private static bool TryRead(string text, out long number, long least = 0) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out number) && number >= least;
}
