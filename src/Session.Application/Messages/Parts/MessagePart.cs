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

    /// <summary>With a call: the arguments, as JSON; <c>{}</c> where there are none.</summary>
    public string Arguments { get; init; } = "{}";

    /// <summary>With a result: whether the tool failed.</summary>
    public bool IsError { get; init; }

    /// <summary>With a picture, sound, video or file.</summary>
    public PartMedia? Media { get; init; }

    /// <summary>With a result: the parts that it holds besides text, such as pictures.</summary>
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
}

public enum MediaKind
{
    Image,
    Audio,
    Video,
    File,
}
