using SessionService.Application.Idempotency;
using SessionService.Application.Paging;
using SessionService.Domain.Errors;
using SessionService.Domain.Feedback;

namespace SessionService.Application.Feedback;

/// <summary>The feedback of messages in the database. Every operation reaches one user's rows only.</summary>
public interface IFeedbackStore
{
    /// <summary>
    /// Locks the session, applies a change to the feedback of a place, stores the result and takes the key, in one transaction. Where the
    /// change returns what is there, only the key is taken. A key that was used before answers with what was given, at the time at which
    /// it was.
    /// </summary>
    /// <param name="given">The feedback, as it is where there is none yet. The store adds the model.</param>
    /// <param name="change">Makes the feedback to store from what is there; <see langword="null"/> where nothing is.</param>
    /// <exception cref="ServiceException">
    /// There is no such session or message, the message has too many names, the key belongs to another request, or
    /// <paramref name="change"/> throws; nothing is stored then.
    /// </exception>
    Task<WrittenFeedback> WriteAsync(
        MessageFeedback given, IdempotencyKey? key, Func<MessageFeedback?, MessageFeedback> change, CancellationToken cancellationToken);

    /// <summary>Removes feedback and takes the key, once.</summary>
    /// <param name="check">Throws where the feedback is not to be removed as it is; then nothing is changed.</param>
    /// <returns>Whether the key was used before; <see langword="null"/> when there is no such feedback.</returns>
    /// <exception cref="ServiceException">There is no such session or message, or the key belongs to another request.</exception>
    Task<bool?> DeleteAsync(
        string userId,
        FeedbackPlace place,
        IdempotencyKey? key,
        DateTimeOffset now,
        Action<MessageFeedback> check,
        CancellationToken cancellationToken);

    /// <summary>
    /// Stores imported feedback of messages of one session. What is there already stays as it is.
    /// <see langword="null"/> when there is no such session.
    /// </summary>
    /// <param name="feedback">At least one.</param>
    /// <param name="now">The time of use of the session.</param>
    /// <param name="stopsAtLimit">Whether nothing is stored from the first on that the message does not take.</param>
    /// <returns>What became of each; fewer than given where the store stopped.</returns>
    Task<IReadOnlyList<FeedbackImport>?> ImportAsync(
        IReadOnlyList<MessageFeedback> feedback, DateTimeOffset now, bool stopsAtLimit, CancellationToken cancellationToken);

    /// <summary>How many messages the session has, and the feedback; <see langword="null"/> when there is no such session.</summary>
    Task<FoundFeedback?> FindAsync(string userId, FeedbackPlace place, CancellationToken cancellationToken);

    /// <summary>The feedback of some messages of a session, in the order of the messages and names.</summary>
    /// <param name="max">How many rows to read at most.</param>
    Task<IReadOnlyList<MessageFeedback>> FindAsync(
        string userId, Guid sessionId, long[] sequences, int max, CancellationToken cancellationToken);

    /// <summary>The places of the feedback of some messages of a session.</summary>
    Task<IReadOnlyList<FeedbackPlace>> FindPlacesAsync(
        string userId, Guid sessionId, long[] sequences, CancellationToken cancellationToken);

    /// <summary>A page of the feedback of a user's messages, what was given last first.</summary>
    Task<Paged<MessageFeedback>> ListAsync(
        string userId, FeedbackFilter filter, PageRange range, FeedbackCursor? cursor, CancellationToken cancellationToken);

    /// <summary>The first feedback after a place, in the order of sessions, messages and names.</summary>
    Task<IReadOnlyList<MessageFeedback>> ReadAsync(
        string userId, FeedbackFilter filter, FeedbackPlace? after, int take, CancellationToken cancellationToken);
}

/// <summary>The result of writing feedback.</summary>
/// <param name="Feedback">The feedback, as it was when the key was used first.</param>
/// <param name="IsNew">Whether there was none of this name.</param>
/// <param name="IsReplay">Whether the key was used before.</param>
public sealed record WrittenFeedback(MessageFeedback Feedback, bool IsNew, bool IsReplay);

/// <summary>The number of messages of a session, and the feedback of one of them, if there is.</summary>
public sealed record FoundFeedback(long Messages, MessageFeedback? Feedback);

/// <summary>What became of imported feedback.</summary>
public enum FeedbackImport
{
    Created,
    Unchanged,

    /// <summary>The message has too many names.</summary>
    TooMany,
}
