using System.ComponentModel.DataAnnotations;
using SessionService.Application.MemorySearch.Ranking;

namespace SessionService.Infrastructure.MemorySearch;

/// <summary>How passages are ranked. Section <c>MemorySearch</c>.</summary>
public sealed class MemorySearchOptions
{
    public const string Section = "MemorySearch";

    /// <summary>The weight of nearness in meaning; keywords have weight 1. 0 to 10.</summary>
    [Range(0d, 10d)]
    public double SemanticWeight { get; set; } = RankingWeights.Default.Semantic;

    /// <summary>The share of the score of the message before that a message gets in addition. 0 to 1.</summary>
    [Range(0d, 1d)]
    public double PredecessorWeight { get; set; } = RankingWeights.Default.Predecessor;

    /// <summary>The share of the score of the message after that a message gets in addition. 0 to 1.</summary>
    [Range(0d, 1d)]
    public double SuccessorWeight { get; set; } = RankingWeights.Default.Successor;

    /// <summary>
    /// The most memories of a user, and of the user's sessions, that a question is compared with: the newest that pass the filters. 1 to
    /// 1,000,000.
    /// </summary>
    [Range(1, 1_000_000)]
    public int MaxMemories { get; set; } = 100_000;

    internal RankingWeights Weights => new(SemanticWeight, PredecessorWeight, SuccessorWeight);
}
