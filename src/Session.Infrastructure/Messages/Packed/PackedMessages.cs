namespace SessionService.Infrastructure.Messages.Packed;

/// <summary>What a row of <c>dev.message_segments</c> holds of its messages.</summary>
internal sealed class PackedMessages
{
    public required long FirstSequence { get; init; }

    public long LastSequence => FirstSequence + Ids.Count - 1;

    /// <summary>The messages' ids, in the order of their numbers.</summary>
    public required IReadOnlyList<Guid> Ids { get; init; }

    /// <summary>What is kept of each beside the body, in bytes from its end.</summary>
    public required int IdWidth { get; init; }

    /// <summary>That, of all of them.</summary>
    public byte[] IdEnds => MessageIds.Ends(Ids, IdWidth);

    /// <summary>With <see cref="MessageTypes"/> and <see cref="Counts"/>, how many messages of each kind there are.</summary>
    public required string[] Roles { get; init; }

    public required string[] MessageTypes { get; init; }

    public required int[] Counts { get; init; }

    /// <summary>Everything else, see <see cref="PackedMessagesBuilder"/>.</summary>
    public required byte[] Body { get; init; }

    /// <summary>What it takes, about.</summary>
    public long Bytes => Body.Length + ((long)IdWidth * Ids.Count);
}
