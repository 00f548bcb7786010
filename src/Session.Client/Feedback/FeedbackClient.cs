namespace SessionService.Client;

/// <summary>What somebody thinks of a message: a thumb, a rating, a remark.</summary>
public sealed class FeedbackClient
{
    private readonly Connection _connection;

    internal FeedbackClient(Connection connection) => _connection = connection;

    /// <summary>Gives feedback on a message, or replaces it.</summary>
    public Task<FeedbackResponse> WriteAsync(
        Guid sessionId,
        long sequence,
        string name,
        WriteFeedbackRequest feedback,
        string? ifMatch = null,
        string? idempotencyKey = null,
        CancellationToken cancellationToken = default) =>
        _connection.SendAsync(
            Call.Keyed(HttpMethod.Put, Path(sessionId, sequence, name), idempotencyKey) with { IfMatch = ifMatch },
            feedback,
            SessionServiceJson.Default.WriteFeedbackRequest,
            SessionServiceJson.Default.FeedbackResponse,
            cancellationToken);

    /// <summary>Reads feedback of one name on a message.</summary>
    public Task<FeedbackResponse> GetAsync(
        Guid sessionId,
        long sequence,
        string name,
        Consistency? consistency = null,
        CancellationToken cancellationToken = default) =>
        _connection.SendAsync(
            Call.Get(Path(sessionId, sequence, name), new Query { { "consistency", consistency } }),
            SessionServiceJson.Default.FeedbackResponse,
            cancellationToken);

    /// <summary>All feedback on a message.</summary>
    public Task<MessageFeedbackListResponse> ListOfMessageAsync(
        Guid sessionId, long sequence, Consistency? consistency = null, CancellationToken cancellationToken = default) =>
        _connection.SendAsync(
            Call.Get(Path(sessionId, sequence), new Query { { "consistency", consistency } }),
            SessionServiceJson.Default.MessageFeedbackListResponse,
            cancellationToken);

    /// <summary>Takes feedback back.</summary>
    public Task<FeedbackDeletedResponse> DeleteAsync(
        Guid sessionId,
        long sequence,
        string name,
        string? ifMatch = null,
        string? idempotencyKey = null,
        CancellationToken cancellationToken = default) =>
        _connection.SendAsync(
            Call.Keyed(HttpMethod.Delete, Path(sessionId, sequence, name), idempotencyKey) with { IfMatch = ifMatch },
            SessionServiceJson.Default.FeedbackDeletedResponse,
            cancellationToken);

    /// <summary>All feedback on the user's messages, what was given last first.</summary>
    public IAsyncEnumerable<FeedbackResponse> ListAsync(
        FeedbackQuery? query = null, CancellationToken cancellationToken = default) =>
        Pages.ByCursorAsync(
            (cursor, token) => ListPageAsync(query, page: null, cursor, token),
            page => page.Feedback,
            page => page.NextCursor,
            cancellationToken);

    /// <summary>One page of feedback, by number or by the cursor of the page before.</summary>
    public Task<FeedbackListResponse> ListPageAsync(
        FeedbackQuery? query = null, int? page = null, string? cursor = null, CancellationToken cancellationToken = default)
    {
        var parameters = FeedbackQuery.ToQuery(query);
        parameters.Add("page", page);
        parameters.Add("page_size", query?.PageSize);
        parameters.Add("cursor", cursor);
        parameters.Add("consistency", query?.Consistency);
        return _connection.SendAsync(
            Call.Get(_connection.UserPath + "/feedback", parameters),
            SessionServiceJson.Default.FeedbackListResponse,
            cancellationToken);
    }

    /// <summary>
    /// The feedback on the user's messages with the messages, as NDJSON. The stream is the caller's to dispose of. Where it breaks off,
    /// reading throws.
    /// </summary>
    public Task<Stream> ExportAsync(FeedbackQuery? query = null, CancellationToken cancellationToken = default) =>
        _connection.StreamAsync(
            Call.Get(_connection.UserPath + "/feedback/export", FeedbackQuery.ToQuery(query)) with { Accept = "*/*" },
            cancellationToken);

    private static string Path(Guid sessionId, long sequence) => $"sessions/{sessionId}/messages/{sequence}/feedback";

    private static string Path(Guid sessionId, long sequence, string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return $"{Path(sessionId, sequence)}/{Call.Segment(name)}";
    }
}
