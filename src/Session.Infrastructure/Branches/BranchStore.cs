using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using SessionService.Application.Branches;
using SessionService.Application.Idempotency;
using SessionService.Application.Messages;
using SessionService.Application.Preconditions;
using SessionService.Domain.Sessions;
using SessionService.Domain.Webhooks;
using SessionService.Infrastructure.Announcements;
using SessionService.Infrastructure.Idempotency;
using SessionService.Infrastructure.Messages;
using SessionService.Infrastructure.Persistence;
using SessionService.Infrastructure.Persistence.Tables;
using SessionService.Infrastructure.Sessions;

namespace SessionService.Infrastructure.Branches;

/// <summary>
/// Changes branches under the session's lock, which appends take too: each message is on the path of the branch that was current when the
/// message was written. An append itself changes no branch, because the path of the current branch has no end.
/// </summary>
internal sealed class BranchStore(SessionDbContext context, ReadConnections reads, SessionAnnouncer announcer) : IBranchStore
{
    // By hand: EF cannot unnest a multirange. Many branches begin with the same messages, so the database sends each beginning once.
    private const string Starts =
        """
        SELECT lower(r.numbers), coalesce(r.before, 0), max(coalesce(upper(r.numbers), s.message_count + 1) - 1)
        FROM dev.sessions AS s
        CROSS JOIN LATERAL (
            SELECT p.numbers, lag(upper(p.numbers) - 1) OVER (PARTITION BY b.branch_id ORDER BY p.numbers) AS before
            FROM dev.session_branches AS b
            CROSS JOIN LATERAL unnest(b.path) AS p (numbers)
            WHERE b.user_id = $1 AND b.session_id = $2) AS r
        WHERE s.user_id = $1 AND s.session_id = $2 AND s.current_branch IS NOT NULL AND lower(r.numbers) <= s.message_count
        GROUP BY 1, 2
        """;

    public Task<Written<BranchChange>> RewindAsync(
        string userId,
        Guid sessionId,
        long toSequence,
        Precondition precondition,
        IdempotencyKey? key,
        DateTimeOffset now,
        CancellationToken cancellationToken)
    {
        return ChangeAsync(userId, sessionId, precondition, key, now, RewindAsync, cancellationToken);

        async Task<int> RewindAsync(Session session)
        {
            var current = await FindAsync(session, session.CurrentBranch ?? 1, cancellationToken);
            var path = PathOf(current, session);
            if (toSequence != 0 && !path.Contains(toSequence))
            {
                throw BranchErrors.NotOnPath("to_sequence");
            }

            if (toSequence == path.Last)
            {
                session.Restore(now);
                return current.BranchId;
            }

            var sql = new Sql((NpgsqlConnection)context.Database.GetDbConnection());
            var branchId = await BranchRoom.NextIdAsync(sql, userId, sessionId, cancellationToken);
            var kept = path.Through(toSequence);
            var branch = new SessionBranch
            {
                UserId = userId,
                SessionId = sessionId,
                BranchId = branchId,
                CreatedAt = now,
                Path = [],
                LastSequence = kept.Last,
                MessageCount = kept.Count,
            };
            Close(current, session);
            Open(branch, kept, session);
            Keep(current);
            Keep(branch);
            session.Show(branchId, kept.Count, now);
            return branchId;
        }
    }

    public Task<Written<BranchChange>> ActivateAsync(
        string userId,
        Guid sessionId,
        int branchId,
        Precondition precondition,
        IdempotencyKey? key,
        DateTimeOffset now,
        CancellationToken cancellationToken)
    {
        return ChangeAsync(userId, sessionId, precondition, key, now, ActivateAsync, cancellationToken);

        async Task<int> ActivateAsync(Session session)
        {
            var currentId = session.CurrentBranch ?? 1;
            if (branchId == currentId)
            {
                session.Restore(now);
                return branchId;
            }

            var branch = await FindAsync(session, branchId, cancellationToken);
            var current = await FindAsync(session, currentId, cancellationToken);
            var path = PathRanges.Read(branch.Path);
            Close(current, session);
            Open(branch, path, session);
            session.Show(branchId, path.Count, now);
            return branchId;
        }
    }

