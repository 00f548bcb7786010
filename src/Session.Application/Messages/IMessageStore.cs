using SessionService.Domain.Messages;

namespace SessionService.Application.Messages;

/// <summary>Messages on their way into the database.</summary>
public interface IMessageStore
{
    /// <summary>
    /// Takes the session's next number, stores the message under it (see <see cref="SessionMessage.Sequence"/>) and moves the
    /// totals of session and service, all together or not at all.
    /// </summary>
    Task<AppendOutcome> AppendAsync(SessionMessage message, DateTimeOffset now, CancellationToken cancellationToken);
}

/// <summary>What became of a message.</summary>
public enum AppendOutcome
{
    Appended,
    SessionNotFound,
    SessionEnded,
}
