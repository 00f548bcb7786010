using System.ComponentModel.DataAnnotations;
using SessionService.Application.MemorySearch.Ranking;

namespace SessionService.Infrastructure.MemorySearch;

/// <summary>How passages are ranked. Section <c>MemorySearch</c>.</summary>
public sealed class MemorySearchOptions
{
    public const string Section = "MemorySearch";

    /// <summary>The weight of nearness in meaning, where no sentence model counts beside it; words have weight 1. 0 to 10.</summary>
    [Range(0d, 10d)]
    public double SemanticWeight { get; set; } = RankingWeights.Default.Semantic;

    /// <summary>The weight of the same, where the sentence model counts beside it. 0 to 10.</summary>
    [Range(0d, 10d)]
    public double SemanticWeightBesideModel { get; set; } = RankingWeights.Default.SemanticBesideModel;

    /// <summary>The weight of nearness by the sentence model. 0 to 10.</summary>
    [Range(0d, 10d)]
    public double ModelWeight { get; set; } = RankingWeights.Default.Model;

    /// <summary>What a message gets of the words of the message before; of each further one 0.1 less. 0 to 1.</summary>
    [Range(0d, 1d)]
    public double PredecessorWeight { get; set; } = RankingWeights.Default.Predecessor;

    /// <summary>What a message gets of the words of the message after; of the next one 0.1 less. 0 to 1.</summary>
    [Range(0d, 1d)]
    public double SuccessorWeight { get; set; } = RankingWeights.Default.Successor;

    /// <summary>What the words of an assistant's answer in a chat count beside those of others. 0 to 1.</summary>
    [Range(0d, 1d)]
    public double AnswerWeight { get; set; } = RankingWeights.Default.Answer;

    /// <summary>What a message gets if the question names its speaker. 0 to 10.</summary>
    [Range(0d, 10d)]
    public double SpeakerWeight { get; set; } = RankingWeights.Default.Speaker;

    /// <summary>What a message with a word of time gets if the question asks when. 0 to 10.</summary>
    [Range(0d, 10d)]
    public double TimeWeight { get; set; } = RankingWeights.Default.Time;

    /// <summary>What a message with a number gets if the question asks how many. 0 to 10.</summary>
    [Range(0d, 10d)]
    public double NumberWeight { get; set; } = RankingWeights.Default.Number;

    /// <summary>What a message between people loses if it only asks. 0 to 10.</summary>
    [Range(0d, 10d)]
    public double AskingWeight { get; set; } = RankingWeights.Default.Asking;

    /// <summary>What a user's message in a chat gets. 0 to 10.</summary>
    [Range(0d, 10d)]
    public double UserWeight { get; set; } = RankingWeights.Default.User;

    /// <summary>What a user's message gets that tells the assistant what always to do, if the question is a request. 0 to 10.</summary>
    [Range(0d, 10d)]
    public double InstructionWeight { get; set; } = RankingWeights.Default.Instruction;

    /// <summary>What a user's message gets that says what the user likes, if the question is a request. 0 to 10.</summary>
    [Range(0d, 10d)]
    public double PreferenceWeight { get; set; } = RankingWeights.Default.Preference;

    /// <summary>
    /// Words, with spaces between, that belong to the asking: in a question they count half. Empty to let all words count alike.
    /// </summary>
    public string AskingWords { get; set; } =
        "what when where which who whom whose why how do does did is are was were can could would will should tell say said mention list "
        + "name give show describe explain summarize many much kind type";

    /// <summary>
    /// The most memories of a user, and of the user's sessions, that a question is compared with: the newest that pass the filters. 1 to
    /// 1,000,000.
    /// </summary>
    [Range(1, 1_000_000)]
    public int MaxMemories { get; set; } = 100_000;

    internal RankingWeights Weights => new()
    {
        Semantic = SemanticWeight,
        SemanticBesideModel = SemanticWeightBesideModel,
        Model = ModelWeight,
        Predecessor = PredecessorWeight,
        Successor = SuccessorWeight,
        Answer = AnswerWeight,
        Speaker = SpeakerWeight,
        Time = TimeWeight,
        Number = NumberWeight,
        Asking = AskingWeight,
        User = UserWeight,
        Instruction = InstructionWeight,
        Preference = PreferenceWeight,
    };
}
