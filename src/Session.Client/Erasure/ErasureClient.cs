namespace SessionService.Client;

/// <summary>Counts and erases data for good.</summary>
public sealed class ErasureClient
{
    private readonly Connection _connection;

    internal ErasureClient(Connection connection) => _connection = connection;

    private string UserData => _connection.UserPath + "/data";

    /// <summary>Counts the rows of a session.</summary>
    public Task<SessionDataResponse> CountSessionAsync(Guid sessionId, CancellationToken cancellationToken = default) =>
        _connection.SendAsync(
            Call.Get(SessionData(sessionId)), SessionServiceJson.Default.SessionDataResponse, cancellationToken);

    /// <summary>Erases a session for good.</summary>
    /// <returns>
    /// What was erased; <see langword="null"/> where the session is gone and the receipt was lost: an attempt of this call got no answer,
    /// and the next one found no session.
    /// </returns>
    public async Task<SessionErasureReceiptResponse?> EraseSessionAsync(
        Guid sessionId, string? ifMatch = null, CancellationToken cancellationToken = default)
    {
        try
        {
            return await _connection.SendAsync(
                new Call(HttpMethod.Delete, SessionData(sessionId)) { IfMatch = ifMatch, IsTransfer = true },
                SessionServiceJson.Default.SessionErasureReceiptResponse,
                cancellationToken).ConfigureAwait(false);
        }
        catch (SessionServiceException exception) when (exception is { Code: "session_not_found", IsOutcomeUnknown: true })
        {
            return null;
        }
    }

    /// <summary>Counts the rows of the user.</summary>
    public Task<UserDataResponse> CountUserAsync(CancellationToken cancellationToken = default) =>
        _connection.SendAsync(Call.Get(UserData), SessionServiceJson.Default.UserDataResponse, cancellationToken);

    /// <summary>
    /// Erases everything of the user for good. Where an attempt was interrupted, the receipt counts what was left for the last one.
    /// </summary>
    public Task<ErasureReceiptResponse> EraseUserAsync(CancellationToken cancellationToken = default) =>
        _connection.SendAsync(
            new Call(HttpMethod.Delete, UserData) { IsTransfer = true },
            SessionServiceJson.Default.ErasureReceiptResponse,
            cancellationToken);

    private static string SessionData(Guid sessionId) => $"sessions/{sessionId}/data";
}
