using SessionService.Domain.Errors;

namespace SessionService.Domain.Attachments;

public static class AttachmentErrors
{
    public static NotFoundException NotFound() =>
        new("attachment_not_found", "There is no such attachment.");

    public const string NoSuchRange = "The attachment has no such bytes; see the Content-Range header.";

    public static PreconditionFailedException Changed() =>
        new("precondition_failed", "The ETag of the attachment is none of those in If-Match.");

    /// <param name="most">The most bytes of an attachment.</param>
    public static TooLargeException TooLarge(long most) =>
        new("payload_too_large", FormattableString.Invariant($"An attachment may have at most {most} bytes."));

    /// <param name="quota">The most bytes of all attachments of a user.</param>
    public static TooLargeException QuotaExceeded(long quota) =>
        new("quota_exceeded", FormattableString.Invariant($"The attachments of a user may have at most {quota} bytes together."));
}
