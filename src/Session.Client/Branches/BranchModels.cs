using System.Text.Json.Serialization;

namespace SessionService.Client;

/// <summary>Where to rewind a session.</summary>
public sealed class RewindSessionRequest
{
    /// <summary>The message that becomes the last one; 0 to begin anew.</summary>
    public required long ToSequence { get; set; }
}

/// <summary>The name of a branch.</summary>
public sealed class RenameBranchRequest
{
    /// <summary>The new name, up to 255 characters; null removes the name.</summary>
    [JsonConverter(typeof(OptionalConverter<string>)), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Optional<string> Name { get; set; }

    /// <summary>The caller, where nothing else names one; naming another user than the caller is refused.</summary>
    public string? UserId { get; set; }
}

/// <summary>A branch of a session: one way in which the conversation went on.</summary>
public sealed class BranchResponse
{
    /// <summary>1, 2, 3 … within the session, in the order in which the branches were made.</summary>
    public int BranchId { get; set; }

    /// <summary>What its user calls it; null where nobody named it.</summary>
    public string? Name { get; set; }

    /// <summary>
    /// The number of the first message written in this branch; null where none was. The messages before it belong to the branch from
    /// which this one went on, too.
    /// </summary>
    public long? FromSequence { get; set; }

    /// <summary>The number of the last message; 0 where the branch is empty.</summary>
    public long LastSequence { get; set; }

    /// <summary>How many messages the branch shows, with those before <c>from_sequence</c>.</summary>
    public long MessageCount { get; set; }

    /// <summary>When the branch was made.</summary>
    public DateTimeOffset CreatedAt { get; set; }

    /// <summary>Whether the branch is the conversation: lists show it, and messages go on from it.</summary>
    public bool IsCurrent { get; set; }
}

/// <summary>The branches of a session.</summary>
public sealed class BranchListResponse
{
    /// <summary>All branches, at most 10,000, in the order in which they were made.</summary>
    public IReadOnlyList<BranchResponse> Branches { get; set; } = [];

    /// <summary>How many there are.</summary>
    public int Total { get; set; }
}

/// <summary>A session whose current branch was changed.</summary>
public sealed class BranchChangeResponse
{
    /// <summary>The session as it is now.</summary>
    public SessionResponse Session { get; set; } = new();

    /// <summary>The current branch.</summary>
    public int BranchId { get; set; }

    /// <summary>The branch that was current before; the same where nothing changed.</summary>
    public int PreviousBranchId { get; set; }
}
