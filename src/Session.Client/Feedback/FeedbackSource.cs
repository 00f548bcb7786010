using System.Text.Json.Serialization;

namespace SessionService.Client;

/// <summary>Who gave feedback. A newer service may send words that are not named here.</summary>
[JsonConverter(typeof(WordConverter<FeedbackSource>))]
public readonly record struct FeedbackSource(string Value) : IWord<FeedbackSource>
{
    /// <summary><c>user</c>.</summary>
    public static FeedbackSource User { get; } = new("user");

    /// <summary><c>annotator</c>.</summary>
    public static FeedbackSource Annotator { get; } = new("annotator");

    /// <summary><c>model</c>.</summary>
    public static FeedbackSource Model { get; } = new("model");

    /// <inheritdoc/>
    public override string ToString() => Value ?? "";

    static FeedbackSource IWord<FeedbackSource>.Of(string word) => new(word);
}
