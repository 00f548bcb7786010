using System.Text.Json.Serialization;

namespace SessionService.Client;

/// <summary>Which server may answer a read. A newer service may send words that are not named here.</summary>
[JsonConverter(typeof(WordConverter<Consistency>))]
public readonly record struct Consistency(string Value) : IWord<Consistency>
{
    /// <summary><c>strong</c>.</summary>
    public static Consistency Strong { get; } = new("strong");

    /// <summary><c>eventual</c>.</summary>
    public static Consistency Eventual { get; } = new("eventual");

    /// <inheritdoc/>
    public override string ToString() => Value ?? "";

    static Consistency IWord<Consistency>.Of(string word) => new(word);
}
