namespace SessionService.Infrastructure.Persistence.Tables;

/// <summary>A piece of a message in progress: a text, or parts.</summary>
public sealed class MessageDelta
{
    public required string UserId { get; init; }

    public required Guid SessionId { get; init; }

    public required long Sequence { get; init; }

    /// <summary>0, 1, 2 … within the message.</summary>
    public required int Index { get; init; }

    public string? Text { get; init; }

    /// <summary>A JSON array.</summary>
    public string? Parts { get; init; }
}
