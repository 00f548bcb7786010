using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace SessionService.Client;

/// <summary>What somebody thinks of a message.</summary>
public sealed class WriteFeedbackRequest
{
    /// <summary>
    /// The judgement: <c>true</c> or <c>false</c>, a number of at most 100 digits before and after the point, or a text of at most
    /// 1,000 characters, not blank.
    /// </summary>
    public required JsonNode Value { get; set; }

    /// <summary>Why, in words. A blank comment counts as none.</summary>
    public string? Comment { get; set; }

    /// <summary>Who judges: the <c>user</c> (the default), an <c>annotator</c>, or a <c>model</c>.</summary>
    public FeedbackSource? Source { get; set; }
}

/// <summary>What somebody thinks of a message.</summary>
public sealed class FeedbackResponse : ITagged
{
    /// <summary>The session's id.</summary>
    public Guid SessionId { get; set; }

    /// <summary>The number of the message.</summary>
    public long Sequence { get; set; }

    /// <summary>The owner of the session.</summary>
    public string UserId { get; set; } = "";

    /// <summary>What is judged.</summary>
    public string Name { get; set; } = "";

    /// <summary>The judgement: a truth value, a number or a text.</summary>
    public JsonNode Value { get; set; } = JsonValue.Create("");

    /// <summary>Why, in words; null where nobody said, or where the message was redacted since.</summary>
    public string? Comment { get; set; }

    /// <summary>Who judged.</summary>
    public FeedbackSource Source { get; set; }

    /// <summary>When feedback of this name was first given.</summary>
    public DateTimeOffset CreatedAt { get; set; }

    /// <summary>When it was last given.</summary>
    public DateTimeOffset UpdatedAt { get; set; }

    /// <summary>The version of what the answer shows, for <c>If-Match</c>; <see langword="null"/> in a list.</summary>
    [JsonIgnore]
    public string? ETag { get; set; }
}

/// <summary>A page of the feedback of a user's messages, what was given last first.</summary>
public sealed class FeedbackListResponse
{
    /// <summary>The feedback of the page.</summary>
    public IReadOnlyList<FeedbackResponse> Feedback { get; set; } = [];

    /// <summary>How many the filters choose in all, not only on this page.</summary>
    public long Total { get; set; }

    /// <summary>The number of the page, from 1; with a cursor always 1.</summary>
    public int Page { get; set; }

    /// <summary>How many a page has at most.</summary>
    public int PageSize { get; set; }

    /// <summary>Where the list goes on, to be given as <c>cursor</c>; null at its end.</summary>
    public string? NextCursor { get; set; }
}

/// <summary>All feedback of one message.</summary>
public sealed class MessageFeedbackListResponse
{
    /// <summary>The feedback, in the order of its names.</summary>
    public IReadOnlyList<FeedbackResponse> Feedback { get; set; } = [];

    /// <summary>How many names there are, 20 at most.</summary>
    public int Total { get; set; }
}

/// <summary>The feedback is gone.</summary>
public sealed class FeedbackDeletedResponse
{
    /// <summary>Always the same text.</summary>
    public string Message { get; set; } = "";
}
