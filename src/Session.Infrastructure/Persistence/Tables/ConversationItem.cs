namespace SessionService.Infrastructure.Persistence.Tables;

/// <summary>The id that a client of OpenAI's Conversations gave an item.</summary>
public sealed class ConversationItem
{
    /// <summary>Unicode code points of an id.</summary>
    public const int MaxIdLength = 255;

    public required string UserId { get; init; }

    public required Guid SessionId { get; init; }

    public required long Sequence { get; init; }

    public required string ItemId { get; init; }
}
