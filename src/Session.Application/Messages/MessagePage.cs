using System.Runtime.CompilerServices;
using SessionService.Application.Branches;
using SessionService.Application.Paging;
using SessionService.Domain.Errors;
using SessionService.Domain.Sessions;

namespace SessionService.Application.Messages;

/// <summary>
/// A page of messages, which is read a portion at a time. Messages are numbered and do not change, so the statements of a page need no
/// common snapshot, and no connection is held between them. The answer is a <see cref="MessageListResponse"/>.
/// </summary>
public sealed class MessagePage : IMessagePage
{
    /// <summary>A page by position takes no further portion once its texts are this long.</summary>
    public const long MaxBytes = 16 * 1024 * 1024;

    private readonly IMessageReader _reader;
    private readonly MessageSelection _selection;
    private readonly MessagePortion _first;
    private readonly long _inRange;
    private readonly bool _isByPosition;
    private readonly bool _endsEarly;
    private long _read;

    private MessagePage(
        IMessageReader reader,
        string userId,
        Guid sessionId,
        MessageSelection selection,
        MessagePortion first,
        long inRange,
        bool endsEarly,
        ListMessagesQuery query)
    {
        (_reader, UserId, SessionId, _selection, _first, _inRange) = (reader, userId, sessionId, selection, first, inRange);
        (Range, _isByPosition, _endsEarly, Total) = (query.ToRange(), query.IsByPosition, endsEarly, first.Total);
    }

    /// <summary>Owner of the session, and of every message.</summary>
    public string UserId { get; }

    public Guid SessionId { get; }

    /// <summary>The page as the answer tells it.</summary>
    public PageRange Range { get; }

    public long Total { get; }

    /// <summary>By position: whether the range goes on after the messages that were read; <see langword="null"/> by page.</summary>
    public bool? HasMore => _isByPosition ? _inRange > _read : null;

    public long? NextAfter => null;

    public long? NextBefore => null;

    public MessageParents? Parents { get; set; }

    /// <summary>Reads the first portion.</summary>
    /// <exception cref="NotFoundException">The user has no such session.</exception>
    internal static async Task<MessagePage> OpenAsync(
        IMessageReader reader,
        string userId,
        Guid sessionId,
        ListMessagesQuery query,
        MessagePath? path,
        CancellationToken cancellationToken)
    {
        var selection = query.ToSelection(path);
        var first = await reader.ReadAsync(userId, sessionId, selection, cancellationToken) ?? throw SessionErrors.NotFound();
        selection = selection with { Path = first.Path };
        var (inRange, endsEarly) = (first.InRange, query.IsByPosition && selection.Order != MessageOrder.LastInTimeOrder);
        if (selection.Order == MessageOrder.LastInTimeOrder && !first.IsLast)
        {
            // The page ends with the messages that were read, and begins with others. So first find out where.
            selection = await FindStartAsync(reader, userId, sessionId, selection, first, cancellationToken);
            first = await reader.ReadAsync(userId, sessionId, selection, cancellationToken) ?? throw SessionErrors.NotFound();
        }

        // What is written from now on belongs to no page of this moment.
        selection = selection with { Take = (int)Math.Clamp(inRange - selection.Skip, 0, selection.Take) };
        return new MessagePage(reader, userId, sessionId, selection, first, inRange, endsEarly, query);
    }

    /// <summary>Reads the portions, each once the one before it is done with.</summary>
    public async IAsyncEnumerable<MessagePortion> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (portion, rest, bytes) = (_first, _selection, 0L);
        while (true)
        {
            using (portion)
            {
                _read += portion.Count;
                bytes += portion.Bytes;
                rest = rest.Rest(portion);
                yield return portion;
            }

            if (rest.Take == 0 || (_endsEarly && bytes >= MaxBytes))
            {
                break;
            }

            if (portion.IsLast)
            {
                throw Gone();
            }

            portion = await _reader.ReadAsync(UserId, SessionId, rest, cancellationToken) ?? throw Gone();
        }
    }

    public void Dispose() => _first.Dispose();

    /// <summary>The last messages before a number that fit into a page, the oldest first.</summary>
    private static async Task<MessageSelection> FindStartAsync(
        IMessageReader reader,
        string userId,
        Guid sessionId,
        MessageSelection selection,
        MessagePortion newest,
        CancellationToken cancellationToken)
    {
        var (portion, rest, bytes, start) = (newest, selection, 0L, 0L);
        while (true)
        {
            using (portion)
            {
                bytes += portion.Bytes;
                rest = rest.Rest(portion);
                start = portion.Count == 0 ? start : portion[0].Sequence;
                if (portion.IsLast || bytes >= MaxBytes)
                {
                    return selection with { Order = MessageOrder.OldestFirst, After = start - 1, Take = selection.Take - rest.Take };
                }
            }

            portion = await reader.ReadAsync(userId, sessionId, rest, cancellationToken) ?? throw SessionErrors.NotFound();
        }
    }

    private static InvalidOperationException Gone() => new("The session was deleted while its messages were read.");
}
