using SessionService.Application.Exports;
using SessionService.Application.Memories;
using SessionService.Application.Messages;
using SessionService.Application.Sessions;
using SessionService.Application.UserMemories;

namespace SessionService.Application.Imports;

/// <summary>One import on its way, line by line.</summary>
internal sealed class Import
{
    public static readonly ImportRefusal SessionNotFound = new("session_not_found", "There is no such session; its line must come before.");

    private readonly string _userId;
    private readonly ISessionStore _sessions;
    private readonly IMemoryStore _memories;
    private readonly IUserMemoryStore _userMemories;
    private readonly ImportTally _tally;
    private readonly ImportedEntities _entities;
    private readonly ImportedMessages _messages;

    // A session that was looked for in vain need not be looked for with each of its messages.
    private Guid? _absentSessionId;

    public Import(
        string userId,
        bool skipsWrongLines,
        ISessionStore sessions,
        IMessageStore messages,
        IMessageReader reader,
        IMemoryStore memories,
        IUserMemoryStore userMemories,
        TimeProvider time)
    {
        (_userId, _sessions, _memories, _userMemories) = (userId, sessions, memories, userMemories);
        _tally = new ImportTally(skipsWrongLines);
        _entities = new ImportedEntities(userId, time);
        _messages = new ImportedMessages(userId, _tally, _entities, sessions, messages, reader);
    }

    public ImportResponse Response => _tally.Response;

    public bool HasStopped => _tally.HasStopped;

    public async Task AddAsync(ImportLine line, CancellationToken cancellationToken)
    {
        if (line.Refusal is not null)
        {
            await _messages.FailAsync(line.Line, line.Kind, line.Refusal, cancellationToken);
            return;
        }

        if (line.Content is MessageLine message)
        {
            await AddAsync(line.Line, message, cancellationToken);
            return;
        }

        await _messages.WriteAsync(cancellationToken);
        if (HasStopped)
        {
            return;
        }

        switch (line.Content)
        {
            case SessionLine session:
                await AddAsync(line.Line, session, cancellationToken);
                break;

            case MemoryLine memory:
                await AddAsync(line.Line, memory, cancellationToken);
                break;

            case UserMemoryLine memory:
                Count(Response.UserMemories, await _userMemories.ImportAsync(_entities.Of(memory), cancellationToken));
                break;

            case UserMemoryVersionLine version:
                await AddAsync(line.Line, version, cancellationToken);
                break;
        }
    }

    /// <summary>Writes what waits.</summary>
    public Task FinishAsync(CancellationToken cancellationToken) => _messages.WriteAsync(cancellationToken);

    private async Task AddAsync(long line, SessionLine session, CancellationToken cancellationToken)
    {
        var imported = _entities.Of(session);
        if ((await _sessions.CreateAsync(imported, key: null, cancellationToken)).Outcome == CreateOutcome.Created)
        {
            Response.Sessions.Created++;
            Enter(imported.SessionId, count: 0);
            return;
        }

        _absentSessionId = null;
        if (await TryEnterAsync(imported.SessionId, cancellationToken))
        {
            Response.Sessions.Unchanged++;
        }
        else
        {
            // Whose it is, is nobody's business here.
            _tally.Fail(line, ImportKind.Session, new ImportRefusal("session_id_taken", "A session with this session_id exists already."));
        }
    }

    private async Task AddAsync(long line, MessageLine message, CancellationToken cancellationToken)
    {
        if (_messages.SessionId != message.SessionId)
        {
            await _messages.WriteAsync(cancellationToken);
            if (HasStopped)
            {
                return;
            }

            if (!await TryEnterAsync(message.SessionId!.Value, cancellationToken))
            {
                _tally.Fail(line, ImportKind.Message, SessionNotFound);
                return;
            }
        }

        await _messages.AddAsync(line, message, cancellationToken);
    }

    private async Task AddAsync(long line, MemoryLine memory, CancellationToken cancellationToken)
    {
        var imported = _entities.Of(memory, _messages.Count);
        if (await _memories.ImportAsync(imported, cancellationToken))
        {
            Response.Memories.Created++;
            return;
        }

        var found = await _memories.FindAsync(_userId, imported.SessionId, cancellationToken);
        if (found?.Memory?.MemoryId == imported.MemoryId)
        {
            Response.Memories.Unchanged++;
            return;
        }

        _tally.Fail(line, ImportKind.Memory, found is null ? SessionNotFound : new ImportRefusal("memory_exists", "The session has another memory."));
    }

    private async Task AddAsync(long line, UserMemoryVersionLine version, CancellationToken cancellationToken)
    {
        if (await _userMemories.ImportAsync(_entities.Of(version), cancellationToken) is { } isNew)
        {
            Count(Response.UserMemories, isNew);
        }
        else
        {
            _tally.Fail(line, ImportKind.UserMemory, new ImportRefusal(
                "memory_not_found", "There is no such memory of a later version, or of so much later that this one is not kept; its line must come before."));
        }
    }

    private static void Count(ImportCounts counts, bool isNew)
    {
        counts.Created += isNew ? 1 : 0;
        counts.Unchanged += isNew ? 0 : 1;
    }

    private void Enter(Guid sessionId, long count)
    {
        _absentSessionId = null;
        _messages.Enter(sessionId, count);
    }

    private async Task<bool> TryEnterAsync(Guid sessionId, CancellationToken cancellationToken)
    {
        if (sessionId == _absentSessionId)
        {
            return false;
        }

        if (await _sessions.FindAsync(_userId, sessionId, cancellationToken) is not { } session)
        {
            _absentSessionId = sessionId;
            return false;
        }

        Enter(sessionId, session.MessageCount);
        return true;
    }
}
