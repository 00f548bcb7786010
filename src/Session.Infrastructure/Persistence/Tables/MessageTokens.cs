namespace SessionService.Infrastructure.Persistence.Tables;

/// <summary>How many tokens up to <see cref="Size"/> messages of a session take that follow on each other.</summary>
public sealed class MessageTokens
{
    /// <summary>Messages of a full block.</summary>
    public const int Size = 128;

    public required string UserId { get; init; }

    public required Guid SessionId { get; init; }

    /// <summary>0 for messages 1 to 128, 1 for the next, and so on.</summary>
    public required int Block { get; init; }

    /// <summary>The tokenizer that counted them.</summary>
    public required string Tokenizer { get; init; }

    /// <summary>The tokens of each message, in the order of their numbers.</summary>
    public required int[] Counts { get; init; }
}
