using SessionService.Application.Exports;
using SessionService.Application.Memories;
using SessionService.Application.UserMemories;

namespace SessionService.Application.Imports;

/// <summary>Stores the memories of an import, those of sessions and those of the user, one by one.</summary>
internal sealed class ImportedMemories(
    string userId,
    ImportTally tally,
    ImportChoices choices,
    ImportedEntities entities,
    IMemoryStore memories,
    IUserMemoryStore userMemories)
{
    private const string NoSuchVersion =
        "There is no such memory of a later version, or of so much later that this one is not kept; its line must come before.";

    // The user's memories that a dry run would have stored: their versions follow.
    private readonly HashSet<Guid> _wouldBeThere = [];

    /// <param name="messages">The number of messages that the session of the memory has.</param>
    /// <param name="isNewSession">Whether the memory's session is new, so that a dry run does not look for it.</param>
    public async Task AddAsync(ImportLine line, long messages, CancellationToken cancellationToken, bool isNewSession = false)
    {
        switch (line)
        {
            case ValidLine<MemoryLine> when choices.IsDryRun && isNewSession:
                tally.Response.Memories.Created++;
                break;

            case ValidLine<MemoryLine> memory:
                await AddAsync(memory, messages, cancellationToken);
                break;

            case ValidLine<UserMemoryLine> memory:
                tally.Response.UserMemories.Count(isNew: await ImportAsync(memory.Content, cancellationToken));
                break;

            case ValidLine<UserMemoryVersionLine> version:
                await AddAsync(version, cancellationToken);
                break;
        }
    }

    private async Task AddAsync(ValidLine<MemoryLine> line, long messages, CancellationToken cancellationToken)
    {
        var memory = entities.Of(line.Content, messages);
        if (!choices.IsDryRun && await memories.ImportAsync(memory, entities.Now, cancellationToken))
        {
            tally.Response.Memories.Created++;
            return;
        }

        var found = await memories.FindAsync(memory.UserId, memory.SessionId, cancellationToken);
        if (found?.Memory?.MemoryId == memory.MemoryId)
        {
            tally.Response.Memories.Unchanged++;
        }
        else if (choices.IsDryRun && found is { Memory: null })
        {
            tally.Response.Memories.Created++;
        }
        else
        {
            tally.Fail(
                line.Number,
                ImportKind.Memory,
                found is null ? ImportedMessages.SessionNotFound : new ImportRefusal("memory_exists", "The session has another memory."));
        }
    }

    private async Task<bool> ImportAsync(UserMemoryLine line, CancellationToken cancellationToken)
    {
        var memory = entities.Of(line);
        if (!choices.IsDryRun)
        {
            return await userMemories.ImportAsync(memory, cancellationToken);
        }

        return await userMemories.FindAsync(userId, memory.MemoryId, cancellationToken) is null && _wouldBeThere.Add(memory.MemoryId);
    }

    private async Task AddAsync(ValidLine<UserMemoryVersionLine> line, CancellationToken cancellationToken)
    {
        var version = entities.Of(line.Content);
        var isNew = choices.IsDryRun
            ? await WouldBeNewAsync(version.MemoryId, cancellationToken)
            : await userMemories.ImportAsync(version, cancellationToken);
        if (isNew is { } known)
        {
            tally.Response.UserMemories.Count(known);
        }
        else
        {
            tally.Fail(line.Number, ImportKind.UserMemory, new ImportRefusal("memory_not_found", NoSuchVersion));
        }
    }

    // The versions of a memory that is there are taken to be there too.
    private async Task<bool?> WouldBeNewAsync(Guid memoryId, CancellationToken cancellationToken) =>
        _wouldBeThere.Contains(memoryId) ? true
        : await userMemories.FindAsync(userId, memoryId, cancellationToken) is null ? null
        : false;
}
