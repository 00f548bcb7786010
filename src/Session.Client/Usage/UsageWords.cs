using System.Text.Json.Serialization;

namespace SessionService.Client;

/// <summary>The length of a bucket of usage. A newer service may send words that are not named here.</summary>
[JsonConverter(typeof(WordConverter<UsageBucket>))]
public readonly record struct UsageBucket(string Value) : IWord<UsageBucket>
{
    /// <summary><c>hour</c>.</summary>
    public static UsageBucket Hour { get; } = new("hour");

    /// <summary><c>day</c>.</summary>
    public static UsageBucket Day { get; } = new("day");

    /// <summary><c>week</c>.</summary>
    public static UsageBucket Week { get; } = new("week");

    /// <summary><c>month</c>.</summary>
    public static UsageBucket Month { get; } = new("month");

    /// <inheritdoc/>
    public override string ToString() => Value ?? "";

    static UsageBucket IWord<UsageBucket>.Of(string word) => new(word);
}

/// <summary>How usage is grouped. A newer service may send words that are not named here.</summary>
[JsonConverter(typeof(WordConverter<UsageGrouping>))]
public readonly record struct UsageGrouping(string Value) : IWord<UsageGrouping>
{
    /// <summary><c>session</c>.</summary>
    public static UsageGrouping Session { get; } = new("session");

    /// <summary><c>message_type</c>.</summary>
    public static UsageGrouping MessageType { get; } = new("message_type");

    /// <summary><c>metadata.model</c>.</summary>
    public static UsageGrouping MetadataModel { get; } = new("metadata.model");

    /// <inheritdoc/>
    public override string ToString() => Value ?? "";

    static UsageGrouping IWord<UsageGrouping>.Of(string word) => new(word);
}
