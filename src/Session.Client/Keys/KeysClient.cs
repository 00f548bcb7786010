namespace SessionService.Client;

/// <summary>API keys. They are there where the service knows its callers by keys, and only the key of a service manages them.</summary>
public sealed class KeysClient
{
    private readonly Connection _connection;

    internal KeysClient(Connection connection) => _connection = connection;

    /// <summary>
    /// Creates a key. Its text is told once, so the service takes no <c>Idempotency-Key</c> here: the request is not sent again where its
    /// outcome is not known. Then <see cref="SessionServiceException.IsOutcomeUnknown"/> is true: look for a key that nobody has, and
    /// revoke it.
    /// </summary>
    public Task<CreatedKeyResponse> CreateAsync(CreateKeyRequest key, CancellationToken cancellationToken = default) =>
        _connection.SendAsync(
            new Call(HttpMethod.Post, "keys") { IsRepeatable = false, IsAboutNobody = true },
            key,
            SessionServiceJson.Default.CreateKeyRequest,
            SessionServiceJson.Default.CreatedKeyResponse,
            cancellationToken);

    /// <summary>Reads a key, without its text.</summary>
    public Task<KeyResponse> GetAsync(Guid keyId, CancellationToken cancellationToken = default) =>
        _connection.SendAsync(
            Call.Get(Path(keyId)) with { IsAboutNobody = true }, SessionServiceJson.Default.KeyResponse, cancellationToken);

    /// <summary>All keys, or those of one user, the newest first.</summary>
    public IAsyncEnumerable<KeyResponse> ListAsync(string? userId = null, CancellationToken cancellationToken = default) =>
        Pages.ByNumberAsync(
            (number, token) => ListPageAsync(userId, number, pageSize: 100, token),
            page => (page.Keys, page.Total),
            key => key.KeyId,
            cancellationToken);

    /// <summary>One page of keys.</summary>
    public Task<KeyListResponse> ListPageAsync(
        string? userId = null, int? page = null, int? pageSize = null, CancellationToken cancellationToken = default) =>
        _connection.SendAsync(
            new Call(HttpMethod.Get, "keys")
            {
                Query = new Query { { "user_id", userId }, { "page", page }, { "page_size", pageSize } },
                IsAboutNobody = true,
            },
            SessionServiceJson.Default.KeyListResponse,
            cancellationToken);

    /// <summary>Revokes a key for good.</summary>
    public Task<KeyResponse> RevokeAsync(Guid keyId, CancellationToken cancellationToken = default) =>
        _connection.SendAsync(
            new Call(HttpMethod.Delete, Path(keyId)) { IsAboutNobody = true },
            SessionServiceJson.Default.KeyResponse,
            cancellationToken);

    private static string Path(Guid keyId) => $"keys/{keyId}";
}
