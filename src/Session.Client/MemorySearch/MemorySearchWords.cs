using System.Text.Json.Serialization;

namespace SessionService.Client;

/// <summary>How a memory search chooses passages. A newer service may send words that are not named here.</summary>
[JsonConverter(typeof(WordConverter<MemorySearchMode>))]
public readonly record struct MemorySearchMode(string Value) : IWord<MemorySearchMode>
{
    /// <summary><c>best</c>.</summary>
    public static MemorySearchMode Best { get; } = new("best");

    /// <summary><c>spread</c>.</summary>
    public static MemorySearchMode Spread { get; } = new("spread");

    /// <inheritdoc/>
    public override string ToString() => Value ?? "";

    static MemorySearchMode IWord<MemorySearchMode>.Of(string word) => new(word);
}

/// <summary>Where a passage stands. A newer service may send words that are not named here.</summary>
[JsonConverter(typeof(WordConverter<MemorySource>))]
public readonly record struct MemorySource(string Value) : IWord<MemorySource>
{
    /// <summary><c>memories</c>.</summary>
    public static MemorySource Memories { get; } = new("memories");

    /// <summary><c>session_memories</c>.</summary>
    public static MemorySource SessionMemories { get; } = new("session_memories");

    /// <summary><c>messages</c>.</summary>
    public static MemorySource Messages { get; } = new("messages");

    /// <inheritdoc/>
    public override string ToString() => Value ?? "";

    static MemorySource IWord<MemorySource>.Of(string word) => new(word);
}
