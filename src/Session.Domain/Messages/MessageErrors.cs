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

    public static ConflictException SequenceMismatch(long expected, long next) =>
        new("sequence_mismatch", $"The next message would be number {next}, not {expected}.");
}
