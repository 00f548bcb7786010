using Microsoft.Extensions.AI;

namespace SessionService.AgentFramework;

/// <summary>A session's memory as a message for a model.</summary>
internal static class SessionMemoryMessage
{
    /// <summary>How many messages of the session the memory stands for.</summary>
    private const string CoversKey = "session_memory_covers";

    public static ChatMessage Of(string content, long? covers)
    {
        var message = new ChatMessage(ChatRole.System, content);
        if (covers is not null)
        {
            message.AdditionalProperties = new() { [CoversKey] = covers.Value };
        }

        return message;
    }

    /// <summary>How many messages a message of <see cref="Of"/> stands for; <see langword="null"/> for any other.</summary>
    public static long? CoveredBy(ChatMessage message) =>
        message.AdditionalProperties?.TryGetValue(CoversKey, out long covers) == true ? covers : null;
}
