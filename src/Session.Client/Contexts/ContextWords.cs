using System.Text.Json.Serialization;

namespace SessionService.Client;

/// <summary>For whom a context is. A newer service may send words that are not named here.</summary>
[JsonConverter(typeof(WordConverter<ContextFormat>))]
public readonly record struct ContextFormat(string Value) : IWord<ContextFormat>
{
    /// <summary><c>session</c>.</summary>
    public static ContextFormat Session { get; } = new("session");

    /// <summary><c>openai</c>.</summary>
    public static ContextFormat Openai { get; } = new("openai");

    /// <summary><c>openai-responses</c>.</summary>
    public static ContextFormat OpenaiResponses { get; } = new("openai-responses");

    /// <summary><c>anthropic</c>.</summary>
    public static ContextFormat Anthropic { get; } = new("anthropic");

    /// <inheritdoc/>
    public override string ToString() => Value ?? "";

    static ContextFormat IWord<ContextFormat>.Of(string word) => new(word);
}

/// <summary>Whether a context has reasoning. A newer service may send words that are not named here.</summary>
[JsonConverter(typeof(WordConverter<ContextReasoning>))]
public readonly record struct ContextReasoning(string Value) : IWord<ContextReasoning>
{
    /// <summary><c>include</c>.</summary>
    public static ContextReasoning Include { get; } = new("include");

    /// <inheritdoc/>
    public override string ToString() => Value ?? "";

    static ContextReasoning IWord<ContextReasoning>.Of(string word) => new(word);
}

/// <summary>What a context keeps whatever its budget. A newer service may send words that are not named here.</summary>
[JsonConverter(typeof(WordConverter<Keep>))]
public readonly record struct Keep(string Value) : IWord<Keep>
{
    /// <summary><c>system</c>.</summary>
    public static Keep System { get; } = new("system");

    /// <inheritdoc/>
    public override string ToString() => Value ?? "";

    static Keep IWord<Keep>.Of(string word) => new(word);
}
