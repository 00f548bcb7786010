using System.Globalization;
using SessionService.Application.Exports;
using SessionService.Application.Messages;
using SessionService.Application.Sessions;
using SessionService.Domain.Messages;

namespace SessionService.Application.Imports;

/// <summary>
/// Writes the messages of an import in batches, session by session. Messages keep their numbers. A skipped message leaves no gap: those
/// after it move up.
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

    // The number of the next message in the imported file; null before a session's first message.
    private long? _nextNumber;

    // How much lower numbers are here than in the file. A gap in the file may be due to invalid lines since the last message.
    private long _shift;
    private long _wrongBefore;

    // The last session that was not found, so that it is not looked for with each of its messages.
    private Guid? _absentSessionId;

    /// <summary>The current session.</summary>
    public Guid? SessionId { get; private set; }

    /// <summary>The number of messages that the current session has in the database.</summary>
    public long Count { get; private set; }

    /// <summary>Makes a session the current one. No message may be waiting.</summary>
    public void Enter(Guid sessionId, long count)
    {
        _absentSessionId = null;
        (SessionId, Count) = (sessionId, count);
        (_nextNumber, _shift, _wrongBefore) = (null, 0, tally.Response.Failed);
    }

    /// <summary>Makes an existing session the current one; false where the user has no such session.</summary>
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

    /// <summary>Adds a message. If it belongs to another session, that becomes the current one.</summary>
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

    /// <summary>Writes the waiting messages. Those that exist already are compared with the stored ones.</summary>
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

    /// <summary>Counts an invalid line. If the import ends at it, the waiting messages are written first.</summary>
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
    /// Compares waiting messages whose numbers are taken with the stored ones. Comparing ids is enough, since a stored message changes only
    /// by redaction.
    /// </summary>
    private async Task<int> CompareAsync(CancellationToken cancellationToken)
    {
        var first = _pending[0].Number;
        var known = new Dictionary<long, Guid>();
        var selection = new MessageSelection { Order = MessageOrder.OldestFirst, After = first - 1, Take = _pending.Count };
        await foreach (var row in reader.ReadAllAsync(userId, SessionId!.Value, selection, cancellationToken))
        {
            known.Add(row.Sequence, row.MessageId);
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

    /// <summary>Appends the first waiting messages if they are the next of the session. Returns how many to try next.</summary>
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
                ImportedAt = entities.Now,
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
                // Another import of the same file runs at the same time.
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
    /// One of the messages exists already: either another import of the same file wrote it, or its id belongs to another message. Trying
    /// fewer messages at a time finds out which.
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
