namespace SessionService.Application.MemorySearch.Ranking;

/// <summary>The weights of the parts of a score, relative to words, which have the weight 1.</summary>
public sealed record RankingWeights
{
    /// <summary>The weights by default.</summary>
    public static readonly RankingWeights Default = new();

    /// <summary>Meaning, where no sentence model counts beside it.</summary>
    public double Semantic { get; init; } = 0.20;

    /// <summary>The same, where a sentence model does.</summary>
    public double SemanticBesideModel { get; init; } = 0.10;

    /// <summary>Meaning by the sentence model.</summary>
    public double Model { get; init; } = 0.20;

    /// <summary>What the message before lends of its words. Each further one lends 0.1 less.</summary>
    public double Predecessor { get; init; } = 0.8;

    /// <summary>What the message after lends of its words. The next one lends 0.1 less.</summary>
    public double Successor { get; init; } = 0.6;

    /// <summary>What the words of an assistant's answer in a chat are worth beside those of others.</summary>
    public double Answer { get; init; } = 0.7;

    /// <summary>The message is of the speaker whom the question names.</summary>
    public double Speaker { get; init; } = 0.12;

    /// <summary>The question asks when, and the message has a word of time.</summary>
    public double Time { get; init; } = 0.20;

    /// <summary>The question asks how many, and the message has a number.</summary>
    public double Number { get; init; } = 0.10;

    /// <summary>Taken off a message between people that only asks.</summary>
    public double Asking { get; init; } = 0.25;

    /// <summary>The message is the user's, in a chat.</summary>
    public double User { get; init; } = 0.20;

    /// <summary>The question is a request, and the message tells the assistant what always to do.</summary>
    public double Instruction { get; init; } = 0.50;

    /// <summary>The question is a request, and the message says what the user likes.</summary>
    public double Preference { get; init; } = 0.20;

    /// <summary>The most that can be added for what a message is.</summary>
    internal double MostPrior => Time + Number + Math.Max(Speaker, User + Instruction + Preference);
}
