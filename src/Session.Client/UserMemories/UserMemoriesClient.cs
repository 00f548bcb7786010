namespace SessionService.Client;

/// <summary>The memories of a user, which outlive sessions. Every change keeps the earlier version.</summary>
public sealed class UserMemoriesClient
{
    private readonly Connection _connection;

    internal UserMemoriesClient(Connection connection) => _connection = connection;

    private string Memories => _connection.UserPath + "/memories";

    /// <summary>Creates a memory.</summary>
    public Task<UserMemoryResponse> CreateAsync(
        WriteUserMemoryRequest memory, string? idempotencyKey = null, CancellationToken cancellationToken = default) =>
        _connection.SendAsync(
            Call.Keyed(HttpMethod.Post, Memories, idempotencyKey),
            memory,
            SessionServiceJson.Default.WriteUserMemoryRequest,
            SessionServiceJson.Default.UserMemoryResponse,
            cancellationToken);

    /// <summary>Creates 1 to 1,000 memories, all of them or none.</summary>
    public Task<UserMemoryBatchResponse> CreateBatchAsync(
        CreateUserMemoryBatchRequest batch, string? idempotencyKey = null, CancellationToken cancellationToken = default) =>
        _connection.SendAsync(
            Call.Keyed(HttpMethod.Post, Memories + "/batch", idempotencyKey),
            batch,
            SessionServiceJson.Default.CreateUserMemoryBatchRequest,
            SessionServiceJson.Default.UserMemoryBatchResponse,
            cancellationToken);

    /// <summary>Reads a memory.</summary>
    public Task<UserMemoryResponse> GetAsync(
        Guid memoryId, Consistency? consistency = null, CancellationToken cancellationToken = default) =>
        _connection.SendAsync(
            Call.Get(Path(memoryId), new Query { { "consistency", consistency } }),
            SessionServiceJson.Default.UserMemoryResponse,
            cancellationToken);

    /// <summary>All memories of the user that the query chooses, page by page as they are asked for.</summary>
    public IAsyncEnumerable<UserMemoryResponse> ListAsync(
        UserMemoryQuery? query = null, CancellationToken cancellationToken = default) =>
        Pages.ByCursorAsync(
            (cursor, token) => ListPageAsync(query, page: null, cursor, token),
            page => page.Memories,
            page => page.NextCursor,
            cancellationToken);

    /// <summary>One page of memories, by number or by the cursor of the page before.</summary>
    public Task<UserMemoryListResponse> ListPageAsync(
        UserMemoryQuery? query = null, int? page = null, string? cursor = null, CancellationToken cancellationToken = default) =>
        _connection.SendAsync(
            Call.Get(Memories, UserMemoryQuery.ToQuery(query, page, cursor)),
            SessionServiceJson.Default.UserMemoryListResponse,
            cancellationToken);

    /// <summary>All versions of a memory, the newest first.</summary>
    public IAsyncEnumerable<UserMemoryResponse> ListVersionsAsync(
        Guid memoryId, Consistency? consistency = null, CancellationToken cancellationToken = default) =>
        Pages.ByNumberAsync(
            (number, token) => ListVersionsPageAsync(memoryId, number, pageSize: 100, consistency, token),
            page => (page.Versions, page.Total),
            memory => memory.Version,
            cancellationToken);

    /// <summary>One page of versions.</summary>
    public Task<UserMemoryVersionsResponse> ListVersionsPageAsync(
        Guid memoryId,
        int? page = null,
        int? pageSize = null,
        Consistency? consistency = null,
        CancellationToken cancellationToken = default) =>
        _connection.SendAsync(
            Call.Get(
                Path(memoryId) + "/versions",
                new Query { { "page", page }, { "page_size", pageSize }, { "consistency", consistency } }),
            SessionServiceJson.Default.UserMemoryVersionsResponse,
            cancellationToken);

    /// <summary>Replaces a memory.</summary>
    public Task<UserMemoryResponse> ReplaceAsync(
        Guid memoryId,
        WriteUserMemoryRequest memory,
        string? ifMatch = null,
        string? idempotencyKey = null,
        CancellationToken cancellationToken = default) =>
        _connection.SendAsync(
            Call.Keyed(HttpMethod.Put, Path(memoryId), idempotencyKey) with { IfMatch = ifMatch },
            memory,
            SessionServiceJson.Default.WriteUserMemoryRequest,
            SessionServiceJson.Default.UserMemoryResponse,
            cancellationToken);

    /// <summary>Merges a patch into a memory.</summary>
    public Task<UserMemoryResponse> PatchAsync(
        Guid memoryId,
        PatchUserMemoryRequest patch,
        string? ifMatch = null,
        string? idempotencyKey = null,
        CancellationToken cancellationToken = default) =>
        _connection.SendAsync(
            Call.Keyed(HttpMethod.Patch, Path(memoryId), idempotencyKey) with { IfMatch = ifMatch },
            patch,
            SessionServiceJson.Default.PatchUserMemoryRequest,
            SessionServiceJson.Default.UserMemoryResponse,
            cancellationToken);

    /// <summary>Deletes a memory with its versions.</summary>
    public Task<UserMemoryDeletedResponse> DeleteAsync(
        Guid memoryId, string? ifMatch = null, string? idempotencyKey = null, CancellationToken cancellationToken = default) =>
        _connection.SendAsync(
            Call.Keyed(HttpMethod.Delete, Path(memoryId), idempotencyKey) with { IfMatch = ifMatch },
            SessionServiceJson.Default.UserMemoryDeletedResponse,
            cancellationToken);

    private string Path(Guid memoryId) => $"{Memories}/{memoryId}";
}
