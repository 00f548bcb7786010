namespace SessionService.Application.Conversations;

/// <summary>The id of a conversation: <c>conv_</c> and the session's UUID.</summary>
public static class ConversationIds
{
    public const string Prefix = "conv_";

    /// <summary>The form of an id, for the OpenAPI document.</summary>
    public const string Pattern = "^conv_[0-9a-fA-F]{8}-?([0-9a-fA-F]{4}-?){3}[0-9a-fA-F]{12}$";

    public static string Of(Guid sessionId) => Prefix + sessionId.ToString("N");

    /// <summary>The session of an id, with or without hyphens; <see langword="null"/> where the text is no id.</summary>
    public static Guid? Read(string id)
    {
        var text = id.StartsWith(Prefix, StringComparison.Ordinal) ? id[Prefix.Length..] : "";
        return Guid.TryParseExact(text, "N", out var plain) ? plain
            : Guid.TryParseExact(text, "D", out var hyphened) ? hyphened
            : null;
    }
}
