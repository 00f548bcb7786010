using SessionService.Domain.Errors;

namespace SessionService.Domain.Attachments;

public static class AttachmentErrors
{
    public static NotFoundException NotFound() =>
        new("attachment_not_found", "There is no such attachment.");

    /// <param name="most">The most bytes of an attachment.</param>
    public static TooLargeException TooLarge(long most) =>
        new("payload_too_large", FormattableString.Invariant($"An attachment may have at most {most} bytes."));

    /// <param name="quota">The most bytes of all attachments of a user.</param>
    public static TooLargeException QuotaExceeded(long quota) =>
        new("quota_exceeded", FormattableString.Invariant($"The attachments of a user may have at most {quota} bytes together."));
}
