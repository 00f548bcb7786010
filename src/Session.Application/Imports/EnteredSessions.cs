namespace SessionService.Application.Imports;

/// <summary>Finds the sessions into which an import writes, one after the other.</summary>
internal sealed class EnteredSessions(string userId, ImportTally tally, ImportChoices choices, IImportStore store)
{
    // The last session that was not found, so that it is not looked for with each of its messages.
    private Guid? _absentSessionId;

    // The sessions that a dry run would have made or gone on with, and how many messages they would have.
    private readonly Dictionary<Guid, long> _wouldHave = [];

    /// <summary>The current session; <see langword="null"/> before the first one.</summary>
    public ImportedSession? Current { get; private set; }

    /// <summary>Where the import stands in the current session.</summary>
    public ImportPlace Place(DateTimeOffset now) => new(userId, Current!.SessionId, Current.After, Current.FileBranch, now);

    /// <summary>Whether a dry run would have written to the session by now.</summary>
    public bool Knows(Guid sessionId) => _wouldHave.ContainsKey(sessionId);

    /// <summary>Whether the session was the last that was not found.</summary>
    public bool IsAbsent(Guid sessionId) => sessionId == _absentSessionId;

    /// <summary>Makes a new session the current one, with the messages that it was made with. No message may be waiting.</summary>
    /// <param name="fileBranch">The branch that is the conversation in the file.</param>
    public void EnterNew(Guid sessionId, long count, int? fileBranch)
    {
        _absentSessionId = null;
        Current = ImportedSession.New(sessionId, count, fileBranch, tally);
        if (choices.IsDryRun)
        {
            _wouldHave[sessionId] = count;
        }
    }

    /// <summary>Makes an existing session the current one; false where the user has no such session.</summary>
    public async Task<bool> TryEnterAsync(Guid sessionId, int? fileBranch, CancellationToken cancellationToken)
    {
        if (_wouldHave.TryGetValue(sessionId, out var messages))
        {
            Current = new ImportedSession(sessionId, messages, target: null, fileBranch, tally);
        }
        else if (await store.FindTargetAsync(userId, sessionId, cancellationToken) is { } target)
        {
            Current = new ImportedSession(sessionId, target.MessageCount, target, fileBranch, tally);
        }
        else
        {
            _absentSessionId = sessionId;
            return false;
        }

        _absentSessionId = null;
        return true;
    }

    /// <summary>Leaves a session that was deleted meanwhile.</summary>
    public void Leave() => Current = null;

    /// <summary>Notes how many messages the current session would have after a dry run.</summary>
    public void NoteWouldHave(long messages)
    {
        Current!.NoteWouldHave(messages);
        _wouldHave[Current.SessionId] = Current.Count;
    }
}
