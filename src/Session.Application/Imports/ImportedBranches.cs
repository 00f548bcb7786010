using SessionService.Application.Messages;
using SessionService.Domain.Errors;

namespace SessionService.Application.Imports;

/// <summary>Restores the branches of imported sessions, after their messages.</summary>
internal sealed class ImportedBranches(
    ImportTally tally, ImportChoices choices, IImportStore store, EnteredSessions entered, ImportedMessages messages)
{
    private static readonly ImportRefusal NoSuchMessages =
        new("branch_mismatch", "path: must have numbers of messages that the import or the session has, in the order of the session.");

    /// <summary>Adds a branch unless the session has it. Its numbers are those of the file.</summary>
    public async Task AddAsync(long line, Guid sessionId, ImportedBranch branch, CancellationToken cancellationToken)
    {
        await messages.WriteAsync(cancellationToken);
        if (tally.HasStopped || !await messages.TryEnterAsync(sessionId, line, ImportKind.Branch, cancellationToken))
        {
            return;
        }

        if (entered.Current!.IsLeftOut)
        {
            tally.Count(ImportKind.Branch, failed: 1);
        }
        else if (choices.IsDryRun && entered.Knows(sessionId))
        {
            tally.Response.Branches.Created++;
        }
        else if (entered.Current.Find(branch.Path) is not { } path)
        {
            tally.Fail(line, ImportKind.Branch, NoSuchMessages);
        }
        else
        {
            await StoreAsync(line, branch with { Path = path, FromSequence = FirstOf(branch, path) }, cancellationToken);
        }
    }

    private async Task StoreAsync(long line, ImportedBranch branch, CancellationToken cancellationToken)
    {
        try
        {
            switch (await store.AddBranchAsync(messages.Place, branch, choices.IsDryRun, cancellationToken))
            {
                case BranchOutcome.SessionNotFound:
                    tally.Fail(line, ImportKind.Branch, ImportedMessages.SessionNotFound);
                    break;

                case BranchOutcome.NoSuchMessages:
                    tally.Fail(line, ImportKind.Branch, NoSuchMessages);
                    break;

                case var outcome:
                    tally.Response.Branches.Count(isNew: outcome == BranchOutcome.Created);
                    break;
            }
        }
        catch (ConflictException exception)
        {
            tally.Fail(line, ImportKind.Branch, new ImportRefusal(exception.Code, exception.Message));
        }
    }

    /// <summary>The first message of the branch's own in the numbers of the session. Those before it may have been skipped.</summary>
    private long? FirstOf(ImportedBranch branch, MessagePath path)
    {
        if (branch.FromSequence is not { } first
            || entered.Current!.Find(branch.Path.Through(first - 1)) is not { } before
            || before.Count >= path.Count)
        {
            return null;
        }

        return path.NumberAt(before.Count + 1);
    }
}
