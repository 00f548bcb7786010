namespace SessionService.Client;

/// <summary>What a model is given of a session: its memory, and the newest messages that fit.</summary>
public sealed class ContextsClient
{
    private readonly Connection _connection;

    internal ContextsClient(Connection connection) => _connection = connection;

    /// <summary>The context of a session.</summary>
    public Task<ContextResponse> GetAsync(
        Guid sessionId, ContextQuery? query = null, CancellationToken cancellationToken = default) =>
        _connection.SendAsync(
            Call.Get($"sessions/{sessionId}/context", query?.ToQuery()),
            SessionServiceJson.Default.ContextResponse,
            cancellationToken);
}
