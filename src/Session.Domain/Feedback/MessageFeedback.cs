using System.Globalization;

namespace SessionService.Domain.Feedback;

/// <summary>What somebody thinks of a message, under a name such as <c>rating</c>.</summary>
public sealed record MessageFeedback
{
    /// <summary>Characters of a name.</summary>
    public const int MaxNameLength = FeedbackNames.MaxLength;

    /// <summary>How many names the feedback of one message may have.</summary>
    public const int MaxNames = 20;

    public required string UserId { get; init; }

    public required Guid SessionId { get; init; }

    public required long Sequence { get; init; }

    public required string Name { get; init; }

    /// <summary>A truth value, a number or a text, as JSON.</summary>
    public required string Value { get; init; }

    public string? Comment { get; init; }

    /// <summary>Who judged, one of <see cref="FeedbackSources"/>.</summary>
    public required string Source { get; init; }

    /// <summary>The text in <c>model</c> of the message's metadata; empty where there is none.</summary>
    public required string Model { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When somebody last judged. Each change has a later time than the one before it.</summary>
    public required DateTimeOffset UpdatedAt { get; init; }

    /// <summary>The ETag.</summary>
    public string VersionTag => UpdatedAt.UtcTicks.ToString("x", CultureInfo.InvariantCulture);
}
