using SessionService.Application.Exports;
using SessionService.Application.Memories;
using SessionService.Application.Messages;
using SessionService.Application.Sessions;
using SessionService.Application.UserMemories;

namespace SessionService.Application.Imports;

/// <summary>Imports sessions, messages and memories with their ids, numbers and times.</summary>
public sealed class ImportsService(
    ISessionStore sessions,
    IMessageStore messages,
    IMessageReader reader,
    IMemoryStore memories,
    IUserMemoryStore userMemories,
    TimeProvider time)
{
    /// <summary>
    /// Imports line by line. Existing data is not changed, so repeating an import completes one that broke off. At any time everything up
    /// to some line is stored, and nothing after it.
    /// </summary>
    /// <param name="userId">The user who gets the data, whatever user the lines name.</param>
    /// <param name="lines">The lines, read as they are needed.</param>
    /// <param name="skipsWrongLines">Whether to go on after a wrong line.</param>
    /// <param name="onProgress">Is told the counts after each line.</param>
    /// <param name="cancellationToken">Ends the import between two writes.</param>
    public async Task<ImportResponse> ImportAsync(
        string userId,
        IAsyncEnumerable<ImportLine> lines,
        bool skipsWrongLines,
        Action<ImportResponse>? onProgress,
        CancellationToken cancellationToken)
    {
        var tally = new ImportTally(skipsWrongLines);
        var entities = new ImportedEntities(userId, time);
        var import = new Import(tally, entities, new ImportedMessages(userId, tally, entities, sessions, messages, reader));
        await foreach (var line in lines.WithCancellation(cancellationToken))
        {
            await AddAsync(import, line, cancellationToken);
            onProgress?.Invoke(tally.Response);
            if (tally.HasStopped)
            {
                break;
            }
        }

        await import.Messages.WriteAsync(cancellationToken);
        onProgress?.Invoke(tally.Response);
        return tally.Response;
    }

    private async Task AddAsync(Import import, ImportLine line, CancellationToken cancellationToken)
    {
        switch (line)
        {
            case RefusedLine refused:
                await import.Messages.FailAsync(refused.Number, refused.Kind, refused.Refusal, cancellationToken);
                return;

            case ValidLine<MessageLine> message:
                await import.Messages.AddAsync(message.Number, message.Content, cancellationToken);
                return;
        }

        await import.Messages.WriteAsync(cancellationToken);
        if (import.Tally.HasStopped)
        {
            return;
        }

        switch (line)
        {
            case ValidLine<SessionLine> session:
                await AddAsync(import, session, cancellationToken);
                break;

            case ValidLine<MemoryLine> memory:
                await AddAsync(import, memory, cancellationToken);
                break;

            case ValidLine<UserMemoryLine> memory:
                import.Tally.Response.UserMemories.Count(
                    isNew: await userMemories.ImportAsync(import.Entities.Of(memory.Content), cancellationToken));
                break;

            case ValidLine<UserMemoryVersionLine> version:
                await AddAsync(import, version, cancellationToken);
                break;
        }
    }

    private async Task AddAsync(Import import, ValidLine<SessionLine> line, CancellationToken cancellationToken)
    {
        var session = import.Entities.Of(line.Content);
        if ((await sessions.CreateAsync(session, key: null, cancellationToken)).Outcome == CreateOutcome.Created)
        {
            import.Tally.CountCreated(session.SessionId);
            import.Messages.Enter(session.SessionId, count: 0);
        }
        else if (await import.Messages.TryEnterAsync(session.SessionId, cancellationToken))
        {
            import.Tally.Response.Sessions.Unchanged++;
        }
        else
        {
            // The error does not tell whose session it is.
            import.Tally.Fail(
                line.Number, ImportKind.Session, new ImportRefusal("session_id_taken", "A session with this session_id exists already."));
        }
    }

    private async Task AddAsync(Import import, ValidLine<MemoryLine> line, CancellationToken cancellationToken)
    {
        var memory = import.Entities.Of(line.Content, import.Messages.Count);
        if (await memories.ImportAsync(memory, import.Entities.Now, cancellationToken))
        {
            import.Tally.Response.Memories.Created++;
            return;
        }

        var found = await memories.FindAsync(memory.UserId, memory.SessionId, cancellationToken);
        if (found?.Memory?.MemoryId == memory.MemoryId)
        {
            import.Tally.Response.Memories.Unchanged++;
            return;
        }

        import.Tally.Fail(
            line.Number,
            ImportKind.Memory,
            found is null ? ImportedMessages.SessionNotFound : new ImportRefusal("memory_exists", "The session has another memory."));
    }

    private async Task AddAsync(Import import, ValidLine<UserMemoryVersionLine> line, CancellationToken cancellationToken)
    {
        if (await userMemories.ImportAsync(import.Entities.Of(line.Content), cancellationToken) is { } isNew)
        {
            import.Tally.Response.UserMemories.Count(isNew);
        }
        else
        {
            import.Tally.Fail(line.Number, ImportKind.UserMemory, new ImportRefusal(
                "memory_not_found",
                "There is no such memory of a later version, or of so much later that this one is not kept; its line must come before."));
        }
    }

    /// <summary>The state of one import.</summary>
    private sealed record Import(ImportTally Tally, ImportedEntities Entities, ImportedMessages Messages);
}
