using System.Runtime.CompilerServices;

namespace SessionService.Client;

/// <summary>The messages of a session: append, read, redact.</summary>
public sealed class MessagesClient
{
    private readonly Connection _connection;

    internal MessagesClient(Connection connection) => _connection = connection;

    /// <summary>Appends a message.</summary>
    public Task<MessageResponse> AppendAsync(
        Guid sessionId, CreateMessageRequest message, string? idempotencyKey = null, CancellationToken cancellationToken = default) =>
        _connection.SendAsync(
            Call.Keyed(HttpMethod.Post, Path(sessionId), idempotencyKey),
            message,
            SessionServiceJson.Default.CreateMessageRequest,
            SessionServiceJson.Default.MessageResponse,
            cancellationToken);

    /// <summary>Appends 1 to 1,000 messages in this order, all of them or none.</summary>
    public Task<MessageBatchResponse> AppendBatchAsync(
        Guid sessionId, CreateMessageBatchRequest batch, string? idempotencyKey = null, CancellationToken cancellationToken = default) =>
        _connection.SendAsync(
            Call.Keyed(HttpMethod.Post, Path(sessionId) + "/batch", idempotencyKey),
            batch,
            SessionServiceJson.Default.CreateMessageBatchRequest,
            SessionServiceJson.Default.MessageBatchResponse,
            cancellationToken);

    /// <summary>
    /// Appends a message that is still being written. The writer adds to it and completes it. Sets the status of the request.
    /// </summary>
    public async Task<MessageWriter> OpenAsync(
        Guid sessionId, CreateMessageRequest message, string? idempotencyKey = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(message);
        message.Status = MessageStatus.InProgress;
        return Resume(await AppendAsync(sessionId, message, idempotencyKey, cancellationToken).ConfigureAwait(false));
    }

    /// <summary>A writer that goes on with a message in progress, with the delta of this index.</summary>
    public MessageWriter Resume(MessageResponse message, int nextIndex = 0)
    {
        ArgumentNullException.ThrowIfNull(message);
        return new(this, message, nextIndex);
    }

    /// <summary>
    /// Adds a delta to a message in progress. The same delta again is stored once. One that does not come next is refused, and
    /// <see cref="SessionServiceException.NextIndex"/> tells which one does.
    /// </summary>
    public Task<DeltasResponse> AddDeltaAsync(
        Guid sessionId,
        long sequence,
        AddDeltaRequest delta,
        string? idempotencyKey = null,
        CancellationToken cancellationToken = default) =>
        _connection.SendAsync(
            Call.Keyed(HttpMethod.Post, $"{Path(sessionId)}/{sequence}/deltas", idempotencyKey),
            delta,
            SessionServiceJson.Default.AddDeltaRequest,
            SessionServiceJson.Default.DeltasResponse,
            cancellationToken);

    /// <summary>
    /// Adds many deltas in one request, each as soon as it is there. The request is sent once. Where it breaks off, or where
    /// <see cref="DeltasResponse.NextIndex"/> is behind the last delta because the service has stopped, send the deltas from there on
    /// again. Those that are stored already are stored once.
    /// </summary>
    public Task<DeltasResponse> AddDeltasAsync(
        Guid sessionId, long sequence, IAsyncEnumerable<AddDeltaRequest> deltas, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(deltas);
        return _connection.SendAsync(
            new Call(HttpMethod.Post, $"{Path(sessionId)}/{sequence}/deltas") { Content = new DeltaLines(deltas), IsTransfer = true },
            SessionServiceJson.Default.DeltasResponse,
            cancellationToken);
    }

    /// <summary>Completes a message in progress. Its deltas make its content, unless another one is given.</summary>
    public Task<MessageResponse> CompleteAsync(
        Guid sessionId,
        long sequence,
        CompleteMessageRequest? ending = null,
        string? idempotencyKey = null,
        CancellationToken cancellationToken = default) =>
        _connection.SendAsync(
            Call.Keyed(HttpMethod.Post, $"{Path(sessionId)}/{sequence}/complete", idempotencyKey),
            ending ?? new(),
            SessionServiceJson.Default.CompleteMessageRequest,
            SessionServiceJson.Default.MessageResponse,
            cancellationToken);

