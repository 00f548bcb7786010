namespace SessionService.Infrastructure.Persistence.Tables;

/// <summary>How far a message in progress has grown.</summary>
public sealed class OpenMessage
{
    public required string UserId { get; init; }

    public required Guid SessionId { get; init; }

    public required long Sequence { get; init; }

    public required DateTimeOffset OpenedAt { get; init; }

    /// <summary>The index of the delta that comes next.</summary>
    public required int NextIndex { get; init; }

    /// <summary>The bytes of what it was opened with and of its deltas.</summary>
    public required int Bytes { get; init; }

    /// <summary>The most parts that these make.</summary>
    public required int Parts { get; init; }

    /// <summary>When it was opened or the last delta came.</summary>
    public required DateTimeOffset TouchedAt { get; init; }

    /// <summary>When to look whether it is abandoned.</summary>
    public required DateTimeOffset CheckAt { get; init; }
}
