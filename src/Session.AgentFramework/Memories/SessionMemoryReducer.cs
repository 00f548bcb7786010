using Microsoft.Agents.AI;
using Microsoft.Extensions.AI;
using SessionService.Client;

namespace SessionService.AgentFramework;

/// <summary>
/// Puts the memory of a session in place of the messages that it sums up. Messages that came after the memory was written stay, and so do
/// system messages. Without a memory nothing is taken away. Who writes the memory, and when, is the program's affair.
/// </summary>
public sealed class SessionMemoryReducer : IChatReducer
{
    private readonly SessionServiceClient _client;
    private readonly Guid? _sessionId;
    private readonly int _keepMessages;

    /// <summary>Makes a reducer.</summary>
    /// <param name="client">The client of the service.</param>
    /// <param name="sessionId">
    /// The session whose messages are reduced. By default the one of the agent that is running, as its
    /// <see cref="SessionChatHistoryProvider"/> knows it.
    /// </param>
    /// <param name="keepMessages">How many of the newest messages stay, even if the memory sums them up.</param>
    public SessionMemoryReducer(SessionServiceClient client, Guid? sessionId = null, int keepMessages = 10)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentOutOfRangeException.ThrowIfLessThan(keepMessages, 1);
        (_client, _sessionId, _keepMessages) = (client, sessionId, keepMessages);
    }

    /// <inheritdoc/>
    public async Task<IEnumerable<ChatMessage>> ReduceAsync(IEnumerable<ChatMessage> messages, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(messages);
        var all = messages.ToList();
        if (await ReadMemoryAsync(cancellationToken).ConfigureAwait(false) is not { } memory)
        {
            return all;
        }

        // A list that was reduced before begins with the memory of then.
        var coveredBefore = all.Select(SessionMemoryMessage.CoveredBy).FirstOrDefault(covers => covers is not null) ?? 0;
        var said = all.Where(message => SessionMemoryMessage.CoveredBy(message) is null).ToList();
        var cut = FirstToKeep(said, Math.Min(CountCovered(said, memory, coveredBefore), Math.Max(0, said.Count - _keepMessages)));
        if (cut == 0 && coveredBefore == 0)
        {
            return all;
        }

        return
        [
            .. said.Take(cut).Where(IsOfSystem),
            SessionMemoryMessage.Of(memory.Content, coveredBefore + cut),
            .. said.Skip(cut),
        ];
    }

    // A history may lack messages: those of other branches, redacted ones, calls without a result, and the oldest ones. So the numbers
    // of the messages count, where they are known.
    private static int CountCovered(List<ChatMessage> messages, MemoryResponse memory, long coveredBefore)
    {
        var count = 0;
        while (count < messages.Count && (SequenceNumbers.Of(messages[count]) ?? coveredBefore + count + 1) <= memory.TotalMessages)
        {
            count++;
        }

        return count;
    }

    // Results stay with their calls.
    private static int FirstToKeep(List<ChatMessage> messages, int cut)
    {
        while (cut > 0 && cut < messages.Count && messages[cut].Contents.Any(content => content is ToolResultContent))
        {
            cut--;
        }

        return cut;
    }

    private static bool IsOfSystem(ChatMessage message) => message.Role == ChatRole.System || message.Role.Value == "developer";

    private async Task<MemoryResponse?> ReadMemoryAsync(CancellationToken cancellationToken)
    {
        var (client, sessionId) = (_client, _sessionId);
        if (sessionId is null && AIAgent.CurrentRunContext is { Session: { } session, Agent: { } agent }
            && agent.GetService<SessionChatHistoryProvider>() is { } history)
        {
            var state = history.GetState(session);
            (client, sessionId) = (history.ClientOf(state), state.SessionId);
        }

        if (sessionId is null)
        {
            return null;
        }

        try
        {
            return await client.Memories.GetAsync(sessionId.Value, cancellationToken: cancellationToken).ConfigureAwait(false);
        }
        catch (SessionServiceException refusal) when (refusal.Code is Codes.MemoryNotFound or Codes.SessionNotFound)
        {
            return null;
        }
    }
}