    public async Task<BranchResponse> RenameAsync(
        string userId,
        Guid sessionId,
        int branchId,
        RenameBranchRequest request,
        DateTimeOffset now,
        CancellationToken cancellationToken)
    {
        SessionBranch? branch = null;
        var session = await context.InTransactionAsync(
            () => SessionStore.ChangeLockedAsync(
                context,
                userId,
                sessionId,
                async session =>
                {
                    branch = await FindAsync(session, branchId, cancellationToken);
                    if (request.Renames() && request.Name != branch.Name)
                    {
                        Keep(branch);
                        branch.Name = request.Name;
                        session.NoteChange(now);
                    }
                },
                cancellationToken),
            cancellationToken) ?? throw SessionErrors.NotFound();
        announcer.Announce(userId, sessionId);
        return Describe(branch!, session);
    }

    public async Task<IReadOnlyList<BranchResponse>?> ListAsync(string userId, Guid sessionId, CancellationToken cancellationToken)
    {
        return await context.ReadSnapshotAsync(ReadAsync, cancellationToken);

        async Task<List<BranchResponse>?> ReadAsync()
        {
            if (await FindSessionAsync(userId, sessionId, cancellationToken) is not { } session)
            {
                return null;
            }

            // Paths are long: only that of the current branch is needed.
            var current = await context.SessionBranches.AsNoTracking()
                .SingleOrDefaultAsync(
                    b => b.UserId == userId && b.SessionId == sessionId && b.BranchId == (session.CurrentBranch ?? 1), cancellationToken)
                ?? First(session);
            var others = await context.SessionBranches.AsNoTracking()
                .Where(b => b.UserId == userId && b.SessionId == sessionId && b.BranchId != current.BranchId)
                .Select(b => new BranchResponse
                {
                    BranchId = b.BranchId,
                    Name = b.Name,
                    FromSequence = b.FromSequence,
                    LastSequence = b.LastSequence,
                    MessageCount = b.MessageCount,
                    CreatedAt = b.CreatedAt,
                    IsCurrent = false,
                })
                .ToListAsync(cancellationToken);
            return [.. others.Append(Describe(current, session)).OrderBy(branch => branch.BranchId)];
        }
    }

    public Task<MessagePath?> FindPathAsync(
        string userId, Guid sessionId, int? branchId, CancellationToken cancellationToken, bool showsOpen = false) =>
        reads.Database.ReadAsync(
            sql => branchId is { } id
                ? BranchPaths.ReadAsync(sql, userId, sessionId, id, showsOpen, cancellationToken)
                : BranchPaths.ReadCurrentAsync(sql, userId, sessionId, cancellationToken, showsOpen),
            cancellationToken);

    public Task<MessagePath?> FindAllAsync(string userId, Guid sessionId, CancellationToken cancellationToken) =>
        reads.Database.ReadAsync(sql => BranchPaths.ReadAllAsync(sql, userId, sessionId, cancellationToken), cancellationToken);

    public async Task<MessageParents> ReadParentsAsync(string userId, Guid sessionId, CancellationToken cancellationToken)
    {
        var starts = await reads.Database.ReadAsync(
            sql => sql.Statement(Starts, userId, sessionId)
                .ListAsync(row => (row.GetInt64(0), row.GetInt64(1), row.GetInt64(2)), cancellationToken),
            cancellationToken);
        return starts.Count == 0 ? MessageParents.OfOneBranch : new MessageParents(starts);
    }

