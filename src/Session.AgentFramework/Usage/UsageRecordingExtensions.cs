using Microsoft.Extensions.AI;

namespace SessionService.AgentFramework;

/// <summary>Adds <see cref="UsageRecordingChatClient"/> to a model.</summary>
public static class UsageRecordingExtensions
{
    /// <summary>Lets a history provider know what each call of this model uses. Give the result to the agent.</summary>
    /// <param name="chatClient">The model, without function invocation: the agent adds that itself.</param>
    /// <returns>The model, whose calls are recorded.</returns>
    public static IChatClient WithSessionUsage(this IChatClient chatClient) => new UsageRecordingChatClient(chatClient);

    /// <summary>Lets a history provider know what each call of this model uses. It must be the last step before the model.</summary>
    /// <param name="builder">The builder of the model's pipeline.</param>
    /// <returns>The builder.</returns>
    public static ChatClientBuilder UseSessionUsage(this ChatClientBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.Use(inner => new UsageRecordingChatClient(inner));
    }
}
