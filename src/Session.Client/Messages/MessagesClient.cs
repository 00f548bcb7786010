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
