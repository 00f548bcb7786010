using System.Text.Json.Nodes;

namespace SessionService.Client;

/// <summary>A search in a user's memories and messages.</summary>
public sealed class SearchMemoriesRequest
{
    /// <summary>The question, or what is looked for, in the words of people; up to 4,000 characters.</summary>
    public required string Query { get; set; }

    /// <summary>How many passages at most, 1 to 100. Default 10.</summary>
    public int? TopK { get; set; }

    /// <summary>
    /// Which passages: <c>best</c> (default), or <c>spread</c>: the best of each stretch of time, the earliest first, for an overview
    /// or an order of events.
    /// </summary>
    public MemorySearchMode? Mode { get; set; }

    /// <summary>
    /// Where to look: <c>memories</c> (the user's), <c>session_memories</c> (those of sessions), <c>messages</c>. By default
    /// everywhere.
    /// </summary>
    public IReadOnlyList<MemorySource>? Sources { get; set; }

    /// <summary>Only what belongs to this session: its messages, its memory, and the user's memories that came from it.</summary>
    public Guid? SessionId { get; set; }

    /// <summary>
    /// The number of a branch, of one session; or <c>all</c> for the messages of all branches. By default the current branches.
    /// </summary>
    public string? Branch { get; set; }

    /// <summary>Only memories of this type, and no messages.</summary>
    public string? MemoryType { get; set; }

    /// <summary>Only messages of this role, and no memories.</summary>
    public MessageRole? Role { get; set; }

    /// <summary>Only passages whose metadata contain this object.</summary>
    public JsonObject? Metadata { get; set; }

    /// <summary>Only what was created at this time or later.</summary>
    public DateTimeOffset? CreatedAfter { get; set; }

    /// <summary>Only what was created before this time.</summary>
    public DateTimeOffset? CreatedBefore { get; set; }

    /// <summary>Whether memories that no longer hold (<c>valid_until</c>) are found too. Default false.</summary>
    public bool? IncludeExpired { get; set; }
}

/// <summary>The passages that bear on a question, the best first.</summary>
public sealed class SearchMemoriesResponse
{
    /// <summary>The question.</summary>
    public string Query { get; set; } = "";

    /// <summary>Whether the model that is set could not be asked, so that the passages were found without it.</summary>
    public bool Degraded { get; set; }

    /// <summary>The passages.</summary>
    public IReadOnlyList<FoundPassage> Results { get; set; } = [];
}

/// <summary>A passage that bears on the question.</summary>
public sealed class FoundPassage
{
    /// <summary>Where it stands: <c>memories</c>, <c>session_memories</c> or <c>messages</c>.</summary>
    public MemorySource Source { get; set; }

    /// <summary>How well it bears on the question, from 0 to 1: the weighted mean of the three parts below.</summary>
    public double Score { get; set; }

    /// <summary>
    /// How many of the question's words it has, rare words counting more, from 0 to 1: 1 with all of them. A word that only a message
    /// beside it has counts less.
    /// </summary>
    public double KeywordScore { get; set; }

    /// <summary>How near it and the messages beside it are in meaning, from 0 to 1. A passage on its own has at most 0.42.</summary>
    public double SemanticScore { get; set; }

    /// <summary>
    /// What else speaks for it, from 0 to 1: whether it is the user's, and has a time or a number where the question asks for one.
    /// </summary>
    public double Prior { get; set; }

    /// <summary>
    /// How many passages have this text, of the same speaker; the newest of them is shown. At most about a hundred are looked at.
    /// </summary>
    public int Occurrences { get; set; }

    /// <summary>The session that it is of or came from; null where there is none.</summary>
    public Guid? SessionId { get; set; }

    /// <summary>The number of the message, or of the one that a memory came from; null where there is none.</summary>
    public long? Sequence { get; set; }

    /// <summary>The message's id; null for a memory.</summary>
    public Guid? MessageId { get; set; }

    /// <summary>The memory's id; null for a message.</summary>
    public Guid? MemoryId { get; set; }

    /// <summary>Who speaks; null for a memory.</summary>
    public string? Role { get; set; }

    /// <summary>The text.</summary>
    public string Content { get; set; } = "";

    /// <summary>The client's own labels.</summary>
    public JsonObject Metadata { get; set; } = [];

    /// <summary>When it was written.</summary>
    public DateTimeOffset CreatedAt { get; set; }
}
