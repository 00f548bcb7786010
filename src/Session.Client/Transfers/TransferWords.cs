using System.Text.Json.Serialization;

namespace SessionService.Client;

/// <summary>The form of the export of a session. A newer service may send words that are not named here.</summary>
[JsonConverter(typeof(WordConverter<ExportFormat>))]
public readonly record struct ExportFormat(string Value) : IWord<ExportFormat>
{
    /// <summary><c>json</c>.</summary>
    public static ExportFormat Json { get; } = new("json");

    /// <summary><c>jsonl</c>.</summary>
    public static ExportFormat Jsonl { get; } = new("jsonl");

    /// <summary><c>markdown</c>.</summary>
    public static ExportFormat Markdown { get; } = new("markdown");

    /// <inheritdoc/>
    public override string ToString() => Value ?? "";

    static ExportFormat IWord<ExportFormat>.Of(string word) => new(word);
}

/// <summary>What an import does at a wrong line. A newer service may send words that are not named here.</summary>
[JsonConverter(typeof(WordConverter<ImportErrorHandling>))]
public readonly record struct ImportErrorHandling(string Value) : IWord<ImportErrorHandling>
{
    /// <summary><c>stop</c>.</summary>
    public static ImportErrorHandling Stop { get; } = new("stop");

    /// <summary><c>skip</c>.</summary>
    public static ImportErrorHandling Skip { get; } = new("skip");

    /// <inheritdoc/>
    public override string ToString() => Value ?? "";

    static ImportErrorHandling IWord<ImportErrorHandling>.Of(string word) => new(word);
}

/// <summary>Which ids imported data get. A newer service may send words that are not named here.</summary>
[JsonConverter(typeof(WordConverter<ImportIds>))]
public readonly record struct ImportIds(string Value) : IWord<ImportIds>
{
    /// <summary><c>keep</c>.</summary>
    public static ImportIds Keep { get; } = new("keep");

    /// <summary><c>new</c>.</summary>
    public static ImportIds New { get; } = new("new");

    /// <inheritdoc/>
    public override string ToString() => Value ?? "";

    static ImportIds IWord<ImportIds>.Of(string word) => new(word);
}
