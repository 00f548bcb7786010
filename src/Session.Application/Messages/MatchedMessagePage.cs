using System.Runtime.CompilerServices;
using System.Text;
using SessionService.Application.Branches;
using SessionService.Application.Paging;
using SessionService.Domain.Errors;
using SessionService.Domain.Sessions;

namespace SessionService.Application.Messages;

/// <summary>
/// The messages by position that meet conditions on their metadata. No index knows these, so the page looks through the messages, and ends
/// where it has looked at many. Packed messages are read like others.
/// </summary>
public sealed class MatchedMessagePage : IMessagePage
{
    private const int MaxLooked = 10_000;
    private const long MaxLookedBytes = 64 * 1024 * 1024;
    private const int LookedAtOnce = 1_000;

    private readonly IMessageReader _reader;
    private readonly ListMessagesQuery _query;
    private readonly MetadataMatch _match;
    private readonly MessageSelection _selection;

    private MatchedMessagePage(IMessageReader reader, string userId, Guid sessionId, ListMessagesQuery query, long total, MessagePath path)
    {
        (_reader, UserId, SessionId, _query, Total) = (reader, userId, sessionId, query, total);
        _match = new MetadataMatch(query.Metadata!.Conditions);
        _selection = query.ToSelection(path);
        // What is written from now on belongs to no page of this moment.
        _selection = _selection with
        {
            Role = null,
            MessageType = null,
            Before = path.IsWhole ? Math.Min(_selection.Before, total + 1) : _selection.Before,
        };
    }

    public string UserId { get; }

    public Guid SessionId { get; }

    public PageRange Range => _query.ToRange();

    /// <summary>All messages of the branch, because those that meet the conditions are not counted.</summary>
    public long Total { get; }

    public bool? HasMore { get; private set; } = false;

    public long? NextAfter { get; private set; }

    public long? NextBefore { get; private set; }

    public MessageParents? Parents { get; set; }

    /// <exception cref="NotFoundException">The user has no such session.</exception>
    internal static async Task<MatchedMessagePage> OpenAsync(
        IMessageReader reader,
        string userId,
        Guid sessionId,
        ListMessagesQuery query,
        MessagePath? path,
        CancellationToken cancellationToken)
    {
        var none = new MessageSelection { Order = MessageOrder.OldestFirst, Take = 0, Path = path };
        using var portion = await reader.ReadAsync(userId, sessionId, none, cancellationToken) ?? throw SessionErrors.NotFound();
        return new MatchedMessagePage(reader, userId, sessionId, query, portion.Total, portion.Path!);
    }

    public async IAsyncEnumerable<MessagePortion> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (_selection.Order == MessageOrder.OldestFirst)
        {
            await foreach (var portion in LookAsync(_selection, _selection.Take, cancellationToken))
            {
                yield return portion;
            }

            yield break;
        }

        // The page ends with the messages that are found first. So first find out where it begins.
        var (first, count) = (0L, 0);
        await foreach (var portion in LookAsync(
            _selection with { Order = MessageOrder.NewestFirst }, _selection.Take, cancellationToken))
        {
            (first, count) = portion.Count == 0 ? (first, count) : (portion[portion.Count - 1].Sequence, count + portion.Count);
        }

        if (count > 0)
        {
            var (hasMore, nextBefore) = (HasMore, NextBefore);
            var again = _selection with { Order = MessageOrder.OldestFirst, After = first - 1 };
            await foreach (var portion in LookAsync(again, count, cancellationToken))
            {
                yield return portion;
            }

            (HasMore, NextAfter, NextBefore) = (hasMore, null, nextBefore);
        }
    }

    public void Dispose()
    {
    }

    /// <summary>Looks through a range from one end, and gives what is found.</summary>
    private async IAsyncEnumerable<MessagePortion> LookAsync(
        MessageSelection range, int limit, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var isForward = range.Order == MessageOrder.OldestFirst;
        var (looked, lookedBytes, found, foundBytes) = (0, 0L, 0, 0L);
        while (range.Before - range.After > 1)
        {
            if (looked >= MaxLooked || lookedBytes >= MaxLookedBytes || foundBytes >= MessagePage.MaxBytes)
            {
                EndAt(isForward ? range.After : range.Before, isForward);
                yield break;
            }

            var take = (int)Math.Min(Math.Min(LookedAtOnce, MaxLooked - looked), range.Before - range.After - 1);
            using var portion = await _reader.ReadAsync(UserId, SessionId, range with { Take = take }, cancellationToken) ?? throw Gone();
            if (portion.Count == 0)
            {
                // A range of numbers may hold no message of a branch.
                if (range.Path!.IsWhole)
                {
                    throw Gone();
                }

                yield break;
            }

            looked += portion.Count;
            lookedBytes += portion.Bytes;
            range = range.Rest(portion);
            long? next = null;
            portion.Keep(row =>
            {
                if (next is not null || !Matches(row))
                {
                    return false;
                }

                // One more tells that there are more.
                next = found == limit ? row.Sequence : null;
                found += next is null ? 1 : 0;
                return next is null;
            });
            foundBytes += portion.Bytes;
            yield return portion;
            if (next is { } sequence)
            {
                EndAt(isForward ? sequence - 1 : sequence + 1, isForward);
                yield break;
            }
        }
    }

    private void EndAt(long number, bool isForward) =>
        (HasMore, NextAfter, NextBefore) = (true, isForward ? number : null, isForward ? null : number);

    private bool Matches(in MessageRow row) =>
        (_query.Role is null || row.Role.Span.SequenceEqual(Encoding.UTF8.GetBytes(_query.Role)))
        && (_query.MessageType is null || row.MessageType.Span.SequenceEqual(Encoding.UTF8.GetBytes(_query.MessageType)))
        && _match.IsMetBy(row.Metadata);

    private static InvalidOperationException Gone() => new("The session was deleted while its messages were read.");
}
