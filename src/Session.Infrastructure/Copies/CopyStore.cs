using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using SessionService.Application.Copies;
using SessionService.Application.Messages;
using SessionService.Application.Messages.Parts;
using SessionService.Domain.Memories;
using SessionService.Domain.Sessions;
using SessionService.Domain.Webhooks;
using SessionService.Infrastructure.Announcements;
using SessionService.Infrastructure.Attachments;
using SessionService.Infrastructure.Idempotency;
using SessionService.Infrastructure.Messages;
using SessionService.Infrastructure.Outbox;
using SessionService.Infrastructure.Persistence;
using SessionService.Infrastructure.Persistence.Configurations;
using SessionService.Infrastructure.Persistence.Tables;
using SessionService.Infrastructure.Sessions;
using SessionService.Infrastructure.Statistics;

namespace SessionService.Infrastructure.Copies;

/// <summary>
/// Copies a session as it is at one moment, in one transaction. <see cref="IMessageReader"/> reads the messages a part at a time, over a
/// connection of its own; so the caller bounds how many copies are made at a time. No statement spans the two users.
/// </summary>
internal sealed class CopyStore(
    SessionDbContext context, IMessageReader messages, IUserLocks locks, TotalsOwner totals, SessionAnnouncer announcer) : ICopyStore
{
    // By hand for the lock: the session cannot be erased meanwhile, and appends to it go on.
    private const string LockSource = "SELECT created_at FROM dev.sessions WHERE user_id = $1 AND session_id = $2 FOR KEY SHARE";

    public async Task<CopyResult> CopyAsync(SessionCopy copy, CancellationToken cancellationToken)
    {
        if (await context.ReadSnapshotAsync(() => ReadAsync(copy, cancellationToken), cancellationToken) is not { } source)
        {
            return new CopyResult(CopyOutcome.SessionNotFound);
        }

        try
        {
            return await announcer.AfterAsync(
                context.InTransactionAsync(() => CopyAsync(copy, source, cancellationToken), cancellationToken),
                copy.RecipientId,
                copy.SessionId,
                result => result.Outcome == CopyOutcome.Created);
        }
        catch (PostgresException exception) when (DatabaseFaults.IsViolationOf(AttachmentUseConfiguration.ToAttachments, exception))
        {
            // The recipient's data were erased meanwhile.
            return new CopyResult(CopyOutcome.AttachmentsMissing, Missing: [.. copy.Attachments.Keys]);
        }
    }

    private async Task<Source?> ReadAsync(SessionCopy copy, CancellationToken cancellationToken)
    {
        var session = await context.Sessions.AsNoTracking()
            .SingleOrDefaultAsync(s => s.UserId == copy.UserId && s.SessionId == copy.SourceId, cancellationToken);
        if (session is null)
        {
            return null;
        }

        var memory = await context.Memories.AsNoTracking()
            .Where(m => m.UserId == copy.UserId && m.SessionId == copy.SourceId && m.IsActive)
            .Select(m => new SourceMemory(
                m,
                EF.Property<byte[]?>(m, VectorProperties.Vector),
                EF.Property<byte[]?>(m, VectorProperties.Words),
                EF.Property<string?>(m, VectorProperties.Model),
                EF.Property<byte[]?>(m, VectorProperties.ModelVector)))
            .SingleOrDefaultAsync(cancellationToken);
        var branches = await context.SessionBranches.AsNoTracking()
            .Where(b => b.UserId == copy.UserId && b.SessionId == copy.SourceId)
            .ToListAsync(cancellationToken);
        return await WithoutOpenAsync(
            new Source(session, memory, branches, session.HiddenMessages, session.TotalTokens, session.TotalCost));

        // The copy ends before the first message in progress. Messages behind it are not packed: they are not digested.
        async Task<Source> WithoutOpenAsync(Source whole)
        {
            if (session.OpenMessages is not { } open)
            {
                return whole;
            }

            var counted = await context.Messages
                .Where(m => m.UserId == copy.UserId && m.SessionId == copy.SourceId && m.Sequence > session.SettledMessages
                    && !open.Contains(m.Sequence))
                .GroupBy(_ => true)
                .Select(all => new { Tokens = all.Sum(m => (long)m.TokensUsed), Cost = all.Sum(m => m.CostUsd) })
                .SingleOrDefaultAsync(cancellationToken);
            var current = branches.Find(b => b.BranchId == session.CurrentBranch);
            var hidden = current is null
                ? 0
                : session.SettledMessages - PathRanges.Read(current.Path).CountThrough(session.SettledMessages);
            return whole with { Hidden = hidden, Tokens = whole.Tokens - (counted?.Tokens ?? 0), Cost = whole.Cost - (counted?.Cost ?? 0) };
        }
    }

    private async Task<CopyResult> CopyAsync(SessionCopy copy, Source source, CancellationToken cancellationToken)
    {
        var sql = new Sql((NpgsqlConnection)context.Database.GetDbConnection());

        // Looked for by each attempt: the same request may have been made meanwhile, and the attempt before have failed for that.
        if (await IdempotencyRecords.FindAsync(context, copy.UserId, copy.Key, cancellationToken) is { } record)
        {
            var made = JsonSerializer.Deserialize<MadeCopy>(record.Answer)!;
            return await FindAsync(CopyOutcome.Replayed, made.SessionId);
        }

        if (source.Session.SettledMessages > ICopyStore.MaxMessages)
        {
            return new CopyResult(CopyOutcome.TooLarge);
        }

        // A redaction takes this lock too: the message is blank before it is copied, or the redaction waits for the copy.
        await locks.ShareAsync(sql, copy.UserId, UserLockKind.Derived, cancellationToken);
        if (await sql.Statement(LockSource, copy.UserId, copy.SourceId).ValueAsync<DateTimeOffset?>(cancellationToken)
            != source.Session.CreatedAt)
        {
            return new CopyResult(CopyOutcome.SessionNotFound);
        }

        var used = await context.AttachmentUses.AsNoTracking()
            .Where(u => u.UserId == copy.UserId && u.SessionId == copy.SourceId && u.Sequence <= source.Session.SettledMessages)
            .ToListAsync(cancellationToken);
        var missing = used.Select(use => use.AttachmentId).Distinct().Where(id => !copy.Attachments.ContainsKey(id)).ToList();
        if (missing.Count > 0)
        {
            return new CopyResult(CopyOutcome.AttachmentsMissing, Missing: missing);
        }

        await AddAsync(copy, source, cancellationToken);
        await AddItemsAsync(copy, source.Session, cancellationToken);
        await CopyMessagesAsync(sql.Connection, copy, source.Session, cancellationToken);
        var uses = used
            .Select(use => (copy.SessionId, use.Sequence, Attachment: copy.Attachments[use.AttachmentId]))
            .Where(use => use.Attachment.IsThere)
            .Select(use => (use.SessionId, use.Sequence, use.Attachment.AttachmentId))
            .ToList();
        await AttachmentUses.AddAsync(sql, copy.RecipientId, uses, cancellationToken);

        // The messages count where they were written.
        var total = new SessionTotal(
            source.Session.Status.Name(), source.Session.IsStarred, Sessions: 1, Messages: 0, Tokens: 0, Cost: 0);
        await SessionTotal.AddAsync(sql, totals, copy.RecipientId, [total], cancellationToken);
        await SessionOutbox.TellAsync(
            sql, copy.RecipientId, copy.SessionId, WebhookEvents.SessionCreated, copy.Now, cancellationToken);

        // Read before the commit: after it, a failed read would be taken for a copy that was not made.
        return await FindAsync(CopyOutcome.Created, copy.SessionId);

        async Task<CopyResult> FindAsync(CopyOutcome outcome, Guid sessionId) =>
            await SessionReader.FindAsync(sql, copy.RecipientId, sessionId, cancellationToken) is { } session
                ? new CopyResult(outcome, session)
                : new CopyResult(CopyOutcome.SessionNotFound);
    }

    private async Task AddAsync(SessionCopy copy, Source source, CancellationToken cancellationToken)
    {
        var session = source.Session;
        context.Sessions.Add(session.CopyFor(copy.RecipientId, copy.SessionId, source.Hidden, source.Tokens, source.Cost, copy.Now));
        context.SessionBranches.AddRange(source.Branches.Select(branch => CopyOf(branch, copy, session)));
        if (source.Memory is { } memory)
        {
            var entry = context.Memories.Add(new SessionMemory
            {
                UserId = copy.RecipientId,
                SessionId = copy.SessionId,
                MemoryId = Guid.CreateVersion7(copy.Now),
                MemoryType = memory.Memory.MemoryType,
                Content = memory.Memory.Content,
                Metadata = memory.Memory.Metadata,
                UserPreferences = memory.Memory.UserPreferences,
                OngoingTasks = memory.Memory.OngoingTasks,
                TotalMessages = memory.Memory.TotalMessages,
                LastSummaryAt = memory.Memory.LastSummaryAt,
                CreatedAt = memory.Memory.CreatedAt,
                UpdatedAt = memory.Memory.UpdatedAt,
            });
            entry.Property(VectorProperties.Vector).CurrentValue = memory.Vector;
            entry.Property(VectorProperties.Words).CurrentValue = memory.Words;
            entry.Property(VectorProperties.Model).CurrentValue = memory.Model;
            entry.Property(VectorProperties.ModelVector).CurrentValue = memory.ModelVector;
        }

        // The key names the original and not the copy: it belongs to the owner of the original.
        IdempotencyRecords.Take(
            context, copy.UserId, copy.Key, JsonSerializer.Serialize(new MadeCopy(copy.SessionId)), copy.Now, copy.SourceId);
        await context.SaveChangesAsync(cancellationToken);
    }

    private static SessionBranch CopyOf(SessionBranch branch, SessionCopy copy, Session source)
    {
        var settled = source.SettledMessages;
        var (path, isCut) = (PathRanges.Read(branch.Path), source.OpenMessages is not null);
        var kept = path.Through(settled);
        var isCurrent = branch.BranchId == source.CurrentBranch;
        return new SessionBranch
        {
            UserId = copy.RecipientId,
            SessionId = copy.SessionId,
            BranchId = branch.BranchId,
            Name = branch.Name,
            CreatedAt = branch.CreatedAt,
            Path = !isCut ? branch.Path : PathRanges.Of(isCurrent ? kept.Open(settled) : kept)!,
            FromSequence = !isCut || branch.FromSequence <= settled ? branch.FromSequence : null,
            LastSequence = !isCut ? branch.LastSequence : Math.Min(branch.LastSequence, kept.Last),
            MessageCount = !isCut ? branch.MessageCount : Math.Min(branch.MessageCount, kept.Count),
        };
    }

    private async Task AddItemsAsync(SessionCopy copy, Session source, CancellationToken cancellationToken)
    {
        var items = await context.ConversationItems.AsNoTracking()
            .Where(i => i.UserId == copy.UserId && i.SessionId == copy.SourceId && i.Sequence <= source.SettledMessages)
            .ToListAsync(cancellationToken);
        context.ConversationItems.AddRange(items.Select(item => new ConversationItem
        {
            UserId = copy.RecipientId,
            SessionId = copy.SessionId,
            Sequence = item.Sequence,
            ItemId = item.ItemId,
        }));
        await context.SaveChangesAsync(cancellationToken);
    }

    private async Task CopyMessagesAsync(
        NpgsqlConnection connection, SessionCopy copy, Session source, CancellationToken cancellationToken)
    {
        var selection = new MessageSelection
        {
            Order = MessageOrder.OldestFirst,
            Before = source.SettledMessages + 1,
            Take = (int)source.SettledMessages,
            Path = MessagePath.Whole,
        };
        long copied = 0;
        await using (var rows = await MessageCopy.BeginAsync(connection, cancellationToken))
        {
            await foreach (var row in messages.ReadAllAsync(copy.UserId, copy.SourceId, selection, cancellationToken))
            {
                var changed = row with { MessageId = Guid.CreateVersion7(copy.Now), Parts = Rename(row.Parts, copy.Attachments) };
                await rows.WriteAsync(copy.RecipientId, copy.SessionId, changed, cancellationToken);
                copied++;
            }

            await rows.CompleteAsync(cancellationToken);
        }

        if (copied != source.SettledMessages)
        {
            throw new InvalidOperationException("The session is locked, and must have all its messages.");
        }
    }

    private static ReadOnlyMemory<byte> Rename(
        ReadOnlyMemory<byte> parts, IReadOnlyDictionary<Guid, CopiedAttachment> attachments)
    {
        if (parts.IsEmpty || attachments.Count == 0)
        {
            return parts;
        }

        var found = PartFiles.Find(Encoding.UTF8.GetString(parts.Span), int.MaxValue);
        return found.References.Count == 0
            ? parts
            : Encoding.UTF8.GetBytes(found.Rename(id => attachments.TryGetValue(id, out var copied) ? copied.AttachmentId : id));
    }

    /// <summary>A session with what belongs to it, as of one moment.</summary>
    private sealed record Source(
        Session Session, SourceMemory? Memory, List<SessionBranch> Branches, long Hidden, long Tokens, decimal Cost);

    private sealed record SourceMemory(SessionMemory Memory, byte[]? Vector, byte[]? Words, string? Model, byte[]? ModelVector);

    private sealed record MadeCopy([property: JsonPropertyName("session_id")] Guid SessionId);
}
