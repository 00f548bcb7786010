namespace SessionService.Domain.Messages;

/// <summary>Types of messages that the service itself treats in a way of their own. Others are words of the client's.</summary>
public static class MessageTypes
{
    /// <summary>What a model thought. It is kept, and not sent to a model again.</summary>
    public const string Reasoning = "reasoning";

    public const string Chat = "chat";

    /// <summary>The message calls a tool.</summary>
    public const string ToolCall = "tool_call";

    /// <summary>The message holds results of tools.</summary>
    public const string ToolResult = "tool_result";
}