    private async Task<Written<BranchChange>> ChangeAsync(
        string userId,
        Guid sessionId,
        Precondition precondition,
        IdempotencyKey? key,
        DateTimeOffset now,
        Func<Session, Task<int>> change,
        CancellationToken cancellationToken)
    {
        Made? made = null;
        var isReplay = false;
        var session = await context.InTransactionAsync(
            () => SessionStore.ChangeLockedAsync(
                context,
                userId,
                sessionId,
                ChangeLockedAsync,
                cancellationToken,
                NewsOf),
            cancellationToken) ?? throw SessionErrors.NotFound();
        announcer.Announce(userId, sessionId);
        return new Written<BranchChange>(new BranchChange(session, made!.BranchId, made.PreviousBranchId), isReplay);

        // A branch that was current already may have been taken out of the archive.
        (string Type, string Data) NewsOf() => made!.BranchId == made.PreviousBranchId
            ? (WebhookEvents.SessionUpdated, "{}")
            : (
                WebhookEvents.SessionRewound,
                JsonSerializer.Serialize(new { branch_id = made.BranchId, previous_branch_id = made.PreviousBranchId }));

        async Task ChangeLockedAsync(Session found)
        {
            var record = await IdempotencyRecords.FindAsync(context, userId, key, cancellationToken);
            isReplay = record is not null;
            if (record is not null)
            {
                made = JsonSerializer.Deserialize<Made>(record.Answer)!;
                return;
            }

            precondition.Demand(found.VersionTag, SessionErrors.Changed);
            if (found.Status == SessionStatus.Ended)
            {
                throw SessionErrors.Ended();
            }

            var previous = found.CurrentBranch ?? 1;
            made = new Made(await change(found), previous);
            IdempotencyRecords.Take(context, userId, key, JsonSerializer.Serialize(made), now, sessionId);
        }
    }

    private Task<Session?> FindSessionAsync(string userId, Guid sessionId, CancellationToken cancellationToken) =>
        context.Sessions.AsNoTracking().SingleOrDefaultAsync(s => s.UserId == userId && s.SessionId == sessionId, cancellationToken);

    /// <summary>A branch. The first one has a row only once there is something to tell of it.</summary>
    private async Task<SessionBranch> FindAsync(Session session, int branchId, CancellationToken cancellationToken) =>
        await context.SessionBranches.SingleOrDefaultAsync(
            b => b.UserId == session.UserId && b.SessionId == session.SessionId && b.BranchId == branchId, cancellationToken)
        ?? (branchId == 1 && session.CurrentBranch is null ? First(session) : throw BranchErrors.NotFound());

    /// <summary>Lets a branch that was found be saved with its changes.</summary>
    private void Keep(SessionBranch branch)
    {
        if (context.Entry(branch).State == EntityState.Detached)
        {
            context.SessionBranches.Add(branch);
        }
    }

    /// <summary>The branch of a session that was never rewound.</summary>
    private static SessionBranch First(Session session) => new()
    {
        UserId = session.UserId,
        SessionId = session.SessionId,
        BranchId = 1,
        CreatedAt = session.CreatedAt,
        Path = PathRanges.Of(MessagePath.Whole)!,
        LastSequence = 0,
        MessageCount = 0,
    };

    /// <summary>The messages that a branch has now.</summary>
    private static MessagePath PathOf(SessionBranch branch, Session session) => PathRanges.Read(branch.Path).Through(session.MessageCount);

    /// <summary>Ends the path of the current branch, before another one becomes current.</summary>
    private static void Close(SessionBranch branch, Session session)
    {
        var path = PathOf(branch, session);
        branch.FromSequence = FirstWrittenIn(branch, path);
        branch.Path = PathRanges.Of(path)!;
        (branch.LastSequence, branch.MessageCount) = (path.Last, path.Count);
    }

    /// <summary>Lets the numbers to come be on the path of a branch.</summary>
    private static void Open(SessionBranch branch, MessagePath path, Session session)
    {
        branch.Path = PathRanges.Of(path.Open(session.MessageCount))!;
        if (branch.Path.Length > MessagePath.MaxRanges)
        {
            throw BranchErrors.TooManyRanges(MessagePath.MaxRanges);
        }
    }

    private static long? FirstWrittenIn(SessionBranch branch, MessagePath path) =>
        branch.FromSequence ?? (path.Last > branch.LastSequence ? path.Next(branch.LastSequence) : null);

    private static BranchResponse Describe(SessionBranch branch, Session session)
    {
        var path = PathOf(branch, session);
        return new BranchResponse
        {
            BranchId = branch.BranchId,
            Name = branch.Name,
            FromSequence = FirstWrittenIn(branch, path),
            LastSequence = path.Last,
            MessageCount = path.Count,
            CreatedAt = branch.CreatedAt,
            IsCurrent = branch.BranchId == (session.CurrentBranch ?? 1),
        };
    }

    private sealed record Made(int BranchId, int PreviousBranchId);
}
