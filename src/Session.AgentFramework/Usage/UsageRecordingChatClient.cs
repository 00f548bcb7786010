using System.Runtime.CompilerServices;
using Microsoft.Agents.AI;
using Microsoft.Extensions.AI;

namespace SessionService.AgentFramework;

/// <summary>
/// Remembers what each call of the model used, so that <see cref="SessionChatHistoryProvider"/> can store it with the message. The
/// framework tells a history provider the messages of a run, and not their usage. It must stand next to the model, below function
/// invocation.
/// </summary>
/// <param name="innerClient">The model.</param>
public sealed class UsageRecordingChatClient(IChatClient innerClient) : DelegatingChatClient(innerClient)
{
    /// <inheritdoc/>
    public override async Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        var response = await base.GetResponseAsync(messages, options, cancellationToken).ConfigureAwait(false);
        Record(AIAgent.CurrentRunContext?.Session, response.ModelId ?? options?.ModelId, response.Usage);
        return response;
    }

    /// <inheritdoc/>
    public override async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages,
        ChatOptions? options = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        // The context of the run is another between the updates.
        var session = AIAgent.CurrentRunContext?.Session;
        UsageDetails? usage = null;
        var modelId = options?.ModelId;
        await foreach (var update in base.GetStreamingResponseAsync(messages, options, cancellationToken).ConfigureAwait(false))
        {
            modelId = update.ModelId ?? modelId;
            foreach (var content in update.Contents.OfType<UsageContent>())
            {
                (usage ??= new UsageDetails()).Add(content.Details);
            }

            yield return update;
        }

        Record(session, modelId, usage);
    }

    private static void Record(AgentSession? session, string? modelId, UsageDetails? usage)
    {
        if (session is not null && usage is not null)
        {
            // Function invocation adds the usage of later calls to this object.
            var copy = new UsageDetails();
            copy.Add(usage);
            RecordedUsage.Add(session, new ModelCall(modelId, copy));
        }
    }
}
