using System.Runtime.CompilerServices;

namespace SessionService.Client;

/// <summary>What happens, as it happens.</summary>
public sealed class LiveClient
{
    private readonly Connection _connection;

    internal LiveClient(Connection connection) => _connection = connection;

    /// <summary>
    /// Follows a session until the caller stops or the session is erased. A stream that breaks off is opened again after the last event:
    /// each event comes once, and none is missed. Where that fails as long as any call may, the call throws; come back with the
    /// <see cref="LiveEvent.Id"/> of the last event.
    /// </summary>
    /// <param name="sessionId">The session.</param>
    /// <param name="after">
    /// The <see cref="LiveEvent.Id"/> of the last event that is known, or the number of the last message, <c>0</c> for all messages. By
    /// default the stream begins with the session as it is now.
    /// </param>
    /// <param name="cancellationToken">Ends the stream.</param>
    public IAsyncEnumerable<LiveEvent> FollowSessionAsync(
        Guid sessionId, string? after = null, CancellationToken cancellationToken = default) =>
        FollowAsync($"sessions/{sessionId}/events", sessionId, after, cancellationToken);

    /// <summary>
    /// Follows all sessions of the user, those that are created later among them, until the caller stops. Each session is told in order;
    /// nothing is promised between sessions. Breaks are as in <see cref="FollowSessionAsync"/>.
    /// </summary>
    /// <param name="after">
    /// The <see cref="LiveEvent.Id"/> of the last event that is known. By default the stream begins with a <see cref="SnapshotEvent"/>:
    /// read the list after it.
    /// </param>
    /// <param name="cancellationToken">Ends the stream.</param>
    public IAsyncEnumerable<LiveEvent> FollowUserAsync(string? after = null, CancellationToken cancellationToken = default) =>
        FollowAsync(_connection.UserPath + "/events", sessionId: null, after, cancellationToken);

    /// <summary>
    /// The newest message in progress as the UI message stream of Vercel's AI SDK, to be handed on to a page that resumes;
    /// <see langword="null"/> where no message is in progress. The stream is the caller's to dispose of. Where it breaks off, reading
    /// throws.
    /// </summary>
    public Task<Stream?> StreamAnswerAsync(Guid sessionId, CancellationToken cancellationToken = default) =>
        _connection.EventsAsync(Call.Get($"sessions/{sessionId}/stream"), cancellationToken);

    private async IAsyncEnumerable<LiveEvent> FollowAsync(
        string path, Guid? sessionId, string? after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var failures = 0;
        for (var isFirst = true; ; isFirst = false)
        {
            var call = Call.Get(path, new Query { { "after", after } });
            var stream = await OpenAsync(call, mayBeGone: sessionId is not null && !isFirst, cancellationToken).ConfigureAwait(false);
            if (stream is null)
            {
                yield return new DeletedEvent { SessionId = sessionId!.Value };
                yield break;
            }

            await using (stream.ConfigureAwait(false))
            {
                var events = SentEvent.ReadAsync(stream, cancellationToken).GetAsyncEnumerator(cancellationToken);
                await using (events.ConfigureAwait(false))
                {
                    while (await MoveNextAsync(events).ConfigureAwait(false))
                    {
                        var told = events.Current.ToLiveEvent();
                        yield return told;
                        if (told is DeletedEvent && sessionId is not null)
                        {
                            yield break;
                        }

                        after = told.Id ?? after;
                        failures = 0;
                    }
                }
            }

            await _connection.PauseAsync(failures++, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary><see langword="null"/> where the session was erased while nobody listened.</summary>
    private async Task<Stream?> OpenAsync(Call call, bool mayBeGone, CancellationToken cancellationToken)
    {
        try
        {
            return await _connection.EventsAsync(call, cancellationToken).ConfigureAwait(false)
                ?? throw new SessionServiceException("The answer is not of the service: is its address right?", cause: null);
        }
        catch (SessionServiceException exception) when (mayBeGone && exception.Code == "session_not_found")
        {
            return null;
        }
    }

    /// <summary>False where the stream has ended or is broken.</summary>
    private static async ValueTask<bool> MoveNextAsync(IAsyncEnumerator<SentEvent> events)
    {
        try
        {
            return await events.MoveNextAsync().ConfigureAwait(false);
        }
        catch (IOException)
        {
            return false;
        }
    }
}
