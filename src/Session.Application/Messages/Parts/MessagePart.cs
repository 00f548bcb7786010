using System.Text.Json;

namespace SessionService.Application.Messages.Parts;

/// <summary>What one part says, whichever API or framework wrote it. A part that holds a call and its result gives two of these.</summary>
public sealed record MessagePart
{
    /// <summary>The place of the part in its message, from 0.</summary>
    public required int Index { get; init; }

    public required PartKind Kind { get; init; }

    /// <summary>The part as the client gave it.</summary>
    public required JsonElement Json { get; init; }

    /// <summary>The words: of a text, a refusal, a result or reasoning; empty where there are none.</summary>
    public string Text { get; init; } = "";

    /// <summary>With a call or a result: the call's id, if it has one.</summary>
    public string? CallId { get; init; }

    /// <summary>With a call or a result: the tool's name, if it is given.</summary>
    public string? ToolName { get; init; }

    /// <summary>With a call: the arguments, as JSON; <c>{}</c> where there are none. A text that is no JSON is a JSON string.</summary>
    public string Arguments => GivenArguments is { } given ? PartArguments.AsJson(given) : "{}";

    /// <summary>With a call: the arguments as they were given, JSON or the text of JSON.</summary>
    internal JsonElement? GivenArguments { get; init; }

    /// <summary>With a result: whether the tool failed.</summary>
    public bool IsError { get; init; }

    /// <summary>Whether the part only marks a place, such as the start of a step.</summary>
    public bool IsMark { get; init; }

    /// <summary>With a picture, sound, video or file.</summary>
    public PartMedia? Media { get; init; }

    /// <summary>The pictures, sounds, videos and files in a result, or in an item that holds content.</summary>
    public IReadOnlyList<MessagePart> Nested { get; init; } = [];
}

/// <summary>A picture, a sound, a video or a file.</summary>
public sealed record PartMedia
{
    public required MediaKind Kind { get; init; }

    /// <summary>Where it is on the web; <see langword="null"/> where it is here or inline.</summary>
    public string? Url { get; init; }

    /// <summary>The attachment that holds its bytes.</summary>
    public Guid? AttachmentId { get; init; }

    /// <summary>Its bytes, where they are short enough to stand in the message.</summary>
    public string? Base64 { get; init; }

    public string? MediaType { get; init; }

    /// <summary>The name of the file.</summary>
    public string? Name { get; init; }

    /// <summary>Its id in the API of a model, where that keeps the file.</summary>
    public string? FileId { get; init; }

    internal bool HasSource => (Url ?? Base64 ?? FileId) is not null || AttachmentId is not null;
}

public enum MediaKind
{
    Image,
    Audio,
    Video,
    File,
}
