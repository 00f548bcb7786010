namespace SessionService.Application.Messages;

/// <summary>The messages to list: a range of numbers, filters, an order, and the part of the result.</summary>
public sealed record MessageSelection
{
    public required MessageOrder Order { get; init; }

    public string? Role { get; init; }

    public string? MessageType { get; init; }

    /// <summary>Only messages with greater numbers; 0 for all.</summary>
    public long After { get; init; }

    /// <summary>Only messages with smaller numbers; <see cref="long.MaxValue"/> for all.</summary>
    public long Before { get; init; } = long.MaxValue;

    /// <summary>How many messages to skip, in the direction of reading.</summary>
    public long Skip { get; init; }

    /// <summary>How many to read at most.</summary>
    public required int Take { get; init; }

    /// <summary>The messages to choose from; <see langword="null"/> for the current path of the session.</summary>
    public MessagePath? Path { get; init; }

    /// <summary>Whether there is no filter.</summary>
    public bool IsUnfiltered => Role is null && MessageType is null;

    /// <summary>What is left to read after a portion, on the same path.</summary>
    public MessageSelection Rest(MessagePortion portion)
    {
        var rest = this with { Path = portion.Path ?? Path };
        return portion.Count == 0 ? rest : Order switch
        {
            MessageOrder.OldestFirst =>
                rest with { After = portion[portion.Count - 1].Sequence, Skip = 0, Take = Take - portion.Count },
            MessageOrder.NewestFirst =>
                rest with { Before = portion[portion.Count - 1].Sequence, Skip = 0, Take = Take - portion.Count },
            _ => rest with { Before = portion[0].Sequence, Skip = 0, Take = Take - portion.Count },
        };
    }
}

/// <summary>From which end of the range messages are taken, and in which order they are given.</summary>
public enum MessageOrder
{
    /// <summary>The oldest ones, the oldest first.</summary>
    OldestFirst,

    /// <summary>The newest ones, the newest first.</summary>
    NewestFirst,

    /// <summary>The newest ones, the oldest of them first.</summary>
    LastInTimeOrder,
}
