namespace SessionService.Client;

/// <summary>The full text search over messages, titles, summaries and memories of sessions.</summary>
public sealed class SearchClient
{
    private readonly Connection _connection;

    internal SearchClient(Connection connection) => _connection = connection;

    /// <summary>All sessions that have hits, the best first, page by page as they are asked for.</summary>
    public IAsyncEnumerable<FoundSessionResponse> SearchAsync(
        string text, SearchQuery? query = null, CancellationToken cancellationToken = default) =>
        Pages.ByCursorAsync(
            (cursor, token) => SearchPageAsync(text, query, cursor, token),
            page => page.Results,
            page => page.NextCursor,
            cancellationToken);

    /// <summary>One page of sessions that have hits.</summary>
    public Task<SearchResponse> SearchPageAsync(
        string text, SearchQuery? query = null, string? cursor = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(text);
        return _connection.SendAsync(
            Call.Get("sessions/search", SearchQuery.ToQuery(text, query, cursor)),
            SessionServiceJson.Default.SearchResponse,
            cancellationToken);
    }
}
