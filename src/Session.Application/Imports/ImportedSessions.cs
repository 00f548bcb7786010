using SessionService.Application.Sessions;

namespace SessionService.Application.Imports;

/// <summary>Stores the sessions of a batch in order: those that are new many at once, the others one by one.</summary>
internal sealed class ImportedSessions(
    string userId,
    ImportTally tally,
    ImportChoices choices,
    IImportStore store,
    ISessionStore sessions,
    EnteredSessions entered,
    ImportedMessages messages,
    ImportedBranches branches,
    ImportedMemories memories,
    ImportedFeedback feedback)
{
    // The error does not tell whose session it is.
    private static readonly ImportRefusal SessionIdTaken = new("session_id_taken", "A session with this session_id exists already.");

    /// <summary>Stores sessions with their messages and memories. The last one is then the current one.</summary>
    public async Task AddAsync(IReadOnlyList<BatchedSession> batch, CancellationToken cancellationToken)
    {
        var known = await store.FindAsync(
            userId,
            [.. batch.Select(one => one.Session.SessionId)],
            [.. batch.SelectMany(one => one.Messages).Select(message => message.Message.MessageId)],
            cancellationToken);
        var fresh = new List<BatchedSession>();
        foreach (var one in batch)
        {
            if (!entered.Knows(one.Session.SessionId)
                && !known.Sessions.Contains(one.Session.SessionId)
                && !one.Messages.Exists(message => known.Messages.Contains(message.Message.MessageId)))
            {
                fresh.Add(one);
                continue;
            }

            await AddNewAsync(fresh, cancellationToken);
            fresh.Clear();
            if (!tally.HasStopped)
            {
                await AddOneAsync(one, isKnown: known.Sessions.Contains(one.Session.SessionId), cancellationToken);
            }

            if (tally.HasStopped)
            {
                return;
            }
        }

        await AddNewAsync(fresh, cancellationToken);
    }

    private async Task AddNewAsync(List<BatchedSession> batch, CancellationToken cancellationToken)
    {
        if (batch.Count > 0
            && await store.TryAddAsync(userId, [.. batch.Select(one => one.ToNew())], choices.IsDryRun, cancellationToken))
        {
            foreach (var one in batch)
            {
                tally.CountCreated(one.Session.SessionId);
                tally.Response.Messages.Created += one.Messages.Count;
                tally.Response.Branches.Created += one.Branches.Count;
                entered.EnterNew(one.Session.SessionId, one.Messages.Count, one.FileBranch);
                await AddMemoriesAsync(one, isNewSession: true, cancellationToken);
                await AddFeedbackAsync(one, cancellationToken);
            }

            return;
        }

        // Another user has one of the ids, or another import of the same file runs at the same time.
        foreach (var one in batch)
        {
            if (!tally.HasStopped)
            {
                await AddOneAsync(one, isKnown: false, cancellationToken);
            }
        }
    }

    private async Task AddOneAsync(BatchedSession batched, bool isKnown, CancellationToken cancellationToken)
    {
        var sessionId = batched.Session.SessionId;
        var fileBranch = batched.IsWhole ? null : batched.FileBranch;
        var isNew = !isKnown && await TryCreateAsync(batched, cancellationToken);
        if (isNew)
        {
            tally.CountCreated(sessionId);
            entered.EnterNew(sessionId, count: 0, fileBranch);
        }
        else if (await entered.TryEnterAsync(sessionId, fileBranch, cancellationToken))
        {
            tally.Response.Sessions.Unchanged++;
        }
        else
        {
            tally.Fail(batched.Line.Number, ImportKind.Session, SessionIdTaken);
            if (batched.IsWhole)
            {
                tally.Count(ImportKind.Message, batched.Messages.Count);
                return;
            }
        }

        foreach (var (line, _) in batched.Messages)
        {
            if (!tally.HasStopped)
            {
                await messages.AddAsync(line.Number, line.Content, cancellationToken);
            }
        }

        await messages.WriteAsync(cancellationToken);
        foreach (var branch in batched.Branches)
        {
            if (!tally.HasStopped)
            {
                // The ids are the import's own: branches that the session has are known by their messages.
                await branches.AddAsync(batched.Line.Number, sessionId, branch with { BranchId = null }, cancellationToken);
            }
        }

        if (!tally.HasStopped)
        {
            await AddMemoriesAsync(batched, isNew, cancellationToken);
            await AddFeedbackAsync(batched, cancellationToken);
        }
    }

    private async Task<bool> TryCreateAsync(BatchedSession batched, CancellationToken cancellationToken)
    {
        if (choices.IsDryRun)
        {
            return !entered.Knows(batched.Session.SessionId)
                && await store.TryAddAsync(
                    userId, [new NewSession(batched.Session, [], [], CurrentBranch: null)], isDryRun: true, cancellationToken);
        }

        var result = await sessions.CreateAsync(batched.Session, hasOwnId: true, key: null, cancellationToken);
        return result.Outcome == CreateOutcome.Created;
    }

    private async Task AddMemoriesAsync(BatchedSession batched, bool isNewSession, CancellationToken cancellationToken)
    {
        foreach (var memory in batched.Memories)
        {
            if (!tally.HasStopped)
            {
                await memories.AddAsync(memory, entered.Current?.Count ?? 0, cancellationToken, isNewSession);
            }
        }
    }

    private async Task AddFeedbackAsync(BatchedSession batched, CancellationToken cancellationToken)
    {
        foreach (var line in batched.Feedback)
        {
            if (!tally.HasStopped)
            {
                await feedback.AddAsync(line, cancellationToken);
            }
        }

        if (!tally.HasStopped)
        {
            await feedback.WriteAsync(cancellationToken);
        }
    }
}
