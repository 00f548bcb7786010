using System.ComponentModel.DataAnnotations;
using SessionService.Application.Sessions;

namespace SessionService.Application.Branches;

/// <summary>A branch of a session: one way in which the conversation went on.</summary>
public sealed class BranchResponse
{
    /// <summary>1, 2, 3 … within the session, in the order in which the branches were made.</summary>
    /// <example>2</example>
    [Required]
    public required int BranchId { get; init; }

    /// <summary>What its user calls it; <see langword="null"/> where nobody named it.</summary>
    /// <example>shorter answer</example>
    public required string? Name { get; init; }

    /// <summary>
    /// The number of the first message written in this branch; <see langword="null"/> where none was. The messages before it belong to the
    /// branch from which this one went on, too.
    /// </summary>
    /// <example>3</example>
    public required long? FromSequence { get; init; }

    /// <summary>The number of the last message; 0 where the branch is empty.</summary>
    /// <example>4</example>
    [Required]
    public required long LastSequence { get; init; }

    /// <summary>How many messages the branch shows, with those before <c>from_sequence</c>.</summary>
    /// <example>3</example>
    [Required]
    public required long MessageCount { get; init; }

    /// <summary>When the branch was made.</summary>
    /// <example>2025-09-23T14:54:08.106314Z</example>
    [Required]
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Whether the branch is the conversation: lists show it, and messages go on from it.</summary>
    /// <example>true</example>
    [Required]
    public required bool IsCurrent { get; init; }
}

/// <summary>The branches of a session.</summary>
public sealed class BranchListResponse
{
    /// <summary>All branches, at most 10,000, in the order in which they were made.</summary>
    [Required]
    public required IReadOnlyList<BranchResponse> Branches { get; init; }

    /// <summary>How many there are.</summary>
    /// <example>1</example>
    [Required]
    public required int Total { get; init; }
}

/// <summary>A session whose current branch was changed.</summary>
public sealed class BranchChangeResponse
{
    /// <summary>The session as it is now.</summary>
    [Required]
    public required SessionResponse Session { get; init; }

    /// <summary>The current branch.</summary>
    /// <example>2</example>
    [Required]
    public required int BranchId { get; init; }

    /// <summary>The branch that was current before; the same where nothing changed.</summary>
    /// <example>1</example>
    [Required]
    public required int PreviousBranchId { get; init; }
}
