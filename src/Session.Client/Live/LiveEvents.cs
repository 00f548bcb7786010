using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace SessionService.Client;

/// <summary>
/// Something that has happened. It is a <see cref="MessageEvent"/>, <see cref="DeltaEvent"/>, <see cref="SessionEvent"/>,
/// <see cref="SnapshotEvent"/>, <see cref="DeletedEvent"/>, or an <see cref="UnknownEvent"/> of a newer service.
/// </summary>
public abstract class LiveEvent
{
    private protected LiveEvent()
    {
    }

    /// <summary>Where to go on: given as <c>after</c>, what happens after this event is told. <see langword="null"/> at the end.</summary>
    [JsonIgnore]
    public string? Id { get; set; }
}

/// <summary>A message was written, or a message in progress was completed.</summary>
public sealed class MessageEvent : LiveEvent
{
    /// <summary>The message, as lists show it.</summary>
    public required MessageResponse Message { get; set; }
}

/// <summary>A message in progress has grown by a text or parts.</summary>
public sealed class DeltaEvent : LiveEvent
{
    /// <summary>The session.</summary>
    public Guid SessionId { get; set; }

    /// <summary>The number of the message.</summary>
    public long Sequence { get; set; }

    /// <summary>The place of the delta within the message: 0, 1, 2 …</summary>
    public int Index { get; set; }

    /// <summary>The text that comes next; <see langword="null"/> where it is parts.</summary>
    public string? Text { get; set; }

    /// <summary>The parts that come next; <see langword="null"/> where it is text.</summary>
    public JsonArray? Parts { get; set; }
}

/// <summary>
/// Something but the messages has changed: title, status, metadata, star, memory, branches, a redaction, feedback. States in between may
/// be left out.
/// </summary>
public sealed class SessionEvent : LiveEvent
{
    /// <summary>The session as it is now.</summary>
    public required SessionResponse Session { get; set; }
}

/// <summary>
/// What happened since the given id cannot be told: read the messages of the session anew, or the list of sessions where there is no
/// session. What happens afterwards is told.
/// </summary>
public sealed class SnapshotEvent : LiveEvent
{
    /// <summary>The session as it is now; <see langword="null"/> where all sessions are to be read anew.</summary>
    public SessionResponse? Session { get; set; }
}

/// <summary>A session was erased for good.</summary>
public sealed class DeletedEvent : LiveEvent
{
    /// <summary>The session.</summary>
    public Guid SessionId { get; set; }
}

/// <summary>An event of a kind that this version does not know.</summary>
public sealed class UnknownEvent : LiveEvent
{
    /// <summary>The kind of event.</summary>
    public required string Name { get; set; }

    /// <summary>The data, as they were sent.</summary>
    public required string Data { get; set; }
}
