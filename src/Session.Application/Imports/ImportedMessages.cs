using SessionService.Application.Exports;
using SessionService.Domain.Errors;
using SessionService.Domain.Messages;

namespace SessionService.Application.Imports;

/// <summary>
/// Writes the messages of an import in batches, session by session. Messages that the session has are known by their ids, and stay as they
/// are. The others take the next numbers. A skipped message leaves no gap: those after it move up.
/// </summary>
internal sealed class ImportedMessages(
    string userId,
    ImportTally tally,
    ImportChoices choices,
    ImportedEntities entities,
    EnteredSessions entered,
    IImportStore store)
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

    /// <summary>Where the import stands in the current session.</summary>
    public ImportPlace Place => entered.Place(entities.Now);

    private ImportedSession? Current => entered.Current;

    /// <summary>Makes the session of a line the current one. Where that cannot be done the line is counted as wrong.</summary>
    public async Task<bool> TryEnterAsync(Guid sessionId, long line, ImportKind kind, CancellationToken cancellationToken)
    {
        if (sessionId == Current?.SessionId)
        {
            return true;
        }

        await WriteAsync(cancellationToken);
        if (tally.HasStopped)
        {
            return false;
        }

        if (entered.IsAbsent(sessionId) || !await entered.TryEnterAsync(sessionId, fileBranch: null, cancellationToken))
        {
            tally.Fail(line, kind, SessionNotFound);
            return false;
        }

        return true;
    }

    /// <summary>Adds a message. If it belongs to another session, that becomes the current one.</summary>
    public async Task AddAsync(long line, MessageLine message, CancellationToken cancellationToken)
    {
        if (message.SessionId is { } sessionId && !await TryEnterAsync(sessionId, line, ImportKind.Message, cancellationToken))
        {
            return;
        }

        if (Current!.IsLeftOut)
        {
            tally.Count(ImportKind.Message, failed: 1);
            return;
        }

        if (!Current.TryTake(message.Sequence, out var there, out var refusal))
        {
            await FailAsync(line, ImportKind.Message, refusal, cancellationToken);
            return;
        }

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

        _pending.Add(new PendingMessage(line, there, there - Current.Shift, stored, message.IsOffPath));
        _pendingCharacters += stored.Content.Length + stored.Metadata.Length + (stored.Parts?.Length ?? 0);
    }

    /// <summary>Writes the waiting messages. Those that exist already are compared with the stored ones.</summary>
    public async Task WriteAsync(CancellationToken cancellationToken)
    {
        var take = _pending.Count;
        while (_pending.Count > 0)
        {
            take = await WriteAsync(Math.Min(take, _pending.Count), cancellationToken);
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

    /// <summary>Writes the first waiting messages, as many as are to be appended at once. Returns how many to try next.</summary>
    private async Task<int> WriteAsync(int take, CancellationToken cancellationToken)
    {
        Guid[] ids = [.. _pending.Select(pending => pending.Message.MessageId)];
        var found = (await store.FindMessagesAsync(userId, ids, cancellationToken)).ToDictionary(message => message.MessageId);
        while (_pending.Count > 0 && !tally.HasStopped)
        {
            var pending = _pending[0];
            if (found.TryGetValue(pending.Message.MessageId, out var stored))
            {
                Compare(pending, stored);
                take = _pending.Count;
                continue;
            }

            var fresh = _pending.Take(take).TakeWhile(next => !found.ContainsKey(next.Message.MessageId)).Count();
            var next = choices.IsDryRun ? CountAsAppended(fresh) : await AppendAsync(fresh, cancellationToken);
            if (next < 0)
            {
                take = _pending.Count;
                continue;
            }

            return next;
        }

        return _pending.Count;
    }

    /// <summary>Compares the first waiting message with the stored one of the same id. A redaction or a removal is no difference.</summary>
    private void Compare(PendingMessage pending, SessionMessage stored)
    {
        if (stored.SessionId != Current!.SessionId)
        {
            Fail(pending, MessageIdTaken);
        }
        else if (ImportComparison.IsSame(stored, pending.Message, choices.IsDryRun))
        {
            tally.Response.Messages.Unchanged++;
            Current.NoteFound(
                pending.InFile,
                stored.Sequence,
                pending.IsOffPath,
                isBlanked: stored.RedactedAt is not null && pending.Message.RedactedAt is null);
            _pending.RemoveAt(0);
        }
        else
        {
            // The end of one history must not follow the beginning of another.
            tally.Diverge(pending.Line, Current.SessionId, stored.Sequence, _pending.Count);
            Current.IsLeftOut = true;
            _pending.Clear();
        }
    }

    /// <summary>Counts what would be appended. A dry run has stored nothing that it could compare with.</summary>
    private int CountAsAppended(int take)
    {
        var session = Current!;
        var known = entered.Knows(session.SessionId) ? _pending.Take(take).Count(pending => pending.Number <= session.Count) : 0;
        if (session.IsElsewhere && _pending.Take(take).Any(pending => !pending.IsOffPath))
        {
            session.TellBranch(_pending[0].InFile, branchId: null);
        }

        tally.Response.Messages.Unchanged += known;
        tally.Response.Messages.Created += take - known;
        entered.NoteWouldHave(_pending[take - 1].Number);
        _pending.RemoveRange(0, take);
        return -1;
    }

    /// <summary>
    /// Appends the first waiting messages. Returns how many to try next, after a look at which of them exist; less than none where that
    /// is known.
    /// </summary>
    private async Task<int> AppendAsync(int take, CancellationToken cancellationToken)
    {
        PendingMessage[] taken = [.. _pending.Take(take)];
        ImportAppended result;
        try
        {
            result = await store.AppendAsync(
                new ImportAppend(
                    Place, [.. taken.Select(pending => pending.Message)], [.. taken.Select(pending => pending.IsOffPath)]),
                cancellationToken);
        }
        catch (ConflictException exception)
        {
            tally.Fail(taken[0].Line, ImportKind.Message, new ImportRefusal(exception.Code, exception.Message));
            tally.Count(ImportKind.Message, _pending.Count - 1);
            Current!.IsLeftOut = true;
            _pending.Clear();
            return 0;
        }

        switch (result.Outcome)
        {
            case ImportAppendOutcome.Appended:
                if (result.BranchId is not null)
                {
                    Current!.TellBranch(taken[0].InFile, result.BranchId);
                }

                for (var i = 0; i < take; i++)
                {
                    Current!.NoteAppended(taken[i].InFile, result.First + i, taken[i].IsOffPath);
                }

                tally.Response.Messages.Created += take;
                _pending.RemoveRange(0, take);
                return -1;

            case ImportAppendOutcome.MessageIdTaken:
                // Another import of the same file wrote it, or the id resembles another one. Fewer messages at a time find out which.
                return take > 1 ? take / 2 : await FailUnlessFoundAsync(cancellationToken);

            case ImportAppendOutcome.AttachmentNotFound:
                if (take > 1)
                {
                    return take / 2;
                }

                Fail(taken[0], AttachmentNotFound);
                return _pending.Count;

            default:
                entered.Leave();
                _pending.TakeWhile(_ => !tally.HasStopped)
                    .ToList()
                    .ForEach(pending => tally.Fail(pending.Line, ImportKind.Message, SessionNotFound));
                _pending.Clear();
                return 0;
        }
    }

    private async Task<int> FailUnlessFoundAsync(CancellationToken cancellationToken)
    {
        var found = await store.FindMessagesAsync(userId, [_pending[0].Message.MessageId], cancellationToken);
        if (found.Count == 0)
        {
            Fail(_pending[0], _pending[0].Message.ItemId is null ? MessageIdTaken : ItemIdTaken);
        }

        return _pending.Count;
    }

    /// <summary>Counts the first waiting message as wrong. Those after it move up.</summary>
    private void Fail(PendingMessage pending, ImportRefusal refusal)
    {
        tally.Fail(pending.Line, ImportKind.Message, refusal);
        Current!.NoteSkipped(pending.InFile);
        _pending.RemoveAt(0);
        for (var i = 0; i < _pending.Count; i++)
        {
            _pending[i] = _pending[i] with { Number = _pending[i].Number - 1 };
        }
    }

    /// <param name="InFile">The number in the file.</param>
    /// <param name="Number">The number without those that were skipped.</param>
    private readonly record struct PendingMessage(long Line, long InFile, long Number, SessionMessage Message, bool IsOffPath);
}
