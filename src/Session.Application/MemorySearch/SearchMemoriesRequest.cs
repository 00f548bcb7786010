using System.ComponentModel.DataAnnotations;
using FluentValidation;
using Microsoft.Extensions.Options;
using SessionService.Application.Branches;
using SessionService.Application.Json;
using SessionService.Application.Limits;
using SessionService.Application.Memories;
using SessionService.Application.Validation;
using SessionService.Domain.Messages;

namespace SessionService.Application.MemorySearch;

/// <summary>A search in a user's memories and messages.</summary>
public sealed class SearchMemoriesRequest
{
    public const int MaxQueryLength = 4_000;
    public const int DefaultTopK = 10;
    public const int MaxTopK = 100;

    /// <summary>The question, or what is looked for, in the words of people; up to 4,000 characters.</summary>
    /// <example>How does the user like explanations?</example>
    [Required]
    [StringLength(MaxQueryLength, MinimumLength = 1)]
    [RegularExpression(TextPatterns.NotBlank)]
    public string? Query { get; init; }

    /// <summary>How many passages at most, 1 to 100. Default 10.</summary>
    /// <example>10</example>
    [Range(1, MaxTopK)]
    public int? TopK { get; init; }

    /// <summary>
    /// Which passages: <c>best</c> (default), or <c>spread</c>: the best of each stretch of time, the earliest first, for an overview or an
    /// order of events.
    /// </summary>
    /// <example>best</example>
    [AllowedValues(MemorySearchModes.Best, MemorySearchModes.Spread, null)]
    public string? Mode { get; init; }

    /// <summary>
    /// Where to look: <c>memories</c> (the user's), <c>session_memories</c> (those of sessions), <c>messages</c>. By default everywhere.
    /// </summary>
    /// <example>["memories", "session_memories", "messages"]</example>
    [MinLength(1)]
    [MaxLength(8)]
    [AllowedItems(MemorySources.Memories, MemorySources.SessionMemories, MemorySources.Messages)]
    public IReadOnlyList<string>? Sources { get; init; }

    /// <summary>Only what belongs to this session: its messages, its memory, and the user's memories that came from it.</summary>
    public Guid? SessionId { get; init; }

    /// <summary>
    /// The number of a branch, of one session; or <c>all</c> for the messages of all branches. By default the current branches.
    /// </summary>
    [RegularExpression(BranchChoice.Pattern)]
    public string? Branch { get; init; }

    /// <summary>Only memories of this type, and no messages.</summary>
    [StringLength(WriteMemoryRequest.MaxTypeLength, MinimumLength = 1)]
    [RegularExpression(TextPatterns.NotBlank)]
    public string? MemoryType { get; init; }

    /// <summary>Only messages of this role, and no memories.</summary>
    [AllowedValues("user", "assistant", "system", "developer", "tool", null)]
    public string? Role { get; init; }

    /// <summary>Only passages whose metadata contain this object.</summary>
    /// <example>{}</example>
    public JsonText? Metadata { get; init; }

    /// <summary>Only what was created at this time or later.</summary>
    public DateTimeOffset? CreatedAfter { get; init; }

    /// <summary>Only what was created before this time.</summary>
    public DateTimeOffset? CreatedBefore { get; init; }

    /// <summary>Whether memories that no longer hold (<c>valid_until</c>) are found too. Default false.</summary>
    public bool? IncludeExpired { get; init; }

    internal bool Includes(string source) =>
        (Sources is null || Sources.Contains(source, StringComparer.Ordinal))
        && (source == MemorySources.Messages ? MemoryType is null : Role is null);
}

/// <summary>Where passages come from.</summary>
public static class MemorySources
{
    public const string Memories = "memories";
    public const string SessionMemories = "session_memories";
    public const string Messages = "messages";

    public static readonly IReadOnlyList<string> All = [Memories, SessionMemories, Messages];
}

/// <summary>Which passages an answer has.</summary>
public static class MemorySearchModes
{
    /// <summary>The best, the best first.</summary>
    public const string Best = "best";

    /// <summary>The best of each stretch of time, the earliest first.</summary>
    public const string Spread = "spread";
}

internal sealed class SearchMemoriesRequestValidator : AbstractValidator<SearchMemoriesRequest>
{
    public SearchMemoriesRequestValidator(IOptions<LimitOptions> limits)
    {
        RuleFor(r => r.Query).Required().NotBlank().Characters(SearchMemoriesRequest.MaxQueryLength);
        RuleFor(r => r.TopK)
            .InclusiveBetween(1, SearchMemoriesRequest.MaxTopK).WithMessage($"must be between 1 and {SearchMemoriesRequest.MaxTopK}");
        RuleFor(r => r.Mode)
            .Must(mode => mode is null or MemorySearchModes.Best or MemorySearchModes.Spread)
            .WithMessage($"must be {MemorySearchModes.Best} or {MemorySearchModes.Spread}");
        RuleFor(r => r.Sources)
            .Must(sources => sources is null || (sources.Count > 0 && sources.All(MemorySources.All.Contains)))
            .WithMessage($"must hold one or more of {string.Join(", ", MemorySources.All)}");
        RuleFor(r => r.Branch).BranchChoice();
        RuleFor(r => r.MemoryType).NotBlank().Characters(WriteMemoryRequest.MaxTypeLength);
        RuleFor(r => r.Role)
            .Must(role => role is null || MessageRoles.IsKnown(role)).WithMessage($"must be one of {MessageRoles.Names}");
        RuleFor(r => r.Metadata).JsonObject(limits.Value.MaxJsonBytes);
        RuleFor(r => r.CreatedAfter).InRange();
        RuleFor(r => r.CreatedBefore).InRange();
    }
}
