namespace SessionService.Client;

/// <summary>Finds memories and messages by a question in plain words.</summary>
public sealed class MemorySearchClient
{
    private readonly Connection _connection;

    internal MemorySearchClient(Connection connection) => _connection = connection;

    /// <summary>Searches everything of the user, the best passages first.</summary>
    public Task<SearchMemoriesResponse> SearchAsync(
        SearchMemoriesRequest question, CancellationToken cancellationToken = default) =>
        SearchAsync(_connection.UserPath, question, cancellationToken);

    /// <summary>Searches one session: its messages, its memory, and the user's memories that came from it.</summary>
    public Task<SearchMemoriesResponse> SearchSessionAsync(
        Guid sessionId, SearchMemoriesRequest question, CancellationToken cancellationToken = default) =>
        SearchAsync($"sessions/{sessionId}", question, cancellationToken);

    private Task<SearchMemoriesResponse> SearchAsync(
        string owner, SearchMemoriesRequest question, CancellationToken cancellationToken) =>
        _connection.SendAsync(
            new Call(HttpMethod.Post, owner + "/memories/search"),
            question,
            SessionServiceJson.Default.SearchMemoriesRequest,
            SessionServiceJson.Default.SearchMemoriesResponse,
            cancellationToken);
}
