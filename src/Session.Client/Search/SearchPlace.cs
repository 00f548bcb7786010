using System.Text.Json.Serialization;

namespace SessionService.Client;

/// <summary>Where a full text search looks. A newer service may send words that are not named here.</summary>
[JsonConverter(typeof(WordConverter<SearchPlace>))]
public readonly record struct SearchPlace(string Value) : IWord<SearchPlace>
{
    /// <summary><c>tools</c>.</summary>
    public static SearchPlace Tools { get; } = new("tools");

    /// <inheritdoc/>
    public override string ToString() => Value ?? "";

    static SearchPlace IWord<SearchPlace>.Of(string word) => new(word);
}
