namespace SessionService.Infrastructure.Persistence.Tables;

/// <summary>What somebody thinks of a message, under a name such as <c>rating</c>.</summary>
public sealed class MessageFeedback
{
    /// <summary>Characters of a name.</summary>
    public const int MaxNameLength = 64;

    public required string UserId { get; init; }

    public required Guid SessionId { get; init; }

    public required long Sequence { get; init; }

    public required string Name { get; init; }

    /// <summary>A truth value, a number or a text, as JSON.</summary>
    public required string Value { get; set; }

    public string? Comment { get; set; }

    /// <summary>Who judged: <c>user</c>, <c>annotator</c> or <c>model</c>.</summary>
    public required string Source { get; set; }

    /// <summary>The text in <c>model</c> of the message's metadata; empty where there is none.</summary>
    public required string Model { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; set; }
}
