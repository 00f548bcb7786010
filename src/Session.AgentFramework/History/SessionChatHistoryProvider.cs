using System.Runtime.CompilerServices;
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
    private readonly ConditionalWeakTable<AgentSession, Turn> _turns = [];

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
        var stored = _options.MaxContextTokens is { } maxTokens
            ? await reading.ReadContextAsync(maxTokens, cancellationToken).ConfigureAwait(false)
            : await reading.ReadNewestAsync(_options.MaxMessages ?? int.MaxValue, cancellationToken).ConfigureAwait(false);
        if (stored is null)
        {
            return [];
        }

        if (!state.IsCreated)
        {
            ChangeState(context.Session, current => current.Created());
        }

        if (context.Session is not null && stored.Count > 0)
        {
            _turns.GetOrCreateValue(context.Session).Read =
                new NewestRead(state.SessionId, stored.Max(message => SequenceNumbers.Of(message.Message) ?? 0));
        }

        IReadOnlyCollection<ChatMessage> history =
            [.. stored.Take(BeginningOfRun(WrapAll(state, request, []), stored)).Select(message => message.Message)];
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
        if (context.Session is not { } session)
        {
            await StoreAsync(context, read: null, cancellationToken).ConfigureAwait(false);
            return;
        }

        // The place of a message follows from what was stored before it, so runs of one agent session are stored one after the other.
        var turn = _turns.GetOrCreateValue(session);
        await turn.Gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await StoreAsync(context, turn.Read, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            turn.Gate.Release();
        }
    }

    private async Task StoreAsync(InvokedContext context, NewestRead? read, CancellationToken cancellationToken)
    {
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
            LastSequence = read?.SessionId == state.SessionId ? read.Sequence : 0,
            NewSessionMetadata = () => _options.SessionMetadata?.Invoke(context.Session),
        };
        await writing.StoreAsync(messages, state.IsCreated, cancellationToken).ConfigureAwait(false);
        ChangeState(context.Session, current => current.After(messages.Count));
    }

    private void ChangeState(AgentSession? session, Func<SessionChatHistoryState, SessionChatHistoryState> change)
    {
        lock (_turns)
        {
            _state.SaveState(session, change(_state.GetOrInitializeState(session)));
        }
    }

    /// <summary>Where a run that is repeated began the first time; the end of the history for any other run.</summary>
    private static int BeginningOfRun(List<NewMessage> request, IReadOnlyList<ReadMessage> stored)
    {
        var places = new Dictionary<Guid, int>();
        for (var i = 0; i < stored.Count; i++)
        {
            if (stored[i].Id is { } id)
            {
                places[id] = i;
            }
        }

        var run = request.Select(message => message.Id).ToHashSet();
        var beginning = stored.Count;
        foreach (var message in request)
        {
            while (places.TryGetValue(message.Id, out var place))
            {
                if (message.IsRepetition(IsOvertaken(place)))
                {
                    beginning = Math.Min(beginning, place);
                    break;
                }

                if (!message.MayTakeAnotherId)
                {
                    break;
                }

                message.TakeAnotherId();
                run.Add(message.Id);
            }
        }

        return beginning;

        bool IsOvertaken(int place) => stored.Skip(place + 1).Any(
            later => later.Message.Role == ChatRole.User && (later.Id is not { } id || !run.Contains(id)));
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
                SessionMessageExtensions.ToSessionMessage(message, _options.JsonSerializerOptions, PartForm.Usual, _time),
                messages.Count >= request.Count && messages.Count > 0 ? messages[^1] : null);

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

    /// <summary>What runs of one agent session share while the process lives.</summary>
    private sealed class Turn
    {
        public SemaphoreSlim Gate { get; } = new(1);

        public NewestRead? Read { get; set; }
    }

    /// <summary>The newest message that was read of a session of the service.</summary>
    private sealed record NewestRead(Guid SessionId, long Sequence);
}
