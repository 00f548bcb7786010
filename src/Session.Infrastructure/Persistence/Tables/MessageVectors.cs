namespace SessionService.Infrastructure.Persistence.Tables;

/// <summary>The vectors of up to <see cref="Size"/> messages of a session that follow on each other.</summary>
public sealed class MessageVectors
{
    /// <summary>Messages of a full block.</summary>
    public const int Size = 128;

    public required string UserId { get; init; }

    public required Guid SessionId { get; init; }

    /// <summary>0 for messages 1 to 128, 1 for the next, and so on.</summary>
    public required int Block { get; init; }

    public required int MessageCount { get; init; }

    /// <summary>By the embedded model, one after the other.</summary>
    public required byte[] Vectors { get; init; }

    /// <summary>Another model, if the messages have vectors of one.</summary>
    public string? Model { get; init; }

    /// <summary>How many of the messages, from the first on, have vectors of that model.</summary>
    public int ModelCount { get; init; }

    public byte[]? ModelVectors { get; init; }
}
