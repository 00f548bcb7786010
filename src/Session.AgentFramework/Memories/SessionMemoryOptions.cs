using Microsoft.Agents.AI;
using Microsoft.Extensions.AI;
using SessionService.Client;

namespace SessionService.AgentFramework;

/// <summary>What <see cref="SessionMemoryProvider"/> recalls, and which tools it offers.</summary>
public sealed class SessionMemoryOptions
{
    /// <summary>The text before the memories.</summary>
    public const string DefaultContextPrompt = "## Memories\nConsider the following memories when answering user questions:";

    /// <summary>
    /// Chooses whose memories an agent session recalls. By default those of the user of its <see cref="SessionChatHistoryProvider"/>, or
    /// of the client's user where the agent has none.
    /// </summary>
    public Func<AgentSession?, SessionMemoryState>? StateInitializer { get; set; }

    /// <summary>The key of the state in the agent session's state bag; the name of the provider's type by default.</summary>
    public string? StateKey { get; set; }

    /// <summary>Whether memories are searched before each run. Without it, only the tools recall. Default true.</summary>
    public bool RecallBeforeRun { get; set; } = true;

    /// <summary>How many memories at most, from 1 to 100. Default 5.</summary>
    public int MaxMemories { get; set; } = 5;

    /// <summary>Memories whose score is lower are left out. A score is from 0 to 1. Default 0.</summary>
    public double MinScore { get; set; }

    /// <summary>Where to look. By default in the user's memories, in the memories of sessions, and in messages.</summary>
    public IReadOnlyList<MemorySource>? Sources { get; set; }

    /// <summary>The text before the memories.</summary>
    public string ContextPrompt { get; set; } = DefaultContextPrompt;

    /// <summary>Whether the model gets a tool that searches memories. Default false.</summary>
    public bool OfferSearchTool { get; set; }

    /// <summary>Whether the model gets a tool that writes a memory of the user. Default false.</summary>
    public bool OfferAddTool { get; set; }

    /// <summary>The name of the tool that searches.</summary>
    public string SearchToolName { get; set; } = "search_memories";

    /// <summary>The name of the tool that writes.</summary>
    public string AddToolName { get; set; } = "add_memory";

    /// <summary>Whether a search that fails lets the run fail. By default it is logged, and the run goes on without memories.</summary>
    public bool ThrowOnFailure { get; set; }

    /// <summary>Chooses the messages that are the question. By default those that the caller of the agent gave.</summary>
    public Func<IEnumerable<ChatMessage>, IEnumerable<ChatMessage>>? SearchInputMessageFilter { get; set; }
}
