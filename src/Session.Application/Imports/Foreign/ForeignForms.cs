using System.Collections.Frozen;
using System.Text.Json;

namespace SessionService.Application.Imports.Foreign;

/// <summary>The forms of other programs that an import takes.</summary>
public static class ForeignForms
{
    // The first that fits is taken: the signs of those at the end are in several others too.
    private static readonly IForeignForm[] All =
    [
        new ThreadForm(),
        new ChatGptForm(),
        new ClaudeForm(),
        new OpenWebUiForm(),
        new LibreChatForm(),
        new ShareGptForm(),
        new AiStudioForm(),
        new GrokForm(),
        new GeminiForm(),
        new AiSdkForm(),
        new ResponsesForm(),
        new ChatForm(),
        new PromptForm(),
    ];

    // What the forms write into the metadata.
    private static readonly FrozenSet<string> Sources = FrozenSet.Create(
        StringComparer.Ordinal,
        "ai_sdk",
        "ai_studio",
        "chatgpt",
        "claude",
        "fine_tuning",
        "gemini",
        "grok",
        "librechat",
        "open_webui",
        "openai",
        "openai_responses",
        "openai_threads",
        "sharegpt");

    // As they stand in the JSON.
    private static readonly string[] MessageTypes = ["\"message\"", "\"reasoning\"", "\"function_call\"", "\"function_call_output\""];

    /// <summary>The names of the forms, for people.</summary>
    public static string Names { get; } =
        $"an export of this service; {string.Join("; ", All.Select(form => form.Name))}; or a zip of files in these forms";

    /// <summary>Whether imports give this as the source of what they bring.</summary>
    public static bool IsSource(string name) => Sources.Contains(name);

    /// <summary>The form of an object; <see langword="null"/> where it has none of the known ones.</summary>
    public static IForeignForm? Find(JsonElement json) => Array.Find(All, form => form.Is(json));

    /// <summary>
    /// Whether an object is a message of a conversation that is an array of messages. A message of an export names its session, and
    /// is none.
    /// </summary>
    public static bool IsMessage(JsonElement json) =>
        json.Member("session_id") is null
        && (json.Member("role") is { ValueKind: JsonValueKind.String }
            || (json.Member("from") is { ValueKind: JsonValueKind.String } && json.Member("value") is not null)
            || json.Member("messageId") is not null
            || (json.Member("type") is { ValueKind: JsonValueKind.String } type && MessageTypes.Contains(type.GetRawText())));
}
