using System.Text.Json;

namespace SessionService.Application.Messages.Parts;

/// <summary>A row of <see cref="KnownParts"/>: how a part is recognised, what it is, and where its values lie.</summary>
internal sealed record KnownPart
{
    /// <summary>
    /// What the part's <c>type</c> or <c>$type</c> says, one of several divided by bars; <c>tool-*</c> stands for all that begin so, and
    /// <c>*_tool_result</c> for all that end so. Of a keyed part: its member.
    /// </summary>
    public required string Types { get; init; }

    /// <summary>Whether a member tells the part, as in Gemini's API. The paths begin at that member then, if it is an object.</summary>
    public bool IsKeyed { get; init; }

    /// <summary>Whether the paths of a keyed part begin at the part all the same.</summary>
    public bool IsWhole { get; init; }

    /// <summary>Where several rows have a type: what the part must have to be this one.</summary>
    public PartPath? If { get; init; }

    public required PartKind Kind { get; init; }

    /// <summary>The words, joined by line breaks.</summary>
    public IReadOnlyList<PartPath> Text { get; init; } = [];

    /// <summary>A text, further parts, or any JSON: of a result, or of an item that holds content.</summary>
    public PartPath? Content { get; init; }

    /// <summary>More parts beside the content.</summary>
    public PartPath? More { get; init; }

    public PartPath? CallId { get; init; }

    public PartPath? Tool { get; init; }

    /// <summary>The tool's name where the type alone tells the tool.</summary>
    public string? ToolName { get; init; }

    public PartPath? Arguments { get; init; }

    /// <summary>There if a call has a result, even one without content.</summary>
    public PartPath? Done { get; init; }

    /// <summary>There, and not false, if the tool failed.</summary>
    public PartPath? Failed { get; init; }

    /// <summary>Whether the part only marks a place, and a message of results is one with it too.</summary>
    public bool IsMark { get; init; }

    public KnownMedia? Media { get; init; }

    /// <summary>The words of a text or of reasoning are no files, whatever they look like.</summary>
    public bool IsWords => Content is null && Kind is PartKind.Text or PartKind.Refusal or PartKind.Reasoning;

    /// <summary>Where the paths of this row begin in a part.</summary>
    public JsonElement Root(JsonElement part)
    {
        if (!IsKeyed || IsWhole)
        {
            return part;
        }

        var member = KeyOf(part);
        return member is { ValueKind: JsonValueKind.Object } root ? root : part;
    }

    public JsonElement? KeyOf(JsonElement part)
    {
        foreach (var key in TypeList)
        {
            if (part.TryGetProperty(key, out var member) && member.ValueKind != JsonValueKind.Null)
            {
                return member;
            }
        }

        return null;
    }

    public IReadOnlyList<string> TypeList => _typeList ??= Types.Split('|', StringSplitOptions.TrimEntries);

    private string[]? _typeList;
}

/// <summary>Where the bytes of a picture, sound, video or file are, or where they lie in the part.</summary>
internal sealed record KnownMedia
{
    /// <summary>A file that is no picture by its row may be one by its media type.</summary>
    public required MediaKind Kind { get; init; }

    /// <summary>A URL, also one of data.</summary>
    public PartPath? Url { get; init; }

    /// <summary>Base64; some frameworks put URLs in the same place.</summary>
    public PartPath? Base64 { get; init; }

    public required PartPath AttachmentId { get; init; }

    public required PartPath MediaType { get; init; }

    /// <summary>The second half of a media type, such as <c>wav</c>.</summary>
    public PartPath? Format { get; init; }

    public required PartPath Name { get; init; }

    /// <summary>The id of a file that the model's API keeps.</summary>
    public PartPath? FileId { get; init; }
}
