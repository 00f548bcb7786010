using Microsoft.Agents.AI;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using SessionService.Client;

namespace SessionService.AgentFramework;

/// <summary>
/// Recalls what bears on the question: memories of the user, memories of sessions, and messages of earlier conversations. The model gets
/// them as one message of the user. Nothing that was recalled is stored: neither by this provider nor by
/// <see cref="SessionChatHistoryProvider"/>.
/// </summary>
public sealed class SessionMemoryProvider : AIContextProvider
{
    // What the service takes.
    private const int MaxQueryLength = 4_000;

    private readonly SessionServiceClient _client;
    private readonly SessionMemoryOptions _options;
    private readonly ILogger _logger;
    private readonly Func<IEnumerable<ChatMessage>, IEnumerable<ChatMessage>> _questionFilter;
    private readonly string _stateKey;

    /// <summary>Makes a provider.</summary>
    /// <param name="client">The client of the service.</param>
    /// <param name="options">The memories to recall.</param>
    /// <param name="loggers">Where failures are logged; without any content.</param>
    public SessionMemoryProvider(SessionServiceClient client, SessionMemoryOptions? options = null, ILoggerFactory? loggers = null)
        : base(provideInputMessageFilter: static messages => messages)
    {
        ArgumentNullException.ThrowIfNull(client);
        _client = client;
        _options = options ?? new SessionMemoryOptions();
        _logger = (ILogger?)loggers?.CreateLogger<SessionMemoryProvider>() ?? NullLogger.Instance;
        _questionFilter = _options.SearchInputMessageFilter ?? GivenByCaller;
        _stateKey = _options.StateKey ?? nameof(SessionMemoryProvider);
        StateKeys = [_stateKey];
    }

    /// <inheritdoc/>
    public override IReadOnlyList<string> StateKeys { get; }

    /// <inheritdoc/>
    protected override async ValueTask<AIContext> ProvideAIContextAsync(
        InvokingContext context, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(context);
        var given = (context.AIContext.Messages ?? []).ToList();
        var search = new MemoryRecall(ClientFor(context.Agent, context.Session), _options, given.Select(message => message.Text));
        return new AIContext
        {
            Messages = _options.RecallBeforeRun ? await RecallAsync(search, given, cancellationToken).ConfigureAwait(false) : null,
            Tools = MemoryTools.Of(search, _options, _logger),
        };
    }

    private async Task<IEnumerable<ChatMessage>?> RecallAsync(
        MemoryRecall search, IEnumerable<ChatMessage> given, CancellationToken cancellationToken)
    {
        var question = string.Join(
            '\n', _questionFilter(given).Select(message => message.Text).Where(text => !string.IsNullOrWhiteSpace(text)));
        if (question.Length == 0)
        {
            return null;
        }

        try
        {
            var memories = await search.FindAsync(Shorten(question), cancellationToken).ConfigureAwait(false);
            return memories.Count == 0
                ? null
                : [new ChatMessage(ChatRole.User, $"{_options.ContextPrompt}\n{string.Join('\n', memories)}")];
        }
        catch (SessionServiceException failure) when (!_options.ThrowOnFailure)
        {
            MemoryLog.SearchFailed(_logger, failure.Code, failure.Status, failure.TraceId);
            return null;
        }
    }

    private SessionServiceClient ClientFor(AIAgent agent, AgentSession? session)
    {
        // The history may pass to another user. What was noted of the first one would show their memories to the other.
        if (_options.StateInitializer is null && session is not null && agent.GetService<SessionChatHistoryProvider>() is { } history)
        {
            return ClientOf(history.GetState(session).UserId);
        }

        var initialize = _options.StateInitializer ?? (_ => new SessionMemoryState());
        return ClientOf(new ProviderSessionState<SessionMemoryState>(initialize, _stateKey, StateJson.Default.Options)
            .GetOrInitializeState(session).UserId);
    }

    private SessionServiceClient ClientOf(string? userId) => userId is null ? _client : _client.ForUser(userId);

    private static IEnumerable<ChatMessage> GivenByCaller(IEnumerable<ChatMessage> messages) =>
        messages.Where(message => message.GetAgentRequestMessageSourceType() == AgentRequestMessageSourceType.External);

    // The end of a long request is most likely the question.
    private static string Shorten(string question) =>
        question.Length <= MaxQueryLength ? question
        : char.IsLowSurrogate(question[^MaxQueryLength]) ? question[^(MaxQueryLength - 1)..]
        : question[^MaxQueryLength..];
}
