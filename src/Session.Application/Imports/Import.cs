using System.Globalization;
using SessionService.Application.Exports;
using SessionService.Application.Memories;
using SessionService.Application.Messages;
using SessionService.Application.Sessions;
using SessionService.Application.Time;
using SessionService.Domain.Memories;
using SessionService.Domain.Messages;
using SessionService.Domain.Sessions;

namespace SessionService.Application.Imports;

/// <summary>
/// One import on its way: the session that it is in, and the messages that wait to be written together. Messages take the numbers that they
/// had; one that is wrong and skipped leaves no gap, those after it move up.
/// </summary>
internal sealed class Import(
    string userId,
    bool skipsWrongLines,
    ISessionStore sessions,
    IMessageStore messages,
    IMessageReader reader,
    IMemoryStore memories,
    TimeProvider time)
{
    private const int MaxBatch = 500;
    private const int MaxBatchCharacters = 1024 * 1024;

    private static readonly ImportRefusal SessionNotFound = new("session_not_found", "There is no such session; its line must come before.");
    private static readonly ImportRefusal MessageIdTaken = new("message_id_taken", "Another message of this user has this message_id.");

    private readonly List<PendingMessage> _pending = [];
    private readonly HashSet<Guid> _pendingIds = [];
    private long _pendingCharacters;

    private Guid? _sessionId;

    // A session that was looked for in vain need not be looked for with each of its messages.
    private Guid? _absentSessionId;

    // Of the session: what it holds, by the database's word.
    private long _count;

    // The number that the next line would have in what is imported; null at a session's first message.
    private long? _nextNumber;

    // By how much numbers here are lower than there, and how many wrong lines may account for a gap that is next.
    private long _shift;
    private long _wrongSinceMessage;

    public ImportResponse Response { get; } = new();

    public bool HasStopped { get; private set; }

    public async Task AddAsync(ImportLine line, CancellationToken cancellationToken)
    {
        if (line.Refusal is not null)
        {
            await FailAsync(line.Line, line.Kind, line.Refusal, cancellationToken);
            return;
        }

        switch (line.Content)
        {
            case SessionLine session:
                await WritePendingAsync(cancellationToken);
                await AddAsync(line.Line, session, cancellationToken);
                break;

            case MessageLine message:
                await AddAsync(line.Line, message, cancellationToken);
                break;

            case MemoryLine memory:
                await WritePendingAsync(cancellationToken);
                await AddAsync(line.Line, memory, cancellationToken);
                break;
        }
    }

    /// <summary>Writes the messages that wait; those that are there already are compared.</summary>
    public async Task WritePendingAsync(CancellationToken cancellationToken)
    {
        var take = _pending.Count;
        while (_pending.Count > 0)
        {
            take = _pending[0].Number <= _count
                ? await CompareAsync(cancellationToken)
                : await AppendAsync(Math.Min(take, _pending.Count), cancellationToken);
            if (HasStopped)
            {
                _pending.Clear();
            }
        }

        _pendingIds.Clear();
        _pendingCharacters = 0;
    }

    private async Task AddAsync(long line, SessionLine session, CancellationToken cancellationToken)
    {
        if (HasStopped)
        {
            return;
        }

        var now = time.GetDatabaseNow();
        var createdAt = session.CreatedAt?.ToDatabaseTime() ?? now;
        var lastActivity = session.LastActivity?.ToDatabaseTime() ?? createdAt;
        var restored = Session.PutBack(
            userId,
            session.SessionId!.Value,
            session.Status is null ? SessionStatus.Active : SessionStatuses.Parse(session.Status),
            new SessionChanges(Status: null, session.ConversationData?.Value, session.Metadata?.Value, session.SessionSummary, LastActivity: null, session.Title),
            createdAt,
            session.UpdatedAt?.ToDatabaseTime() ?? (lastActivity > createdAt ? lastActivity : createdAt),
            lastActivity,
            session.ArchivedAt?.ToDatabaseTime(),
            session.StarredAt?.ToDatabaseTime(),
            session is { ForkedFromSession: { } source, ForkedFromSequence: { } sequence } ? (source, sequence) : null);
        if ((await sessions.CreateAsync(restored, key: null, cancellationToken)).Outcome == CreateOutcome.Created)
        {
            Response.Sessions.Created++;
            Enter(restored.SessionId, count: 0);
            return;
        }

        _absentSessionId = null;
        if (await TryEnterAsync(restored.SessionId, cancellationToken))
        {
            Response.Sessions.Unchanged++;
        }
        else
        {
            // Whose it is, is nobody's business here.
            Fail(line, ImportKind.Session, new ImportRefusal("session_id_taken", "A session with this session_id exists already."));
        }
    }

    private async Task AddAsync(long line, MessageLine message, CancellationToken cancellationToken)
    {
        if (_sessionId != message.SessionId)
        {
            await WritePendingAsync(cancellationToken);
            if (!HasStopped && !await TryEnterAsync(message.SessionId!.Value, cancellationToken))
            {
                Fail(line, ImportKind.Message, SessionNotFound);
            }

            if (_sessionId != message.SessionId)
            {
                return;
            }
        }

        var there = message.Sequence ?? _nextNumber ?? 1;
        var gap = there - (_nextNumber ?? Math.Min(there, _count + 1));
        if (gap < 0 || gap > _wrongSinceMessage)
        {
            var next = _nextNumber ?? _count + 1;
            await FailAsync(
                line,
                ImportKind.Message,
                new ImportRefusal(
                    "sequence_mismatch", string.Create(CultureInfo.InvariantCulture, $"The next message would be number {next}, not {there}.")),
                cancellationToken);
            return;
        }

        _shift += gap;
        _wrongSinceMessage = 0;
        _nextNumber = there + 1;
        var stored = ToMessage(message, there);
        if (_pending.Count == MaxBatch || _pendingCharacters > MaxBatchCharacters || !_pendingIds.Add(stored.MessageId))
        {
            await WritePendingAsync(cancellationToken);
            if (HasStopped)
            {
                return;
            }

            _pendingIds.Add(stored.MessageId);
        }

        _pending.Add(new PendingMessage(line, there - _shift, stored));
        _pendingCharacters += stored.Content.Length + stored.Metadata.Length;
    }

    private async Task AddAsync(long line, MemoryLine memory, CancellationToken cancellationToken)
    {
        if (HasStopped)
        {
            return;
        }

        var now = time.GetDatabaseNow();
        var createdAt = memory.CreatedAt?.ToDatabaseTime() ?? now;
        var restored = new SessionMemory
        {
            UserId = userId,
            SessionId = memory.SessionId!.Value,
            MemoryId = memory.MemoryId ?? NameBasedId.Of("memory", memory.SessionId.Value.ToString()),
            MemoryType = memory.MemoryType ?? WriteMemoryRequest.DefaultType,
            Content = memory.Content!,
            Metadata = memory.Metadata?.Value ?? "{}",
            UserPreferences = memory.UserPreferences?.Value ?? "{}",
            OngoingTasks = memory.OngoingTasks?.Value ?? "[]",
            TotalMessages = memory.TotalMessages ?? _count,
            LastSummaryAt = memory.LastSummaryAt?.ToDatabaseTime() ?? createdAt,
            CreatedAt = createdAt,
            UpdatedAt = memory.UpdatedAt?.ToDatabaseTime() ?? createdAt,
        };
        if (await memories.RestoreAsync(restored, cancellationToken))
        {
            Response.Memories.Created++;
            return;
        }

        var found = await memories.FindAsync(userId, restored.SessionId, cancellationToken);
        if (found?.Memory?.MemoryId == restored.MemoryId)
        {
            Response.Memories.Unchanged++;
            return;
        }

        Fail(line, ImportKind.Memory, found is null ? SessionNotFound : new ImportRefusal("memory_exists", "The session has another memory."));
    }

    private SessionMessage ToMessage(MessageLine message, long number) => new()
    {
        UserId = userId,
        SessionId = message.SessionId!.Value,
        MessageId = message.MessageId
            ?? NameBasedId.Of("message", message.SessionId.Value.ToString(), number.ToString(CultureInfo.InvariantCulture)),
        Role = message.Role!,
        Content = message.Content!,
        MessageType = message.MessageType ?? CreateMessageRequest.DefaultType,
        Metadata = message.Metadata?.Value ?? "{}",
        TokensUsed = message.TokensUsed ?? 0,
        CostUsd = Money.Round(message.CostUsd ?? 0),
        CreatedAt = message.CreatedAt?.ToDatabaseTime() ?? time.GetDatabaseNow(),
        RedactedAt = message.RedactedAt?.ToDatabaseTime(),
    };

    private void Enter(Guid sessionId, long count)
    {
        (_sessionId, _absentSessionId, _count) = (sessionId, null, count);
        (_nextNumber, _shift, _wrongSinceMessage) = (null, 0, 0);
    }

    private async Task<bool> TryEnterAsync(Guid sessionId, CancellationToken cancellationToken)
    {
        if (sessionId == _absentSessionId)
        {
            return false;
        }

        if (await sessions.FindAsync(userId, sessionId, cancellationToken) is not { } session)
        {
            _absentSessionId = sessionId;
            return false;
        }

        Enter(sessionId, session.MessageCount);
        return true;
    }

    /// <summary>Compares the messages that have a number which is taken with those that have it. What a message says changes only where it is blanked, so the ids tell.</summary>
    private async Task<int> CompareAsync(CancellationToken cancellationToken)
    {
        var first = _pending[0].Number;
        var known = new Dictionary<long, Guid>();
        var selection = new MessageSelection { Order = MessageOrder.OldestFirst, After = first - 1, Take = _pending.Count };
        if (await reader.OpenAsync(userId, _sessionId!.Value, selection, cancellationToken) is { } rows)
        {
            await using (rows)
            {
                await foreach (var row in rows.ReadAsync(cancellationToken))
                {
                    known.Add(row.Sequence, row.MessageId);
                }
            }
        }

        var compared = _pending.TakeWhile(pending => pending.Number <= _count).ToList();
        foreach (var pending in compared)
        {
            if (known.TryGetValue(pending.Number, out var id) && id == pending.Message.MessageId)
            {
                Response.Messages.Unchanged++;
            }
            else if (!HasStopped)
            {
                Fail(pending.Line, ImportKind.Message, new ImportRefusal(
                    "sequence_taken", string.Create(CultureInfo.InvariantCulture, $"Another message of the session is number {pending.Number}.")));
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
                SessionId = _sessionId!.Value,
                Messages = [.. _pending.Take(take).Select(pending => new NewMessage(pending.Message, HasOwnId: true, HasOwnTime: true))],
                ExpectedSequence = _pending[0].Number,
                Now = null,
            },
            cancellationToken);
        switch (result.Outcome)
        {
            case AppendOutcome.Appended:
                Response.Messages.Created += take;
                _count += take;
                _pending.RemoveRange(0, take);
                break;

            case AppendOutcome.Replayed when result.Messages[0].SessionId == _sessionId && result.Messages[0].Sequence == _pending[0].Number:
                // Somebody imports the same at the same time.
                Response.Messages.Unchanged += take;
                _count += take;
                _pending.RemoveRange(0, take);
                break;

            case AppendOutcome.SequenceMismatch when result.NextSequence > _pending[0].Number:
                _count = result.NextSequence - 1;
                break;

            case AppendOutcome.MessageIdTaken or AppendOutcome.Replayed:
                return await FindCulpritAsync(take, cancellationToken);

            default:
                Fail(_pending[0].Line, ImportKind.Message, SessionNotFound);
                _sessionId = null;
                _pending.Skip(1).TakeWhile(_ => !HasStopped).ToList().ForEach(pending => Fail(pending.Line, ImportKind.Message, SessionNotFound));
                _pending.Clear();
                break;
        }

        return _pending.Count;
    }

    /// <summary>One of the messages is there already: by the same import made elsewhere, or as another message, which fewer at a time will tell.</summary>
    private async Task<int> FindCulpritAsync(int take, CancellationToken cancellationToken)
    {
        var count = (await sessions.FindAsync(userId, _sessionId!.Value, cancellationToken))?.MessageCount ?? _count;
        if (count >= _pending[0].Number)
        {
            _count = count;
            return _pending.Count;
        }

        if (take > 1)
        {
            return take / 2;
        }

        Fail(_pending[0].Line, ImportKind.Message, MessageIdTaken);
        _pending.RemoveAt(0);
        _shift++;
        for (var i = 0; i < _pending.Count; i++)
        {
            _pending[i] = _pending[i] with { Number = _pending[i].Number - 1 };
        }

        return _pending.Count;
    }

    /// <summary>Notes what is wrong with a line when what came before it is written, where nothing follows it.</summary>
    private async Task FailAsync(long line, ImportKind? kind, ImportRefusal refusal, CancellationToken cancellationToken)
    {
        if (!skipsWrongLines || refusal.EndsReading)
        {
            await WritePendingAsync(cancellationToken);
        }

        if (!HasStopped)
        {
            Fail(line, kind, refusal);
        }
    }

    private void Fail(long line, ImportKind? kind, ImportRefusal refusal)
    {
        Response.Failed++;
        _wrongSinceMessage++;
        if (kind is { } known)
        {
            CountsOf(known).Failed++;
        }

        if (Response.Errors.Count < ImportResponse.MaxErrors)
        {
            Response.Errors.Add(new ImportError { Line = line, Code = refusal.Code, Reason = refusal.Reason });
        }

        if (!skipsWrongLines || refusal.EndsReading)
        {
            HasStopped = true;
            Response.IsComplete = false;
        }
    }

    private ImportCounts CountsOf(ImportKind kind) => kind switch
    {
        ImportKind.Session => Response.Sessions,
        ImportKind.Message => Response.Messages,
        _ => Response.Memories,
    };

    private readonly record struct PendingMessage(long Line, long Number, SessionMessage Message);
}
