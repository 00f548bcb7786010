using System.ComponentModel.DataAnnotations;
using SessionService.Application.Sessions;

namespace SessionService.Api.Live;

/// <summary>
/// The data of <c>event: snapshot</c>: what happened since the given id cannot be told. The client reads the session's messages anew, or the
/// list of sessions where no session is named. What happens afterwards is told.
/// </summary>
public sealed class SnapshotEvent
{
    /// <summary>The session as it is now; null where all sessions are to be read anew.</summary>
    public required SessionResponse? Session { get; init; }
}

/// <summary>The data of <c>event: deleted</c>: a session was erased for good.</summary>
public sealed class DeletedEvent
{
    /// <summary>The session.</summary>
    /// <example>a87a9d6e-4137-4d41-8ab8-a13c4abcc83e</example>
    [Required]
    public required Guid SessionId { get; init; }
}
