namespace SessionService.Application.Messages.Parts;

/// <summary>What a part is to everything that is derived from messages: text, search, vectors, context, export, tokens.</summary>
public enum PartKind
{
    /// <summary>Something said. Part of the message's text.</summary>
    Text,

    /// <summary>The model declines, in words. Part of the message's text.</summary>
    Refusal,

    /// <summary>A call of a tool.</summary>
    Call,

    /// <summary>The result of a call. Its text is the message's text where the message holds results only.</summary>
    Result,

    /// <summary>What a model thought. It has no part in the message's text.</summary>
    Reasoning,

    /// <summary>A picture, a sound, a video or a file.</summary>
    Media,

    /// <summary>Anything else. It is kept, and has no text.</summary>
    Other,
}
