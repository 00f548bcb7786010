using SessionService.Domain.Errors;
using SessionService.Domain.Messages;

namespace SessionService.Application.Messages;

/// <summary>Removes what a message says.</summary>
public interface IMessageRedaction
{
    /// <summary>
    /// Blanks content and metadata of a message for good: in the session, in its forks, and in everything derived from the message.
    /// Number, tokens and cost stay. Feedback loses its comments. A message that is blank already stays as it is, and so
    /// does one that is in progress.
    /// </summary>
    /// <exception cref="ConflictException">A message that is to be removed would leave too many ranges of numbers.</exception>
    Task<RedactResult> RedactAsync(Redaction redaction, CancellationToken cancellationToken);
}

/// <summary>A message to redact.</summary>
/// <param name="UserId">The user.</param>
/// <param name="SessionId">The session.</param>
/// <param name="Sequence">The number of the message.</param>
/// <param name="Removes">Whether the message is taken out of all branches of the session, too.</param>
/// <param name="Now">The current time.</param>
public sealed record Redaction(string UserId, Guid SessionId, long Sequence, bool Removes, DateTimeOffset Now);

/// <summary>The result of redacting a message.</summary>
/// <param name="Outcome">Whether the message is redacted, or why not.</param>
/// <param name="Message">The message as it is now, where there is one.</param>
/// <param name="IsRemoved">Whether the message was in a branch until now.</param>
public sealed record RedactResult(RedactOutcome Outcome, SessionMessage? Message, bool IsRemoved = false);

public enum RedactOutcome
{
    Redacted,
    SessionNotFound,
    MessageNotFound,

    /// <summary>The message is in progress, and would go on to grow.</summary>
    MessageInProgress,
}
