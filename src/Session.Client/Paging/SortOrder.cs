using System.Text.Json.Serialization;

namespace SessionService.Client;

/// <summary>The order of a list. A newer service may send words that are not named here.</summary>
[JsonConverter(typeof(WordConverter<SortOrder>))]
public readonly record struct SortOrder(string Value) : IWord<SortOrder>
{
    /// <summary><c>asc</c>.</summary>
    public static SortOrder Asc { get; } = new("asc");

    /// <summary><c>desc</c>.</summary>
    public static SortOrder Desc { get; } = new("desc");

    /// <inheritdoc/>
    public override string ToString() => Value ?? "";

    static SortOrder IWord<SortOrder>.Of(string word) => new(word);
}
