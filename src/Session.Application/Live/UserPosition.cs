using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace SessionService.Application.Live;

/// <summary>
/// How much of all sessions of a user a follower has been told: everything that was there at a time, and for each session that changed
/// shortly before, or has been told since, the position. What happened to the other sessions afterwards shows by the times of the changes,
/// since between the last change of these and the time lies a gap that is longer than clocks differ and commits take.
/// </summary>
public sealed class UserPosition
{
    /// <summary>How long before its time a position names the sessions that changed.</summary>
    public static readonly TimeSpan Overlap = TimeSpan.FromMinutes(1);

    /// <summary>The longest text that may be a position.</summary>
    public const int MaxTextLength = 6_000;

    // A text names no more sessions, so that it fits into a header. With a gap that is shorter than this the times are no proof.
    private const int MaxNamed = 128;
    private static readonly TimeSpan LeastGap = TimeSpan.FromSeconds(20);

    private const byte Version = 1;

    private readonly Dictionary<Guid, NamedSession> _named = [];

    /// <param name="at">Everything that was there at this time has been told.</param>
    /// <param name="floor">The sessions that are not named have not changed between this time and the other one.</param>
    public UserPosition(DateTimeOffset at, DateTimeOffset floor) => (At, Floor) = (at, floor);

    public DateTimeOffset At { get; private set; }

    public DateTimeOffset Floor { get; private set; }

    /// <summary>
    /// Changes of sessions that are not named, and were not told, carry a later time; those that were told, an earlier one.
    /// </summary>
    public DateTimeOffset Threshold => Floor + ((At - Floor) / 2);

    /// <summary>Whether the gap is long enough to tell by times what is new.</summary>
    public bool IsExact => At - Floor >= LeastGap;

    public int Count => _named.Count;

    public Guid[] Named => [.. _named.Keys];

    public NamedSession? Find(Guid sessionId) => _named.TryGetValue(sessionId, out var named) ? named : null;

    public void Set(Guid sessionId, NamedSession named) => _named[sessionId] = named;

    public void Remove(Guid sessionId) => _named.Remove(sessionId);

    /// <summary>
    /// Everything that was there at a time has been told. Sessions that did not change for long are no longer named, unless a part of a
    /// message was told.
    /// </summary>
    public void Advance(DateTimeOffset now)
    {
        At = now > At ? now : At;
        foreach (var (sessionId, named) in _named)
        {
            if (named.SeenAt < At - Overlap && named.Deltas == 0)
            {
                Floor = named.SeenAt > Floor ? named.SeenAt : Floor;
                _named.Remove(sessionId);
            }
        }
    }

    /// <summary>The id of the event after which a follower has this position.</summary>
    /// <param name="userId">The user: an id of another user's stream is not taken for one of this.</param>
    public string ToText(string userId)
    {
        var newest = _named.OrderByDescending(one => one.Value.Deltas > 0).ThenByDescending(one => one.Value.SeenAt).ToList();
        var floor = newest.Count > MaxNamed && newest[MaxNamed].Value.SeenAt is var left && left > Floor ? left : Floor;
        using var bytes = new MemoryStream();
        using var writer = new BinaryWriter(bytes);
        writer.Write(Version);
        writer.Write(TagOf(userId));
        writer.Write(At.UtcTicks);
        writer.Write(floor.UtcTicks);
        foreach (var (sessionId, named) in newest.Take(MaxNamed))
        {
            writer.Write(sessionId.ToByteArray());
            writer.Write7BitEncodedInt64(named.Messages);
            writer.Write7BitEncodedInt64(named.Deltas);
            writer.Write7BitEncodedInt64(named.Changes + 1);
            writer.Write(named.SeenAt.UtcTicks);
        }

        return Base64Url.EncodeToString(bytes.ToArray());
    }

    /// <summary>Reads an id of an event of this user's stream; <see langword="null"/> where the text is none.</summary>
    public static UserPosition? Parse(string text, string userId)
    {
        if (text.Length > MaxTextLength || !Base64Url.IsValid(text))
        {
            return null;
        }

        using var reader = new BinaryReader(new MemoryStream(Base64Url.DecodeFromChars(text)));
        try
        {
            if (reader.ReadByte() != Version || reader.ReadInt32() != TagOf(userId))
            {
                return null;
            }

            var position = new UserPosition(
                new DateTimeOffset(reader.ReadInt64(), TimeSpan.Zero), new DateTimeOffset(reader.ReadInt64(), TimeSpan.Zero));
            while (reader.BaseStream.Position < reader.BaseStream.Length)
            {
                var sessionId = new Guid(reader.ReadBytes(16));
                position._named[sessionId] = new NamedSession(
                    ReadNumber(), ReadNumber(), ReadNumber() - 1, new DateTimeOffset(reader.ReadInt64(), TimeSpan.Zero));
            }

            return position;
        }
        catch (Exception exception) when (exception is IOException or ArgumentException or FormatException or OverflowException)
        {
            return null;
        }

        long ReadNumber() => reader.Read7BitEncodedInt64() is >= 0 and var number
            ? number
            : throw new FormatException("A position has no negative numbers.");
    }

    private static int TagOf(string userId) =>
        BinaryPrimitives.ReadInt32LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes(userId)));
}

/// <summary>How much of one session a follower of a user has been told.</summary>
/// <param name="Messages">The number of the last whole message.</param>
/// <param name="Deltas">How much of the message after that one, as in <see cref="SessionPosition"/>.</param>
/// <param name="Changes">The last of the other changes; <see cref="SessionPosition.NoChange"/> where one is still to be told.</param>
/// <param name="SeenAt">When the session was last found changed.</param>
public readonly record struct NamedSession(long Messages, long Deltas, long Changes, DateTimeOffset SeenAt);
