using SessionService.Application.Messages;

namespace SessionService.Application.Imports;

/// <summary>A branch of a session in an import.</summary>
public sealed record ImportedBranch
{
    /// <summary>The id that the branch has where it comes from; <see langword="null"/> where it had none.</summary>
    public int? BranchId { get; init; }

    public string? Name { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>The numbers of its messages.</summary>
    public required MessagePath Path { get; init; }

    /// <summary>The first message that was written in the branch.</summary>
    public long? FromSequence { get; init; }
}
