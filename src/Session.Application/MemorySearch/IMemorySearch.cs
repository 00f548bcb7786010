using SessionService.Application.Branches;

namespace SessionService.Application.MemorySearch;

/// <summary>Searches the passages of one user.</summary>
public interface IMemorySearch
{
    Task<SearchMemoriesResponse> SearchAsync(MemoryQuestion question, CancellationToken cancellationToken);
}

/// <summary>A question, its user, and where to look.</summary>
public sealed record MemoryQuestion
{
    public required string UserId { get; init; }

    public required string Query { get; init; }

    public required int TopK { get; init; }

    /// <summary>Which passages to choose, of <see cref="MemorySearchModes"/>.</summary>
    public required string Mode { get; init; }

    /// <summary>The sources to look in, of <see cref="MemorySources"/>.</summary>
    public required IReadOnlyCollection<string> Sources { get; init; }

    public Guid? SessionId { get; init; }

    /// <summary>The branches to look in, of <see cref="SessionId"/> unless all.</summary>
    public BranchChoice Branch { get; init; }

    public string? MemoryType { get; init; }

    public string? Role { get; init; }

    /// <summary>A JSON object, as text, that the metadata must contain.</summary>
    public string? Metadata { get; init; }

    public DateTimeOffset? CreatedAfter { get; init; }

    public DateTimeOffset? CreatedBefore { get; init; }

    /// <summary>Memories must hold at this time; <see langword="null"/> to find all.</summary>
    public DateTimeOffset? ValidAt { get; init; }
}
