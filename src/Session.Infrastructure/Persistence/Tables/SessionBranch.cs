using NpgsqlTypes;

namespace SessionService.Infrastructure.Persistence.Tables;

/// <summary>
/// A branch of a session that was rewound or of which a message was removed. A session without rows has one branch with all messages.
/// </summary>
public sealed class SessionBranch
{
    /// <summary>Unicode code points of a name.</summary>
    public const int MaxNameLength = 255;

    public required string UserId { get; init; }

    public required Guid SessionId { get; init; }

    /// <summary>1, 2, 3 … in the order in which the branches were made.</summary>
    public required int BranchId { get; init; }

    public string? Name { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>The numbers of its messages. The last range of the current branch has no end.</summary>
    public required NpgsqlRange<long>[] Path { get; set; }

    /// <summary>
    /// The first message that was written in this branch; <see langword="null"/> where none was. Of the current branch, as of when it
    /// became current.
    /// </summary>
    public long? FromSequence { get; set; }

    /// <summary>The last message; 0 where there is none. Of the current branch, as of when it became current.</summary>
    public required long LastSequence { get; set; }

    /// <summary>How many messages there are. Of the current branch, as of when it became current.</summary>
    public required long MessageCount { get; set; }
}
