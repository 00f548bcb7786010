using SessionService.Domain.Errors;

namespace SessionService.Domain.UserMemories;

public static class UserMemoryErrors
{
    public static NotFoundException NotFound() =>
        new("memory_not_found", "There is no such memory.");

    public static PreconditionFailedException Changed() =>
        new("precondition_failed", "The memory has changed: its ETag is none of those in If-Match.");

    /// <param name="prefix">Where in the request the memory stands.</param>
    public static InvalidFieldException NoSuchSession(string prefix = "") =>
        new($"{prefix}session_id", "must be one of the user's sessions");

    public static InvalidFieldException SequenceWithoutSession() =>
        new("sequence", "needs a session_id");

    /// <inheritdoc cref="NoSuchSession"/>
    public static InvalidFieldException NoSuchMessage(string prefix = "") =>
        new($"{prefix}sequence", "must be the number of a message of the session");
}
