using SessionService.Domain.Errors;

namespace SessionService.Domain.Sessions;

/// <summary>The rules of sessions, by the sentence that a client reads when one is broken.</summary>
public static class SessionErrors
{
    /// <summary>The same for an id that was never used and for another user's session.</summary>
    public static NotFoundException NotFound() =>
        new("session_not_found", "There is no such session.");

    public static ConflictException IdTaken() =>
        new("session_id_taken", "A session with this session_id exists already.");

    public static ConflictException Ended() =>
        new("session_ended", "The session has ended and takes no more messages.");

    public static ConflictException StatusChangeNotAllowed(SessionStatus from, SessionStatus to) =>
        new("status_change_not_allowed", $"A session that is {from.Name()} cannot become {to.Name()}.");

    public static ConflictException MessageNotFound(long sequence, long messages) =>
        new("sequence_not_reached", $"The session holds {messages} messages; there is no message {sequence} yet.");

    public static ConflictException ForkTooLarge(long max) =>
        new("fork_too_large", $"A fork begins with at most {max} messages.");

    public static ConflictException CopyTooLarge(long max) =>
        new("copy_too_large", $"A session of more than {max} messages cannot be copied.");

    public static PreconditionFailedException Changed() =>
        new("precondition_failed", "The session has changed: its ETag is none of those in If-Match.");
}
