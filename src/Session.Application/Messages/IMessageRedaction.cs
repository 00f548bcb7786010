using SessionService.Domain.Messages;

namespace SessionService.Application.Messages;

/// <summary>Removes what a message says.</summary>
public interface IMessageRedaction
{
    /// <summary>
    /// Blanks content and metadata of a message for good: in the session, in its forks, and in everything derived from the message.
    /// Number, tokens and cost stay. Feedback loses its comments. A message that is blank already stays as it is.
    /// </summary>
    Task<RedactResult> RedactAsync(string userId, Guid sessionId, long sequence, DateTimeOffset now, CancellationToken cancellationToken);
}

/// <summary>The result of redacting a message.</summary>
/// <param name="Outcome">Whether the message is redacted, or why not.</param>
/// <param name="Message">The message as it is now, where there is one.</param>
public sealed record RedactResult(RedactOutcome Outcome, SessionMessage? Message);

public enum RedactOutcome
{
    Redacted,
    SessionNotFound,
    MessageNotFound,
}
