using System.Globalization;
using SessionService.Application.Exports;
using SessionService.Application.Messages;
using SessionService.Application.Sessions;
using SessionService.Domain.Messages;

namespace SessionService.Application.Imports;

/// <summary>
/// The messages of the session that an import is in, which are written some at a time. They take the numbers that they had; one that is
/// wrong and skipped leaves no gap, those after it move up.
/// </summary>
internal sealed class ImportedMessages(
    string userId, ImportTally tally, ImportedEntities entities, ISessionStore sessions, IMessageStore messages, IMessageReader reader)
{
    private const int MaxBatch = 500;
    private const int MaxBatchCharacters = 1024 * 1024;

    public static readonly ImportRefusal SessionNotFound = new("session_not_found", "There is no such session; its line must come before.");

    private static readonly ImportRefusal MessageIdTaken = new("message_id_taken", "Another message of this user has this message_id.");

    private readonly List<PendingMessage> _pending = [];
    private readonly HashSet<Guid> _pendingIds = [];
    private long _pendingCharacters;

    // The number that the next line would have in what is imported; null at a session's first message.
    private long? _nextNumber;

    // By how much numbers here are lower than there. What was wrong since the last message may account for a gap that is next.
    private long _shift;
    private long _wrongBefore;

    // A session that was looked for in vain need not be looked for with each of its messages.
    private Guid? _absentSessionId;

    /// <summary>The session that the import is in.</summary>
    public Guid? SessionId { get; private set; }

    /// <summary>How many messages it holds, by the database's word.</summary>
    public long Count { get; private set; }

    /// <summary>Goes on with another session; nothing waits any more.</summary>
    public void Enter(Guid sessionId, long count)
    {
        _absentSessionId = null;
        (SessionId, Count) = (sessionId, count);
        (_nextNumber, _shift, _wrongBefore) = (null, 0, tally.Response.Failed);
    }

    /// <summary>Goes on with a session that is there; false where the user has none of this id.</summary>
    public async Task<bool> TryEnterAsync(Guid sessionId, CancellationToken cancellationToken)
    {
        if (await sessions.FindAsync(userId, sessionId, cancellationToken) is not { } session)
        {
            _absentSessionId = sessionId;
            return false;
        }

        Enter(sessionId, session.MessageCount);
        return true;
    }

    /// <summary>Adds a message: the next one of the session that the import is in, or of another, with which it then goes on.</summary>
    public async Task AddAsync(long line, MessageLine message, CancellationToken cancellationToken)
    {
        if (message.SessionId is { } sessionId && sessionId != SessionId)
        {
            await WriteAsync(cancellationToken);
            if (tally.HasStopped)
            {
                return;
            }

            if (sessionId == _absentSessionId || !await TryEnterAsync(sessionId, cancellationToken))
            {
                tally.Fail(line, ImportKind.Message, SessionNotFound);
                return;
            }
        }

        var there = message.Sequence ?? _nextNumber ?? 1;
        var gap = there - (_nextNumber ?? Math.Min(there, Count + 1));
        if (gap < 0 || gap > tally.Response.Failed - _wrongBefore)
        {
            var next = _nextNumber ?? Count + 1;
            await FailAsync(
                line,
                ImportKind.Message,
                new ImportRefusal(
                    "sequence_mismatch", string.Create(
                        CultureInfo.InvariantCulture, $"The next message would be number {next}, not {there}.")),
                cancellationToken);
            return;
        }

        _shift += gap;
        _wrongBefore = tally.Response.Failed;
        _nextNumber = there + 1;
        var stored = entities.Of(message, there);
        if (_pending.Count == MaxBatch || _pendingCharacters > MaxBatchCharacters || !_pendingIds.Add(stored.MessageId))
        {
            await WriteAsync(cancellationToken);
            if (tally.HasStopped)
            {
                return;
            }

            _pendingIds.Add(stored.MessageId);
        }

        _pending.Add(new PendingMessage(line, there - _shift, stored));
        _pendingCharacters += stored.Content.Length + stored.Metadata.Length;
    }

    /// <summary>Writes the messages that wait; those that are there already are compared.</summary>
    public async Task WriteAsync(CancellationToken cancellationToken)
    {
        var take = _pending.Count;
        while (_pending.Count > 0)
        {
            take = _pending[0].Number <= Count
                ? await CompareAsync(cancellationToken)
                : await AppendAsync(Math.Min(take, _pending.Count), cancellationToken);
            if (tally.HasStopped)
            {
                _pending.Clear();
            }
        }

        _pendingIds.Clear();
        _pendingCharacters = 0;
    }

    /// <summary>Notes what is wrong with a line when what came before it is written, where nothing follows it.</summary>
    public async Task FailAsync(long line, ImportKind? kind, ImportRefusal refusal, CancellationToken cancellationToken)
    {
        if (tally.StopsAt(refusal))
        {
            await WriteAsync(cancellationToken);
        }

        if (!tally.HasStopped)
        {
            tally.Fail(line, kind, refusal);
        }
    }

    /// <summary>
    /// Compares the messages that have a number which is taken with those that have it. What a message says changes only where it is
    /// blanked, so the ids tell.
    /// </summary>
    private async Task<int> CompareAsync(CancellationToken cancellationToken)
    {
        var first = _pending[0].Number;
        var known = new Dictionary<long, Guid>();
        var selection = new MessageSelection { Order = MessageOrder.OldestFirst, After = first - 1, Take = _pending.Count };
        if (await reader.OpenAsync(userId, SessionId!.Value, selection, cancellationToken) is { } rows)
        {
            await using (rows)
            {
                await foreach (var row in rows.ReadAsync(cancellationToken))
                {
                    known.Add(row.Sequence, row.MessageId);
                }
            }
        }

        var compared = _pending.TakeWhile(pending => pending.Number <= Count).ToList();
        foreach (var pending in compared)
        {
            if (known.TryGetValue(pending.Number, out var id) && id == pending.Message.MessageId)
            {
                tally.Response.Messages.Unchanged++;
            }
            else if (!tally.HasStopped)
            {
                tally.Fail(pending.Line, ImportKind.Message, new ImportRefusal(
                    "sequence_taken", string.Create(
                        CultureInfo.InvariantCulture, $"Another message of the session is number {pending.Number}.")));
            }
        }

        _pending.RemoveRange(0, compared.Count);
        return _pending.Count;
    }

    /// <summary>Appends the first messages that wait, if the session ends just before them, and tells how many to try next.</summary>
    private async Task<int> AppendAsync(int take, CancellationToken cancellationToken)
    {
        var result = await messages.AppendAsync(
            new Append
            {
                UserId = userId,
                SessionId = SessionId!.Value,
                Messages = [.. _pending.Take(take).Select(pending => new NewMessage(pending.Message, HasOwnId: true, HasOwnTime: true))],
                ExpectedSequence = _pending[0].Number,
                Now = null,
            },
            cancellationToken);
        switch (result.Outcome)
        {
            case AppendOutcome.Appended:
                tally.Response.Messages.Created += take;
                Count += take;
                _pending.RemoveRange(0, take);
                break;

            case AppendOutcome.Replayed when result.Messages[0].SessionId == SessionId && result.Messages[0].Sequence == _pending[0].Number:
                // Somebody imports the same at the same time.
                tally.Response.Messages.Unchanged += take;
                Count += take;
                _pending.RemoveRange(0, take);
                break;

            case AppendOutcome.SequenceMismatch when result.NextSequence > _pending[0].Number:
                Count = result.NextSequence - 1;
                break;

            case AppendOutcome.MessageIdTaken or AppendOutcome.Replayed:
                return await FindCulpritAsync(take, cancellationToken);

            default:
                SessionId = null;
                _pending.TakeWhile(_ => !tally.HasStopped)
                    .ToList()
                    .ForEach(pending => tally.Fail(pending.Line, ImportKind.Message, SessionNotFound));
                _pending.Clear();
                break;
        }

        return _pending.Count;
    }

    /// <summary>
    /// One of the messages is there already: by the same import made elsewhere, or as another message, which fewer at a time will tell.
    /// </summary>
    private async Task<int> FindCulpritAsync(int take, CancellationToken cancellationToken)
    {
        var count = (await sessions.FindAsync(userId, SessionId!.Value, cancellationToken))?.MessageCount ?? Count;
        if (count >= _pending[0].Number)
        {
            Count = count;
            return _pending.Count;
        }

        if (take > 1)
        {
            return take / 2;
        }

        tally.Fail(_pending[0].Line, ImportKind.Message, MessageIdTaken);
        _pending.RemoveAt(0);
        _shift++;
        for (var i = 0; i < _pending.Count; i++)
        {
            _pending[i] = _pending[i] with { Number = _pending[i].Number - 1 };
        }

        return _pending.Count;
    }

    private readonly record struct PendingMessage(long Line, long Number, SessionMessage Message);
}
