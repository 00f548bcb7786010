using System.Globalization;
using System.Text;
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
    string userId,
    ImportTally tally,
    ImportChoices choices,
    ImportedEntities entities,
    ISessionStore sessions,
    IMessageStore messages,
    IMessageReader reader)
{
    private const int MaxBatch = 500;
    private const int MaxBatchCharacters = 1024 * 1024;

    public static readonly ImportRefusal SessionNotFound = new("session_not_found", "There is no such session; its line must come before.");

    private static readonly ImportRefusal MessageIdTaken = new("message_id_taken", "Another message of this user has this message_id.");

    private static readonly ImportRefusal AttachmentNotFound =
        new("validation_failed", "An attachment of a message was removed meanwhile.");

    private static readonly ImportRefusal ItemIdTaken = new("validation_failed", "item_id: is the id of another item of the session");

    private readonly List<PendingMessage> _pending = [];
    private readonly HashSet<Guid> _pendingIds = [];
    private readonly HashSet<string> _pendingItems = new(StringComparer.Ordinal);
    private long _pendingCharacters;

    // The number of the next message in the imported file; null before a session's first message.
    private long? _nextNumber;

    // How much lower numbers are here than in the file. A gap in the file may be due to invalid lines since the last message.
    private long _shift;
    private long _wrongBefore;

    // The last session that was not found, so that it is not looked for with each of its messages.
    private Guid? _absentSessionId;

    // Whether a message of the current session differs from the stored one, so that nothing more is written to the session.
    private bool _isDiverged;

    // The sessions that a dry run would have made or gone on with, and how many messages they would have.
    private readonly Dictionary<Guid, long> _wouldHave = [];

    /// <summary>The current session.</summary>
    public Guid? SessionId { get; private set; }

    /// <summary>The number of messages that the current session has in the database.</summary>
    public long Count { get; private set; }

    /// <summary>Whether a dry run would have written to the session by now.</summary>
    public bool Knows(Guid sessionId) => _wouldHave.ContainsKey(sessionId);

    /// <summary>Makes a session the current one. No message may be waiting.</summary>
    /// <param name="isNew">Whether the import made the session, with all the messages that it has.</param>
    public void Enter(Guid sessionId, long count, bool isNew)
    {
        _absentSessionId = null;
        _isDiverged = false;
        (SessionId, Count) = (sessionId, count);
        (_nextNumber, _shift, _wrongBefore) = (isNew && count > 0 ? count + 1 : null, 0, tally.Response.Failed);
        if (choices.IsDryRun && isNew)
        {
            _wouldHave[sessionId] = count;
        }
    }

    /// <summary>Makes an existing session the current one; false where the user has no such session.</summary>
    public async Task<bool> TryEnterAsync(Guid sessionId, CancellationToken cancellationToken)
    {
        if (_wouldHave.TryGetValue(sessionId, out var messages))
        {
            Enter(sessionId, messages, isNew: false);
            return true;
        }

        if (await sessions.FindAsync(userId, sessionId, cancellationToken) is not { } session)
        {
            _absentSessionId = sessionId;
            return false;
        }

        Enter(sessionId, session.MessageCount, isNew: false);
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

        if (_isDiverged)
        {
            tally.Count(ImportKind.Message, failed: 1);
            return;
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
        if (_pending.Count == MaxBatch
            || _pendingCharacters > MaxBatchCharacters
            || !_pendingIds.Add(stored.MessageId)
            || (stored.ItemId is { } item && !_pendingItems.Add(item)))
        {
            await WriteAsync(cancellationToken);
            if (tally.HasStopped)
            {
                return;
            }

            _pendingIds.Add(stored.MessageId);
            if (stored.ItemId is not null)
            {
                _pendingItems.Add(stored.ItemId);
            }
        }

        _pending.Add(new PendingMessage(line, there - _shift, stored));
        _pendingCharacters += stored.Content.Length + stored.Metadata.Length + (stored.Parts?.Length ?? 0);
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
        _pendingItems.Clear();
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
    /// Compares waiting messages whose numbers are taken with the stored ones. At the first that differs, the rest of the session is left
    /// out: the end of one history must not follow the beginning of another.
    /// </summary>
    private async Task<int> CompareAsync(CancellationToken cancellationToken)
    {
        var compared = _pending.Count(pending => pending.Number <= Count);
        var same = await CountSameAsync(compared, cancellationToken);
        tally.Response.Messages.Unchanged += same;
        if (same == compared)
        {
            _pending.RemoveRange(0, compared);
            return _pending.Count;
        }

        var (line, number, _) = _pending[same];
        tally.Diverge(line, SessionId!.Value, number, _pending.Count - same);
        _isDiverged = true;
        _pending.Clear();
        return 0;
    }

    /// <summary>How many of the first waiting messages are as they are stored. A redaction makes no difference.</summary>
    private async Task<int> CountSameAsync(int compared, CancellationToken cancellationToken)
    {
        var first = _pending[0].Number;
        var selection = new MessageSelection { Order = MessageOrder.OldestFirst, After = first - 1, Take = compared };
        var same = 0;
        await foreach (var row in reader.ReadAllAsync(userId, SessionId!.Value, selection, cancellationToken))
        {
            if (row.Sequence != first + same || !IsSame(row, _pending[same].Message))
            {
                return same;
            }

            same++;
        }

        // A dry run has stored nothing that it could compare with.
        return choices.IsDryRun && _wouldHave.ContainsKey(SessionId.Value) ? compared : same;
    }

    // Imports of earlier versions stored no parts. A dry run keeps no files, so its parts hold base64 where the stored ones refer to files.
    private bool IsSame(in MessageRow stored, SessionMessage message) =>
        stored.MessageId == message.MessageId
        && (stored.RedactedAt is not null
            || message.RedactedAt is not null
            || (IsText(stored.Role, message.Role)
                && IsText(stored.Content, message.Content)
                && (stored.Parts.IsEmpty || choices.IsDryRun || IsText(stored.Parts, message.Parts ?? ""))));

    private static bool IsText(ReadOnlyMemory<byte> stored, string text) =>
        stored.Length == Encoding.UTF8.GetByteCount(text) && stored.Span.SequenceEqual(Encoding.UTF8.GetBytes(text));

    /// <summary>Appends the first waiting messages if they are the next of the session. Returns how many to try next.</summary>
    private async Task<int> AppendAsync(int take, CancellationToken cancellationToken)
    {
        if (choices.IsDryRun)
        {
            tally.Response.Messages.Created += take;
            Count += take;
            _wouldHave[SessionId!.Value] = Count;
            _pending.RemoveRange(0, take);
            return _pending.Count;
        }

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

            case AppendOutcome.AttachmentNotFound:
                return FailCulprit(take, AttachmentNotFound);

            case AppendOutcome.ItemIdTaken:
                return FailCulprit(take, ItemIdTaken);

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

        return FailCulprit(take, MessageIdTaken);
    }

    /// <summary>Fails the first waiting message if it was tried alone. Otherwise fewer are tried next.</summary>
    private int FailCulprit(int take, ImportRefusal refusal)
    {
        if (take > 1)
        {
            return take / 2;
        }

        tally.Fail(_pending[0].Line, ImportKind.Message, refusal);
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
