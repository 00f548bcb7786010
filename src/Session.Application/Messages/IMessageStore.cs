using SessionService.Application.Paging;
using SessionService.Domain.Messages;

namespace SessionService.Application.Messages;

/// <summary>Messages in the database.</summary>
public interface IMessageStore
{
    /// <summary>
    /// Takes the session's next number, stores the message under it (see <see cref="SessionMessage.Sequence"/>) and moves the
    /// totals of session and service, all together or not at all.
    /// </summary>
    Task<AppendOutcome> AppendAsync(SessionMessage message, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>A page of a session's messages; <see langword="null"/> when there is no such session.</summary>
    Task<Paged<SessionMessage>?> ListAsync(
        string userId, Guid sessionId, MessageFilter filter, PageRange range, CancellationToken cancellationToken);
}

/// <summary>What became of a message.</summary>
public enum AppendOutcome
{
    Appended,
    SessionNotFound,
    SessionEnded,
}
