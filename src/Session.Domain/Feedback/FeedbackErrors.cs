using SessionService.Domain.Errors;

namespace SessionService.Domain.Feedback;

public static class FeedbackErrors
{
    public static NotFoundException NotFound() =>
        new("feedback_not_found", "The message has no feedback of this name.");

    public static ConflictException TooMany() =>
        new("feedback_limit_reached", $"The message has feedback of {MessageFeedback.MaxNames} names, and takes no further one.");

    public static PreconditionFailedException Changed() =>
        new("precondition_failed", "The feedback has changed: its ETag is none of those in If-Match.");
}
