using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Agents.AI;
using Microsoft.Extensions.AI;

namespace SessionService.AgentFramework;

/// <summary>How <see cref="SessionChatHistoryProvider"/> keeps histories.</summary>
public sealed class SessionChatHistoryOptions
{
    /// <summary>
    /// Chooses the session of the service for an agent session that has none yet. By default a new session of the client's user. The
    /// service's session is created when the first messages are stored.
    /// </summary>
    public Func<AgentSession?, SessionChatHistoryState>? StateInitializer { get; set; }

    /// <summary>The key of the state in the agent session's state bag; the name of the provider's type by default.</summary>
    public string? StateKey { get; set; }

    /// <summary>The labels of a session that the provider creates; none by default.</summary>
    public Func<AgentSession?, JsonObject?>? SessionMetadata { get; set; }

    /// <summary>
    /// The most tokens that the history may have. The service then chooses: the session's memory, the system messages of the start, and
    /// the newest messages that fit. By default the model gets the whole history.
    /// </summary>
    public int? MaxContextTokens { get; set; }

    /// <summary>The most messages of the history, the newest ones; all of them by default. Not looked at where a budget is set.</summary>
    public int? MaxMessages { get; set; }

    /// <summary>Reduces the history before the model gets it. What is stored does not change.</summary>
    public IChatReducer? ChatReducer { get; set; }

    /// <summary>
    /// Whether calls of tools without a result are left out of the history, as a run that broke off leaves them behind: models refuse a
    /// history with such calls. They stay stored. Default true.
    /// </summary>
    public bool LeaveOutUnansweredCalls { get; set; } = true;

    /// <summary>
    /// What models cost, by the model's id or its beginning: the longest beginning counts, so <c>gpt-5-mini</c> is the price of
    /// <c>gpt-5-mini-2026-01-01</c>. Without a price the cost is 0.
    /// </summary>
    public IDictionary<string, ModelPrice> Prices { get; } = new Dictionary<string, ModelPrice>(StringComparer.OrdinalIgnoreCase);

    /// <summary>Which tokens a message of the model counts. Default: those that the model wrote.</summary>
    public TokenCounting TokensUsed { get; set; }

    /// <summary>How contents are written and read; needed for types of contents of one's own.</summary>
    public JsonSerializerOptions? JsonSerializerOptions { get; set; }

    /// <summary>Chooses what of the history the model gets; everything by default.</summary>
    public Func<IEnumerable<ChatMessage>, IEnumerable<ChatMessage>>? ProvideOutputMessageFilter { get; set; }

    /// <summary>
    /// Chooses which messages of a request are stored. By default those that the caller of the agent gave: neither what came from the
    /// history nor what context providers, such as memories, put in.
    /// </summary>
    public Func<IEnumerable<ChatMessage>, IEnumerable<ChatMessage>>? StoreInputRequestMessageFilter { get; set; }

    /// <summary>Chooses which messages of an answer are stored; all of them by default.</summary>
    public Func<IEnumerable<ChatMessage>, IEnumerable<ChatMessage>>? StoreInputResponseMessageFilter { get; set; }
}
