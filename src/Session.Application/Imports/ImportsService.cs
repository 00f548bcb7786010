using SessionService.Application.Attachments;
using SessionService.Application.Exports;
using SessionService.Application.Feedback;
using SessionService.Application.Memories;
using SessionService.Application.Messages;
using SessionService.Application.Sessions;
using SessionService.Application.UserMemories;
using SessionService.Domain.Errors;

namespace SessionService.Application.Imports;

/// <summary>Imports sessions, messages, memories and feedback with their ids, numbers and times.</summary>
public sealed class ImportsService(
    IImportStore store,
    ISessionStore sessions,
    IMessageStore messages,
    IMessageReader reader,
    IMemoryStore memories,
    IUserMemoryStore userMemories,
    IFeedbackStore feedbackStore,
    JudgedMessages judged,
    AttachmentsService attachments,
    MessageFiles files,
    TimeProvider time)
{
    /// <summary>
    /// Imports line by line. Existing data is not changed, so repeating an import completes one that broke off. At any time everything up
    /// to some line is stored, and nothing after it.
    /// </summary>
    /// <param name="userId">The user who gets the data, whatever user the lines name.</param>
    /// <param name="lines">The lines, read as they are needed.</param>
    /// <param name="choices">How to import.</param>
    /// <param name="onProgress">Is told the counts after each line.</param>
    /// <param name="cancellationToken">Ends the import between two writes.</param>
    /// <exception cref="InvalidFieldException">Nothing in the import has a known form.</exception>
    public async Task<ImportResponse> ImportAsync(
        string userId,
        IAsyncEnumerable<ImportLine> lines,
        ImportChoices choices,
        Action<ImportResponse>? onProgress,
        CancellationToken cancellationToken)
    {
        var tally = new ImportTally(choices.SkipsWrongLines);
        tally.Response.IsDryRun = choices.IsDryRun ? true : null;
        var entities = new ImportedEntities(userId, time);
        var written = new ImportedMessages(userId, tally, choices, entities, sessions, messages, reader);
        var existing = new ImportedMemories(userId, tally, choices, entities, memories, userMemories);
        var feedback = new ImportedFeedback(userId, tally, choices, entities, written, feedbackStore, judged);
        var import = new ImportedSessions(userId, tally, choices, store, sessions, written, existing, feedback);
        await using var importedAttachments = new ImportedAttachments(userId, tally, choices, attachments);
        var batch = new ImportBatch(entities);
        var imported = new ImportedFiles(userId, choices, importedAttachments, attachments, files);
        var copies = choices.MakesCopies ? new CopiedLines(userId) : null;
        await foreach (var line in lines.WithCancellation(cancellationToken))
        {
            if (line.File != tally.File)
            {
                await FlushAsync();
                await feedback.WriteAsync(cancellationToken);
                tally.File = line.File;
            }

            var read = line is ValidLine<MessageLine> message ? message with { Content = EarlierParts.Of(message.Content) } : line;
            if (!tally.HasStopped && await imported.TakeAsync(copies?.Of(read) ?? read, cancellationToken) is { } taken)
            {
                await AddAsync(taken);
            }

            onProgress?.Invoke(tally.Response);
            if (tally.HasStopped)
            {
                break;
            }
        }

        await importedAttachments.DropAsync();
        await FlushAsync();
        await written.WriteAsync(cancellationToken);
        await feedback.WriteAsync(cancellationToken);
        onProgress?.Invoke(tally.Response);
        return tally is { UnknownForm: { } unknown, HasKnownForm: false }
            ? throw new InvalidFieldException("body", unknown.Reason)
            : tally.Response;

        async Task FlushAsync()
        {
            if (!batch.IsEmpty)
            {
                await import.AddAsync(batch.Take(), cancellationToken);
            }
        }

        async Task AddAsync(ImportLine line)
        {
            tally.HasKnownForm |= line is not RefusedLine;
            if (!await TryBatchAsync(line))
            {
                await FlushAsync();
                if (!tally.HasStopped && !await TryBatchAsync(line))
                {
                    await AddOneAsync(line);
                }
            }

            if (batch.IsFull)
            {
                await FlushAsync();
            }
        }

        async Task<bool> TryBatchAsync(ImportLine line)
        {
            if (line is ValidLine<SessionLine> or ValidConversation)
            {
                await written.WriteAsync(cancellationToken);
                await feedback.WriteAsync(cancellationToken);
                if (tally.HasStopped)
                {
                    return true;
                }
            }

            var isTaken = line switch
            {
                ValidLine<SessionLine> session => batch.TryAdd(session),
                ValidLine<MessageLine> message => batch.TryAdd(message),
                ValidLine<MemoryLine> memory => batch.TryAdd(memory),
                ValidLine<FeedbackLine> judgement => batch.TryAdd(judgement),
                ValidConversation conversation => batch.TryAdd(conversation),
                _ => false,
            };
            tally.Response.SkippedBranches += isTaken && line is ValidConversation taken ? taken.SkippedBranches : 0;
            return isTaken;
        }

        async Task AddOneAsync(ImportLine line)
        {
            if (line is not ValidLine<FeedbackLine>)
            {
                await feedback.WriteAsync(cancellationToken);
                if (tally.HasStopped)
                {
                    return;
                }
            }

            switch (line)
            {
                case RefusedLine refused:
                    await written.FailAsync(refused.Number, refused.Kind, refused.Refusal, cancellationToken);
                    return;

                case ValidLine<MessageLine> message:
                    await written.AddAsync(message.Number, message.Content, cancellationToken);
                    return;
            }

            await written.WriteAsync(cancellationToken);
            if (!tally.HasStopped && line is ValidLine<FeedbackLine> judgement)
            {
                await feedback.AddAsync(judgement, cancellationToken);
            }
            else if (!tally.HasStopped)
            {
                await existing.AddAsync(line, written.Count, cancellationToken);
            }
        }
    }
}
