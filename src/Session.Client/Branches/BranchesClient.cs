namespace SessionService.Client;

/// <summary>The branches of a session: rewind, list, activate, name.</summary>
public sealed class BranchesClient
{
    private readonly Connection _connection;

    internal BranchesClient(Connection connection) => _connection = connection;

    /// <summary>
    /// Takes the last messages out of the conversation. They stay in a branch, and the conversation goes on in a new one.
    /// </summary>
    public Task<BranchChangeResponse> RewindAsync(
        Guid sessionId,
        RewindSessionRequest rewind,
        string? ifMatch = null,
        string? idempotencyKey = null,
        CancellationToken cancellationToken = default) =>
        _connection.SendAsync(
            Call.Keyed(HttpMethod.Post, $"sessions/{sessionId}/rewind", idempotencyKey) with { IfMatch = ifMatch },
            rewind,
            SessionServiceJson.Default.RewindSessionRequest,
            SessionServiceJson.Default.BranchChangeResponse,
            cancellationToken);

    /// <summary>The branches of a session, in the order in which they were made.</summary>
    public Task<BranchListResponse> ListAsync(
        Guid sessionId, Consistency? consistency = null, CancellationToken cancellationToken = default) =>
        _connection.SendAsync(
            Call.Get(Path(sessionId), new Query { { "consistency", consistency } }),
            SessionServiceJson.Default.BranchListResponse,
            cancellationToken);

    /// <summary>Makes a branch the conversation.</summary>
    public Task<BranchChangeResponse> ActivateAsync(
        Guid sessionId,
        int branchId,
        string? ifMatch = null,
        string? idempotencyKey = null,
        CancellationToken cancellationToken = default) =>
        _connection.SendAsync(
            Call.Keyed(HttpMethod.Post, $"{Path(sessionId)}/{branchId}/activate", idempotencyKey) with { IfMatch = ifMatch },
            SessionServiceJson.Default.BranchChangeResponse,
            cancellationToken);

    /// <summary>Names a branch, or takes its name away.</summary>
    public Task<BranchResponse> RenameAsync(
        Guid sessionId, int branchId, RenameBranchRequest name, CancellationToken cancellationToken = default) =>
        _connection.SendAsync(
            new Call(HttpMethod.Patch, $"{Path(sessionId)}/{branchId}"),
            name,
            SessionServiceJson.Default.RenameBranchRequest,
            SessionServiceJson.Default.BranchResponse,
            cancellationToken);

    private static string Path(Guid sessionId) => $"sessions/{sessionId}/branches";
}
