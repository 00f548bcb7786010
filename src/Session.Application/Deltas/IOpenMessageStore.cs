using SessionService.Application.Idempotency;
using SessionService.Domain.Messages;

namespace SessionService.Application.Deltas;

/// <summary>Messages in progress in the database.</summary>
public interface IOpenMessageStore
{
    /// <summary>
    /// Stores deltas that follow each other, all or none. Deltas that are stored already are left as they are, if they are the same.
    /// </summary>
    Task<DeltaResult> AddAsync(NewDeltas deltas, CancellationToken cancellationToken);

    /// <summary>Which delta a message takes next, or why it takes none.</summary>
    Task<DeltaResult> FindNextAsync(string userId, Guid sessionId, long sequence, CancellationToken cancellationToken);

    /// <summary>Completes a message: it counts, and is shown, from now on. Of two attempts at once one succeeds.</summary>
    Task<CloseResult> CloseAsync(Closing closing, CancellationToken cancellationToken);

    /// <summary>Some of a message's deltas, in their order. None where the message is not in progress.</summary>
    Task<IReadOnlyList<Delta>> ReadAsync(
        string userId, Guid sessionId, long sequence, int from, int take, CancellationToken cancellationToken);

    /// <summary>Whether a message is in progress.</summary>
    Task<bool> IsOpenAsync(string userId, Guid sessionId, long sequence, CancellationToken cancellationToken);
}

/// <summary>Deltas of one message, one at least, with indexes that follow each other.</summary>
public sealed record NewDeltas
{
    public required string UserId { get; init; }

    public required Guid SessionId { get; init; }

    public required long Sequence { get; init; }

    public required IReadOnlyList<Delta> Deltas { get; init; }

    public IdempotencyKey? Key { get; init; }

    public required DateTimeOffset Now { get; init; }

    /// <summary>The most bytes of all deltas of the message.</summary>
    public required int MaxBytes { get; init; }

    /// <summary>The most deltas of the message.</summary>
    public required int MaxDeltas { get; init; }

    public int First => Deltas[0].Index;

    public int Last => Deltas[^1].Index;
}

/// <summary>What came of deltas.</summary>
/// <param name="Outcome">Whether they are stored, or why not.</param>
/// <param name="NextIndex">The index of the delta that the message takes next.</param>
/// <param name="Index">With <see cref="DeltaOutcome.Conflict"/>, the delta that is another one.</param>
public sealed record DeltaResult(DeltaOutcome Outcome, int NextIndex = 0, int Index = 0);

public enum DeltaOutcome
{
    Added,

    /// <summary>All of them were stored before.</summary>
    Replayed,

    SessionNotFound,
    MessageNotFound,

    /// <summary>The message is not in progress.</summary>
    Closed,

    /// <summary>Deltas before them are missing.</summary>
    Gap,

    /// <summary>One of them was stored before, and was another one.</summary>
    Conflict,

    /// <summary>The message would have too many bytes, parts or deltas.</summary>
    TooLong,

    /// <summary>The idempotency key belongs to another request.</summary>
    KeyReused,
}

/// <summary>How a message in progress is completed.</summary>
public sealed record Closing
{
    public required string UserId { get; init; }

    public required Guid SessionId { get; init; }

    public required long Sequence { get; init; }

    /// <summary>The content; <see langword="null"/> where the deltas make it.</summary>
    public ClosingContent? Content { get; init; }

    /// <summary>The tokens; <see langword="null"/> for those that were given when the message was opened.</summary>
    public int? TokensUsed { get; init; }

    /// <summary>The cost, USD; <see langword="null"/> for that which was given when the message was opened.</summary>
    public decimal? CostUsd { get; init; }

    /// <summary>The metadata, as text; <see langword="null"/> for those that were given when the message was opened.</summary>
    public string? Metadata { get; init; }

    /// <summary><see cref="MessageStatuses.Completed"/> or <see cref="MessageStatuses.Incomplete"/>.</summary>
    public required string Status { get; init; }

    public IdempotencyKey? Key { get; init; }

    public required DateTimeOffset Now { get; init; }

    /// <summary>Completes the message only if no delta came since this time; <see langword="null"/> for in any case.</summary>
    public DateTimeOffset? IfUntouchedSince { get; init; }
}

/// <summary>The content of a message, as it is stored.</summary>
public sealed record ClosingContent(string Text, string? Parts);

/// <summary>What came of completing a message.</summary>
/// <param name="Outcome">Whether it is completed, or why not.</param>
/// <param name="Message">The message as it is now, where it is completed.</param>
public sealed record CloseResult(CloseOutcome Outcome, SessionMessage? Message = null);

public enum CloseOutcome
{
    Closed,

    /// <summary>An earlier request with the same key completed the message.</summary>
    Replayed,

    SessionNotFound,
    MessageNotFound,

    /// <summary>The message is not in progress any more.</summary>
    ClosedBefore,

    /// <summary>A delta came since the given time.</summary>
    Touched,
}
