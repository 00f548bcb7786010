namespace SessionService.Application.MemorySearch.Ranking;

/// <summary>All passages of a user, numbered from 0, with the data that ranking for a question needs.</summary>
public sealed class PassageField
{
    /// <summary>How long the content of each passage is, in words.</summary>
    public required ReadOnlyMemory<int> Lengths { get; init; }

    /// <summary>Who speaks in each passage, and where.</summary>
    public required ReadOnlyMemory<PassageKinds> Kinds { get; init; }

    /// <summary>What is known of each passage beside its words.</summary>
    public required ReadOnlyMemory<MessageTraits> Traits { get; init; }

    /// <summary>For each passage the one before it in its session; -1 where there is none.</summary>
    public required ReadOnlyMemory<int> Before { get; init; }

    /// <summary>For each passage the one after it in its session; -1 where there is none.</summary>
    public required ReadOnlyMemory<int> After { get; init; }

    /// <summary>
    /// The occurrences of each word of the question. They are enumerated once, so that those of a long question are not in memory all at
    /// once.
    /// </summary>
    public required IEnumerable<TermOccurrences> Terms { get; init; }

    /// <summary>How near the passages are to the question by each embedding model. The first model with a vector counts.</summary>
    public required IReadOnlyList<Nearness> Nearness { get; init; }

    /// <summary>
    /// How near the passages are by a sentence model that counts beside the others; not a number where a passage has no vector of this
    /// model, and empty without such a model.
    /// </summary>
    public ReadOnlyMemory<float> Model { get; init; }

    /// <summary>Whether a passage may be an answer. Other passages still count as neighbours and for the frequency of words.</summary>
    public required Func<int, bool> IsWanted { get; init; }

    public int Count => Lengths.Length;
}

/// <summary>Who speaks in a passage, and where.</summary>
[Flags]
public enum PassageKinds : byte
{
    None = 0,

    /// <summary>In a chat: a session in which an assistant speaks that carries no name.</summary>
    InChat = 1,

    /// <summary>A user.</summary>
    OfUser = 2,

    /// <summary>An assistant.</summary>
    OfAssistant = 4,
}

/// <summary>Where in a passage a word stands.</summary>
[Flags]
public enum TermPlaces : byte
{
    None = 0,
    Content = 1,

    /// <summary>In the day that it was written.</summary>
    Day = 2,

    /// <summary>In the name or the role of who speaks.</summary>
    Speaker = 4,
}

/// <summary>Where a word of a question is found.</summary>
/// <param name="Passages">The passages that have it, by their number, ascending.</param>
/// <param name="Places">Where each has it.</param>
/// <param name="OnlyAsks">Whether the word belongs to the asking, as "list" in "list the trips".</param>
public sealed record TermOccurrences(int[] Passages, TermPlaces[] Places, bool OnlyAsks = false);

/// <summary>How near each passage is to a question by one embedding model.</summary>
/// <param name="Cosines">The cosines; NaN where a passage has no vector of the model.</param>
/// <param name="IsOfWords">Whether the model adds up vectors of words, so that long passages are near to everything.</param>
public sealed record Nearness(ReadOnlyMemory<float> Cosines, bool IsOfWords);
