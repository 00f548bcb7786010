using SessionService.Domain.Errors;

namespace SessionService.Domain.Messages;

public static class MessageErrors
{
    public static NotFoundException NotFound() =>
        new("message_not_found", "The session has no message of this number.");

    public static ConflictException IdTaken() =>
        new("message_id_taken", "Another message of this user has this message_id.");

    public static InvalidFieldException AttachmentNotFound(string field = "content") =>
        new(field, "refers to an attachment that the user does not have");

    public static ConflictException InProgress() =>
        new("message_in_progress", "The message is in progress: complete it first.");

    public static ConflictException Closed() =>
        new("message_closed", "The message is not in progress: it takes no deltas, and it cannot be completed again.");

    public static ConflictException TooManyOpen(int ofSession, int ofUser) =>
        new("too_many_open_messages", $"At most {ofSession} messages of a session and {ofUser} of a user may be in progress at a time.");

    public static ConflictException SequenceMismatch(long expected, long next) =>
        new("sequence_mismatch", $"The next message would be number {next}, not {expected}.");
}
