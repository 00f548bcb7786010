using Microsoft.Agents.AI;
using Microsoft.Extensions.AI;
using SessionService.Client;

namespace SessionService.AgentFramework;

/// <summary>
/// Keeps the histories of agents in the Session Service. What a run adds is stored together or not at all, and once, however often the run
/// or its requests are repeated. One provider serves any number of agent sessions, of any number of users.
/// </summary>
public sealed class SessionChatHistoryProvider : ChatHistoryProvider
{
    private readonly SessionServiceClient _client;
    private readonly SessionChatHistoryOptions _options;
    private readonly TimeProvider _time;
    private readonly ProviderSessionState<SessionChatHistoryState> _state;

    /// <summary>Makes a provider.</summary>
    /// <param name="client">The client of the service.</param>
    /// <param name="options">How histories are kept.</param>
    /// <param name="time">The clock; the system's by default.</param>
    public SessionChatHistoryProvider(SessionServiceClient client, SessionChatHistoryOptions? options = null, TimeProvider? time = null)
        : base(
            options?.ProvideOutputMessageFilter,
            options?.StoreInputRequestMessageFilter ?? GivenByCaller,
            options?.StoreInputResponseMessageFilter)
    {
        ArgumentNullException.ThrowIfNull(client);
        _client = client;
        _options = options ?? new SessionChatHistoryOptions();
        _time = time ?? TimeProvider.System;
        _state = new ProviderSessionState<SessionChatHistoryState>(
            _options.StateInitializer ?? (_ => new SessionChatHistoryState(Guid.NewGuid())),
            _options.StateKey ?? nameof(SessionChatHistoryProvider),
            StateJson.Default.Options);
        StateKeys = [_state.StateKey];
    }

    /// <inheritdoc/>
    public override IReadOnlyList<string> StateKeys { get; }

    /// <summary>Which session of the service an agent session is. It exists in the service once a run has stored its messages.</summary>
    /// <param name="session">The agent session.</param>
    /// <returns>The state, whose <see cref="SessionChatHistoryState.SessionId"/> is the session's id.</returns>
    public SessionChatHistoryState GetState(AgentSession session)
    {
        ArgumentNullException.ThrowIfNull(session);
        return _state.GetOrInitializeState(session);
    }

    /// <summary>Lets an agent session go on with a session of the service. Call it before the first run.</summary>
    /// <param name="session">The agent session.</param>
    /// <param name="sessionId">The session of the service; it is created if it does not exist.</param>
    /// <param name="userId">The user whose session it is; the client's user by default.</param>
    public void UseSession(AgentSession session, Guid sessionId, string? userId = null)
    {
        ArgumentNullException.ThrowIfNull(session);
        _state.SaveState(session, new SessionChatHistoryState(sessionId, userId));
    }

    /// <inheritdoc/>
    protected override async ValueTask<IEnumerable<ChatMessage>> ProvideChatHistoryAsync(
        InvokingContext context, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(context);
        var state = _state.GetOrInitializeState(context.Session);
        var reading = new SessionReading(ClientOf(state), state.SessionId, _options.JsonSerializerOptions);
        var request = context.RequestMessages.ToList();
        var repeated = WrapAll(state, request, []).Select(message => message.Id).ToHashSet();
        var stored = _options.MaxContextTokens is { } maxTokens
            ? await reading.ReadContextAsync(maxTokens, cancellationToken).ConfigureAwait(false)
            : await reading.ReadNewestAsync(_options.MaxMessages ?? int.MaxValue, cancellationToken).ConfigureAwait(false);
        if (stored is null)
        {
            return [];
        }

        if (!state.IsCreated)
        {
            _state.SaveState(context.Session, state.Created());
        }

        // A run that is repeated begins where it began the first time.
        IReadOnlyCollection<ChatMessage> history =
            [.. stored.TakeWhile(message => message.Id is not { } id || !repeated.Contains(id)).Select(message => message.Message)];
        if (_options.LeaveOutUnansweredCalls)
        {
            history = [.. UnansweredCalls.LeaveOut(history, request)];
        }

        return _options.ChatReducer is { } reducer
            ? await reducer.ReduceAsync(history, cancellationToken).ConfigureAwait(false)
            : history;
    }

    /// <inheritdoc/>
    protected override async ValueTask StoreChatHistoryAsync(InvokedContext context, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(context);
        var state = _state.GetOrInitializeState(context.Session);
        var response = (context.ResponseMessages ?? []).ToList();
        var calls = MessageUsage.Assign(response, RecordedUsage.Take(context.Session));
        var messages = WrapAll(state, [.. context.RequestMessages], response);
        if (messages.Count == 0)
        {
            return;
        }

        foreach (var (index, call) in calls)
        {
            UsageLabels.Add(messages[messages.Count - response.Count + index].Request, call, context.Agent, _options);
        }

        var writing = new SessionWriting(ClientOf(state), state.SessionId, _options.JsonSerializerOptions, _time)
        {
            NewSessionMetadata = () => _options.SessionMetadata?.Invoke(context.Session),
        };
        await writing.StoreAsync(messages, state.IsCreated, cancellationToken).ConfigureAwait(false);
        _state.SaveState(context.Session, state.After(messages.Count));
    }

    private static IEnumerable<ChatMessage> GivenByCaller(IEnumerable<ChatMessage> messages) =>
        messages.Where(message => message.GetAgentRequestMessageSourceType() == AgentRequestMessageSourceType.External);

    internal SessionServiceClient ClientOf(SessionChatHistoryState state) =>
        state.UserId is { } userId ? _client.ForUser(userId) : _client;

    private List<NewMessage> WrapAll(
        SessionChatHistoryState state, List<ChatMessage> request, List<ChatMessage> response)
    {
        var messages = new List<NewMessage>(request.Count + response.Count);
        var ids = new HashSet<Guid>();
        foreach (var message in request.Concat(response))
        {
            var wrapped = new NewMessage(
                state,
                messages.Count,
                message,
                SessionMessageExtensions.ToSessionMessage(message, _options.JsonSerializerOptions, PartForm.Usual, _time));

            // Some models give all their messages one id.
            if (!ids.Add(wrapped.Id))
            {
                wrapped.DeriveIdByPlace();
                ids.Add(wrapped.Id);
            }

            messages.Add(wrapped);
        }

        return messages;
    }
}
