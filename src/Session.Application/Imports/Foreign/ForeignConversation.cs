using System.Text.Json;

namespace SessionService.Application.Imports.Foreign;

/// <summary>A conversation of another program, in one shape for all forms.</summary>
public sealed record ForeignConversation
{
    /// <summary>The program or API, as a short name. Ids are derived from it, so it must stay the same.</summary>
    public required string Source { get; init; }

    /// <summary>The conversation's id in the file; <see langword="null"/> where it has none, so that its text identifies it.</summary>
    public string? Id { get; init; }

    public string? Title { get; init; }

    public string? Model { get; init; }

    public DateTimeOffset? CreatedAt { get; init; }

    public DateTimeOffset? UpdatedAt { get; init; }

    /// <summary>The last message of the path that the user saw; <see langword="null"/> where the file does not say.</summary>
    public string? CurrentId { get; init; }

    /// <summary>The messages in the order of the file, those of all branches.</summary>
    public required IReadOnlyList<ForeignMessage> Messages { get; init; }

    /// <summary>What else goes into the session's metadata, unchanged.</summary>
    public IReadOnlyList<KeyValuePair<string, JsonElement>> Labels { get; init; } = [];
}

/// <summary>A message, or another node of a tree of messages.</summary>
public sealed record ForeignMessage
{
    /// <summary>The id in the file; <see langword="null"/> where it has none, so that its place identifies it.</summary>
    public string? Id { get; init; }

    public string? ParentId { get; init; }

    public DateTimeOffset? CreatedAt { get; init; }

    /// <summary>What the message becomes: one message, or several where it holds results of tools; none where it is hidden.</summary>
    public required IReadOnlyList<ForeignTurn> Turns { get; init; }

    /// <summary>Whether its program does not show it, although it has content. It is kept in the session's metadata.</summary>
    public bool IsHidden { get; init; }

    /// <summary>The message in the file.</summary>
    public JsonElement Json { get; init; }
}

/// <summary>A part of a message that becomes a message of its own.</summary>
public sealed record ForeignTurn
{
    public const string Call = "tool_call";
    public const string Result = "tool_result";

    public string? Role { get; init; }

    /// <summary>The type of the message; <see langword="null"/> for the usual one.</summary>
    public string? Type { get; init; }

    /// <summary>The text; <see langword="null"/> where none could be read.</summary>
    public string? Text { get; init; }

    /// <summary>What goes into the metadata, each as JSON.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Labels { get; init; } = [];

    /// <summary>The parts in order, unchanged; none where there are texts alone.</summary>
    public IReadOnlyList<JsonElement> Parts { get; init; } = [];
}