    /// <summary>Reads the message with this number.</summary>
    public Task<MessageResponse> GetAsync(
        Guid sessionId,
        long sequence,
        MessageInclusion? include = null,
        AttachmentForm? attachments = null,
        Consistency? consistency = null,
        CancellationToken cancellationToken = default) =>
        _connection.SendAsync(
            Call.Get(
                $"{Path(sessionId)}/{sequence}",
                new Query { { "include", include }, { "attachments", attachments }, { "consistency", consistency } }),
            SessionServiceJson.Default.MessageResponse,
            cancellationToken);

    /// <summary>
    /// All messages that the query chooses, by position as they are asked for: none comes twice and none is missed, also while others
    /// write.
    /// </summary>
    public IAsyncEnumerable<MessageResponse> ListAsync(
        Guid sessionId, MessageQuery? query = null, CancellationToken cancellationToken = default)
    {
        query ??= new();
        return query.Order == SortOrder.Desc
            ? NewestFirstAsync(sessionId, query, cancellationToken)
            : OldestFirstAsync(sessionId, query, cancellationToken);
    }

    /// <summary>
    /// One answer by position: <see cref="MessageQuery.After"/>, <see cref="MessageQuery.Before"/> and <see cref="MessageQuery.Limit"/>.
    /// </summary>
    public Task<MessageListResponse> ListByPositionAsync(
        Guid sessionId, MessageQuery query, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        return ListByPositionAsync(sessionId, query, query.After, query.Before, cancellationToken);
    }

    /// <summary>One numbered page, of 1 to 200 messages.</summary>
    public Task<MessageListResponse> ListPageAsync(
        Guid sessionId,
        MessageQuery? query = null,
        int? page = null,
        int? pageSize = null,
        CancellationToken cancellationToken = default)
    {
        query ??= new();
        var parameters = query.ToQuery();
        parameters.Add("page", page);
        parameters.Add("page_size", pageSize);
        parameters.Add("order", query.Order);
        return _connection.SendAsync(
            Call.Get(Path(sessionId), parameters), SessionServiceJson.Default.MessageListResponse, cancellationToken);
    }

    /// <summary>Blanks a message for good, or takes it out of all branches besides.</summary>
    public Task<MessageResponse> RedactAsync(
        Guid sessionId, long sequence, MessageDeletion? mode = null, CancellationToken cancellationToken = default) =>
        _connection.SendAsync(
            new Call(HttpMethod.Delete, $"{Path(sessionId)}/{sequence}") { Query = new Query { { "mode", mode } } },
            SessionServiceJson.Default.MessageResponse,
            cancellationToken);

    private static string Path(Guid sessionId) => $"sessions/{sessionId}/messages";

    private async IAsyncEnumerable<MessageResponse> OldestFirstAsync(
        Guid sessionId, MessageQuery query, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        long? after = query.After ?? 0;
        while (after is not null)
        {
            var page = await ListByPositionAsync(sessionId, query, after, query.Before, cancellationToken).ConfigureAwait(false);
            foreach (var message in page.Messages)
            {
                yield return message;
            }

            after = page.HasMore == true ? page.NextAfter ?? LastOf(page)?.Sequence : null;
        }
    }

    private async IAsyncEnumerable<MessageResponse> NewestFirstAsync(
        Guid sessionId, MessageQuery query, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        long? before = query.Before ?? long.MaxValue;
        while (before is not null && !(before <= query.After))
        {
            var page = await ListByPositionAsync(sessionId, query, after: null, before, cancellationToken).ConfigureAwait(false);
            foreach (var message in page.Messages.Reverse())
            {
                if (message.Sequence <= query.After)
                {
                    yield break;
                }

                yield return message;
            }

            before = page.HasMore == true ? page.NextBefore ?? FirstOf(page)?.Sequence : null;
        }
    }

    private static MessageResponse? FirstOf(MessageListResponse page) => page.Messages.Count > 0 ? page.Messages[0] : null;

    private static MessageResponse? LastOf(MessageListResponse page) => page.Messages.Count > 0 ? page.Messages[^1] : null;

    private Task<MessageListResponse> ListByPositionAsync(
        Guid sessionId, MessageQuery query, long? after, long? before, CancellationToken cancellationToken)
    {
        var parameters = query.ToQuery();
        parameters.Add("after", after ?? (before is null ? 0 : null));
        parameters.Add("before", before);
        parameters.Add("limit", query.Limit);
        return _connection.SendAsync(
            Call.Get(Path(sessionId), parameters), SessionServiceJson.Default.MessageListResponse, cancellationToken);
    }
}
