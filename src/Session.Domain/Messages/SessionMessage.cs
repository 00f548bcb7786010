namespace SessionService.Domain.Messages;

/// <summary>One message of a session. Messages are immutable, but that their texts can be blanked.</summary>
public sealed class SessionMessage
{
    /// <summary>The session's owner.</summary>
    public required string UserId { get; init; }

    public required Guid SessionId { get; init; }

    /// <summary>1, 2, 3 … within the session, without gaps: the order of the messages. The database assigns it.</summary>
    public long Sequence { get; set; }

    public required Guid MessageId { get; init; }

    /// <summary>One of <see cref="MessageRoles"/>; adopted messages may carry another.</summary>
    public required string Role { get; init; }

    /// <summary>The text. Where there are parts, the text that follows from them; it may be empty then.</summary>
    public required string Content { get; init; }

    /// <summary>The parts, a JSON array as the client gave it; <see langword="null"/> where the content was given as a text.</summary>
    public string? Parts { get; init; }

    /// <summary>Who speaks, by name; <see langword="null"/> where no name was given.</summary>
    public string? Name { get; init; }

    /// <summary>One of <see cref="MessageStatuses"/>.</summary>
    public string Status { get; init; } = MessageStatuses.Completed;

    public required string MessageType { get; init; }

    /// <summary>Free JSON object, as text.</summary>
    public required string Metadata { get; init; }

    public required int TokensUsed { get; init; }

    /// <summary>USD, with at most <see cref="Money.FractionDigits"/> fraction digits.</summary>
    public required decimal CostUsd { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>
    /// The id that a client of OpenAI's Conversations gave the item which the message is, unique in its session. Only of a message that is
    /// to be written: stored ids are read apart.
    /// </summary>
    public string? ItemId { get; init; }

    /// <summary>When content, parts, name and metadata were blanked, if they were.</summary>
    public DateTimeOffset? RedactedAt { get; init; }
}
