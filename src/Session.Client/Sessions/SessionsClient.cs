using System.Net;

namespace SessionService.Client;

/// <summary>Sessions: create, read, list, change, star, archive, end, fork and copy.</summary>
public sealed class SessionsClient
{
    private readonly Connection _connection;

    internal SessionsClient(Connection connection) => _connection = connection;

    /// <summary>Creates a session.</summary>
    public Task<SessionResponse> CreateAsync(
        CreateSessionRequest? session = null, string? idempotencyKey = null, CancellationToken cancellationToken = default) =>
        _connection.SendAsync(
            Call.Keyed(HttpMethod.Post, "sessions", idempotencyKey),
            session ?? new(),
            SessionServiceJson.Default.CreateSessionRequest,
            SessionServiceJson.Default.SessionResponse,
            cancellationToken);

    /// <summary>Reads a session.</summary>
    public Task<SessionResponse> GetAsync(
        Guid sessionId, Consistency? consistency = null, CancellationToken cancellationToken = default) =>
        _connection.SendAsync(
            Call.Get(Path(sessionId), new Query { { "consistency", consistency } }),
            SessionServiceJson.Default.SessionResponse,
            cancellationToken);

    /// <summary>
    /// Reads a session if it is no longer the version that <paramref name="etag"/> names; else answers <see langword="null"/>.
    /// </summary>
    public async Task<SessionResponse?> GetIfChangedAsync(
        Guid sessionId, string etag, Consistency? consistency = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(etag);
        var call = Call.Get(Path(sessionId), new Query { { "consistency", consistency } }) with { IfNoneMatch = etag };
        using var response = await _connection.SendAsync(call, cancellationToken, HttpStatusCode.NotModified).ConfigureAwait(false);
        return response.StatusCode == HttpStatusCode.NotModified
            ? null
            : await Connection.ReadAsync(response, SessionServiceJson.Default.SessionResponse, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Reads the totals of a session, and whether it has a memory.</summary>
    public Task<SessionSummaryResponse> GetSummaryAsync(
        Guid sessionId, Consistency? consistency = null, CancellationToken cancellationToken = default) =>
        _connection.SendAsync(
            Call.Get(Path(sessionId, "/summary"), new Query { { "consistency", consistency } }),
            SessionServiceJson.Default.SessionSummaryResponse,
            cancellationToken);

    /// <summary>All sessions of the user, page by page as they are asked for.</summary>
    public IAsyncEnumerable<SessionResponse> ListAsync(SessionQuery? query = null, CancellationToken cancellationToken = default) =>
        ListAsync("sessions", query, cancellationToken);

    /// <summary>One page of the user's sessions, by number or by the cursor of the page before.</summary>
    public Task<SessionListResponse> ListPageAsync(
        SessionQuery? query = null, int? page = null, string? cursor = null, CancellationToken cancellationToken = default) =>
        ListPageAsync("sessions", query, page, cursor, cancellationToken);

    /// <summary>All starred sessions of the user.</summary>
    public IAsyncEnumerable<SessionResponse> ListStarredAsync(
        SessionQuery? query = null, CancellationToken cancellationToken = default) =>
        ListAsync("sessions/starred", query, cancellationToken);

    /// <summary>One page of the user's starred sessions.</summary>
    public Task<SessionListResponse> ListStarredPageAsync(
        SessionQuery? query = null, int? page = null, string? cursor = null, CancellationToken cancellationToken = default) =>
        ListPageAsync("sessions/starred", query, page, cursor, cancellationToken);

    /// <summary>Replaces the fields that are given.</summary>
    public Task<SessionResponse> UpdateAsync(
        Guid sessionId, UpdateSessionRequest change, string? ifMatch = null, CancellationToken cancellationToken = default) =>
        _connection.SendAsync(
            new Call(HttpMethod.Put, Path(sessionId)) { IfMatch = ifMatch },
            change,
            SessionServiceJson.Default.UpdateSessionRequest,
            SessionServiceJson.Default.SessionResponse,
            cancellationToken);

    /// <summary>Merges a patch into a session.</summary>
    public Task<SessionResponse> PatchAsync(
        Guid sessionId, PatchSessionRequest patch, string? ifMatch = null, CancellationToken cancellationToken = default) =>
        _connection.SendAsync(
            new Call(HttpMethod.Patch, Path(sessionId)) { IfMatch = ifMatch },
            patch,
            SessionServiceJson.Default.PatchSessionRequest,
            SessionServiceJson.Default.SessionResponse,
            cancellationToken);

    /// <summary>Ends a session for good; its data stay.</summary>
    public Task<SessionEndedResponse> EndAsync(
        Guid sessionId, string? ifMatch = null, CancellationToken cancellationToken = default) =>
        _connection.SendAsync(
            new Call(HttpMethod.Delete, Path(sessionId)) { IfMatch = ifMatch },
            SessionServiceJson.Default.SessionEndedResponse,
            cancellationToken);

    /// <summary>Stars a session.</summary>
    public Task<SessionResponse> StarAsync(Guid sessionId, string? ifMatch = null, CancellationToken cancellationToken = default) =>
        ChangeAsync(HttpMethod.Post, Path(sessionId, "/star"), ifMatch, cancellationToken);

    /// <summary>Removes the star of a session.</summary>
    public Task<SessionResponse> UnstarAsync(Guid sessionId, string? ifMatch = null, CancellationToken cancellationToken = default) =>
        ChangeAsync(HttpMethod.Delete, Path(sessionId, "/star"), ifMatch, cancellationToken);

    /// <summary>Puts a session aside.</summary>
    public Task<SessionResponse> ArchiveAsync(Guid sessionId, CancellationToken cancellationToken = default) =>
        ChangeAsync(HttpMethod.Post, Path(sessionId, "/archive"), ifMatch: null, cancellationToken);

    /// <summary>Takes an archived or expired session up again.</summary>
    public Task<SessionResponse> RestoreAsync(Guid sessionId, CancellationToken cancellationToken = default) =>
        ChangeAsync(HttpMethod.Post, Path(sessionId, "/restore"), ifMatch: null, cancellationToken);

    /// <summary>Makes a session that begins with a copy of the first messages of this one.</summary>
    public Task<SessionResponse> ForkAsync(
        Guid sessionId, ForkSessionRequest? fork = null, string? idempotencyKey = null, CancellationToken cancellationToken = default) =>
        _connection.SendAsync(
            Call.Keyed(HttpMethod.Post, Path(sessionId, "/fork"), idempotencyKey) with { IsTransfer = true },
            fork ?? new(),
            SessionServiceJson.Default.ForkSessionRequest,
            SessionServiceJson.Default.SessionResponse,
            cancellationToken);

    /// <summary>Makes a copy of a session for another user. The caller must be allowed to act for both.</summary>
    public Task<SessionResponse> CopyAsync(
        Guid sessionId, CopySessionRequest copy, string? idempotencyKey = null, CancellationToken cancellationToken = default) =>
        _connection.SendAsync(
            Call.Keyed(HttpMethod.Post, Path(sessionId, "/copy"), idempotencyKey) with { IsTransfer = true },
            copy,
            SessionServiceJson.Default.CopySessionRequest,
            SessionServiceJson.Default.SessionResponse,
            cancellationToken);

    private static string Path(Guid sessionId, string below = "") => $"sessions/{sessionId}{below}";

    private Task<SessionResponse> ChangeAsync(HttpMethod method, string path, string? ifMatch, CancellationToken cancellationToken) =>
        _connection.SendAsync(
            new Call(method, path) { IfMatch = ifMatch }, SessionServiceJson.Default.SessionResponse, cancellationToken);

    private IAsyncEnumerable<SessionResponse> ListAsync(string path, SessionQuery? query, CancellationToken cancellationToken) =>
        Pages.ByCursorAsync(
            (cursor, token) => ListPageAsync(path, query, page: null, cursor, token),
            page => page.Sessions,
            page => page.NextCursor,
            cancellationToken);

    private Task<SessionListResponse> ListPageAsync(
        string path, SessionQuery? query, int? page, string? cursor, CancellationToken cancellationToken) =>
        _connection.SendAsync(
            Call.Get(path, SessionQuery.ToQuery(query, page, cursor)),
            SessionServiceJson.Default.SessionListResponse,
            cancellationToken);
}
