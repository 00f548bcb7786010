using SessionService.Domain.Messages;

namespace SessionService.Application.Imports.Foreign;

/// <summary>The words that other programs have for those who speak.</summary>
internal static class ForeignRoles
{
    /// <summary>The role; a word that nobody knows stays, and is refused as a role.</summary>
    public static string? Of(string? word) => word?.ToLowerInvariant() switch
    {
        "user" or "human" or "prompter" => MessageRoles.User,
        "assistant" or "gpt" or "chatgpt" or "ai" or "bot" or "model" or "claude" or "grok" or "bing" or "bard" or "function_call"
            => MessageRoles.Assistant,
        "system" => MessageRoles.System,
        "developer" => MessageRoles.Developer,
        "tool" or "function" or "observation" or "ipython" or "tool_response" => MessageRoles.Tool,
        _ => word,
    };
}
