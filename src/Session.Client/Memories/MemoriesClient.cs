namespace SessionService.Client;

/// <summary>The memory of a session, of which it has one at most.</summary>
public sealed class MemoriesClient
{
    private readonly Connection _connection;

    internal MemoriesClient(Connection connection) => _connection = connection;

    /// <summary>Creates the memory of a session, or replaces it.</summary>
    public Task<MemoryResponse> WriteAsync(
        Guid sessionId, WriteMemoryRequest memory, string? idempotencyKey = null, CancellationToken cancellationToken = default) =>
        _connection.SendAsync(
            Call.Keyed(HttpMethod.Post, $"sessions/{sessionId}/memory", idempotencyKey),
            memory,
            SessionServiceJson.Default.WriteMemoryRequest,
            SessionServiceJson.Default.MemoryResponse,
            cancellationToken);

    /// <summary>Reads the memory of a session. Where there is none, the code is <c>memory_not_found</c>.</summary>
    public Task<MemoryResponse> GetAsync(
        Guid sessionId, Consistency? consistency = null, CancellationToken cancellationToken = default) =>
        _connection.SendAsync(
            Call.Get($"sessions/{sessionId}/memory", new Query { { "consistency", consistency } }),
            SessionServiceJson.Default.MemoryResponse,
            cancellationToken);
}
