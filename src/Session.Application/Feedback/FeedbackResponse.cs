using System.ComponentModel.DataAnnotations;
using SessionService.Domain.Feedback;

namespace SessionService.Application.Feedback;

/// <summary>What somebody thinks of a message.</summary>
public sealed class FeedbackResponse
{
    /// <summary>The session's id.</summary>
    /// <example>a87a9d6e-4137-4d41-8ab8-a13c4abcc83e</example>
    [Required]
    public required Guid SessionId { get; init; }

    /// <summary>The number of the message.</summary>
    /// <example>2</example>
    [Required]
    public required long Sequence { get; init; }

    /// <summary>The owner of the session.</summary>
    /// <example>test_user_123</example>
    [Required]
    public required string UserId { get; init; }

    /// <summary>What is judged.</summary>
    /// <example>rating</example>
    [Required]
    public required string Name { get; init; }

    /// <summary>The judgement: a truth value, a number or a text.</summary>
    /// <example>true</example>
    [Required]
    public required FeedbackValue Value { get; init; }

    /// <summary>Why, in words; null where nobody said, or where the message was redacted since.</summary>
    /// <example>Short and to the point.</example>
    public required string? Comment { get; init; }

    /// <summary>Who judged.</summary>
    /// <example>user</example>
    [Required]
    [AllowedValues(FeedbackSources.User, FeedbackSources.Annotator, FeedbackSources.Model)]
    public required string Source { get; init; }

    /// <summary>When feedback of this name was first given.</summary>
    /// <example>2025-09-23T14:54:54.163929Z</example>
    [Required]
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it was last given.</summary>
    /// <example>2025-09-23T14:54:54.163929Z</example>
    [Required]
    public required DateTimeOffset UpdatedAt { get; init; }
}

/// <summary>Feedback within the message that it judges, under its name.</summary>
public sealed class MessageFeedbackResponse
{
    /// <summary>The judgement: a truth value, a number or a text.</summary>
    /// <example>true</example>
    [Required]
    public required FeedbackValue Value { get; init; }

    /// <summary>Why, in words; null where nobody said, or where the message was redacted since.</summary>
    /// <example>Short and to the point.</example>
    public required string? Comment { get; init; }

    /// <summary>Who judged.</summary>
    /// <example>user</example>
    [Required]
    [AllowedValues(FeedbackSources.User, FeedbackSources.Annotator, FeedbackSources.Model)]
    public required string Source { get; init; }

    /// <summary>When it was last given.</summary>
    /// <example>2025-09-23T14:54:54.163929Z</example>
    [Required]
    public required DateTimeOffset UpdatedAt { get; init; }
}

/// <summary>All feedback of one message.</summary>
public sealed class MessageFeedbackListResponse
{
    /// <summary>The feedback, in the order of its names.</summary>
    [Required]
    public required IReadOnlyList<FeedbackResponse> Feedback { get; init; }

    /// <summary>How many names there are, 20 at most.</summary>
    /// <example>1</example>
    [Required]
    public required int Total { get; init; }
}

/// <summary>A page of the feedback of a user's messages, what was given last first.</summary>
public sealed class FeedbackListResponse
{
    /// <summary>The feedback of the page.</summary>
    [Required]
    public required IReadOnlyList<FeedbackResponse> Feedback { get; init; }

    /// <summary>How many the filters choose in all, not only on this page.</summary>
    /// <example>1</example>
    [Required]
    public required long Total { get; init; }

    /// <summary>The number of the page, from 1; with a cursor always 1.</summary>
    /// <example>1</example>
    [Required]
    public required int Page { get; init; }

    /// <summary>How many a page has at most.</summary>
    /// <example>50</example>
    [Required]
    public required int PageSize { get; init; }

    /// <summary>Where the list goes on, to be given as <c>cursor</c>; null at its end.</summary>
    /// <example>null</example>
    public required string? NextCursor { get; init; }
}

/// <summary>The feedback is gone.</summary>
public sealed class FeedbackDeletedResponse
{
    /// <summary>Always the same text.</summary>
    /// <example>Feedback deleted successfully</example>
    [Required]
    public string Message { get; } = "Feedback deleted successfully";
}
