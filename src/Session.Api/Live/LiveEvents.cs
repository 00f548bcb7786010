using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using SessionService.Application.Json;
using SessionService.Application.Sessions;

namespace SessionService.Api.Live;

/// <summary>
/// The data of <c>event: snapshot</c>: what happened since the given id cannot be told. The client reads the session's messages anew, or
/// the list of sessions where no session is named. What happens afterwards is told.
/// </summary>
public sealed class SnapshotEvent
{
    /// <summary>The session as it is now; null where all sessions are to be read anew.</summary>
    public required SessionResponse? Session { get; init; }
}

/// <summary>The data of <c>event: delta</c>: what a message in progress has grown by, a text or parts.</summary>
public sealed class DeltaEvent
{
    /// <summary>The session.</summary>
    /// <example>a87a9d6e-4137-4d41-8ab8-a13c4abcc83e</example>
    [Required]
    public required Guid SessionId { get; init; }

    /// <summary>The number of the message.</summary>
    /// <example>2</example>
    [Required]
    public required long Sequence { get; init; }

    /// <summary>The place of the delta within the message: 0, 1, 2 …</summary>
    /// <example>0</example>
    [Required]
    public required int Index { get; init; }

    /// <summary>The text that comes next; absent where it is parts.</summary>
    /// <example>Hel</example>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Text { get; init; }

    /// <summary>The parts that come next; absent where it is text.</summary>
    /// <example>null</example>
    [JsonArrayText]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public JsonText? Parts { get; init; }
}

/// <summary>The data of <c>event: deleted</c>: a session was erased for good.</summary>
public sealed class DeletedEvent
{
    /// <summary>The session.</summary>
    /// <example>a87a9d6e-4137-4d41-8ab8-a13c4abcc83e</example>
    [Required]
    public required Guid SessionId { get; init; }
}
