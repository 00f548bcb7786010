using Npgsql;
using SessionService.Application.Forks;
using SessionService.Application.Messages;
using SessionService.Domain.Webhooks;
using SessionService.Infrastructure.Announcements;
using SessionService.Infrastructure.Idempotency;
using SessionService.Infrastructure.Messages;
using SessionService.Infrastructure.Outbox;
using SessionService.Infrastructure.Persistence;
using SessionService.Infrastructure.Sessions;
using SessionService.Infrastructure.Statistics;

namespace SessionService.Infrastructure.Forks;

/// <summary>
/// Copies a session and its messages in one transaction. <see cref="IMessageReader"/> reads the messages, in whichever form they are
/// stored, a part at a time, so that a long conversation takes no more memory than a short one. A fork takes two connections, one to read
/// and one to write, so the caller bounds how many forks are made at a time.
/// </summary>
internal sealed class ForkStore(
    Database database,
    IMessageReader messages,
    IdempotencyRecords records,
    IUserLocks locks,
    TotalsOwner totals,
    SessionAnnouncer announcer)
    : IForkStore
{
    private const int ReadAtOnce = 1_000;

    // By hand for the lock: the session cannot be erased meanwhile, and appends to it go on.
    private const string LockSource =
        "SELECT message_count FROM dev.sessions WHERE user_id = $1 AND session_id = $2 FOR KEY SHARE";

    // By hand because one statement reads the session and inserts its copy. A summary may tell of any message, so only a fork of all
    // messages has it.
    private const string AddSession =
        """
        INSERT INTO dev.sessions
            (user_id, session_id, status, title, conversation_data, metadata, session_summary,
             message_count, total_tokens, total_cost, created_at, updated_at, last_activity,
             forked_from_session_id, forked_from_sequence, forked_from_path, copied_messages, copied_tokens, copied_cost,
             is_digested, digested_messages, digested_cost, digested_activity, changed_at, backfilled_at)
        SELECT user_id, $3, 'active', title, conversation_data, metadata, CASE WHEN $6 THEN session_summary ELSE '' END,
               0, 0, 0, $5, $5, $5, session_id, $4, $7, $8, 0, 0, false, 0, 0, $5, $5, $5
        FROM dev.sessions
        WHERE user_id = $1 AND session_id = $2
        """;

    // By hand for its CTEs, which write four tables. The copied messages count where they were written: the statistics get a session, and
    // no messages.
    private static readonly string Finish =
        $"""
        WITH session AS (
            UPDATE dev.sessions
            SET message_count = $4, total_tokens = $6, total_cost = $7, copied_tokens = $6, copied_cost = $7
            WHERE user_id = $1 AND session_id = $3),
        memory AS (
            INSERT INTO dev.session_memories
                (user_id, session_id, id, memory_type, conversation_summary, session_metadata, user_preferences, ongoing_tasks,
                 total_messages, last_summary_at, is_active, created_at, updated_at, vector, words, model, model_vector)
            SELECT user_id, $3, $8, memory_type, conversation_summary, session_metadata, user_preferences, ongoing_tasks,
                   (SELECT coalesce(sum(upper(r.numbers) - lower(r.numbers)), 0)
                    FROM unnest($12::int8multirange * int8multirange(int8range(NULL, total_messages, '[]'))) AS r (numbers)),
                   last_summary_at, true, created_at, updated_at, vector, words, model, model_vector
            FROM dev.session_memories
            WHERE user_id = $1 AND session_id = $2 AND is_active AND ($13 OR total_messages <= $11)),
        claimed AS (
            {IdempotencySql.Claim("'{}'")}
            FROM (
                SELECT $1 AS user_id, $9::text AS key, $10::bytea AS request_hash, $3::uuid AS session_id, $5::timestamptz AS now) AS keyed
            WHERE key IS NOT NULL),
        counted_user AS (
            {SessionCountsSql.Add("SELECT $1::varchar AS user_id, 'active'::varchar AS status, false AS is_starred, 1 AS sessions")}
            RETURNING sessions)
        {StatisticsSql.Add("(SELECT count(*) FROM counted_user) AS one", sessions: "1", activeSessions: "1", owner: "$14")}
        """;

    // A message on a path has its position as its number in the fork.
    private const string CopyUses =
        """
        INSERT INTO dev.attachment_uses (user_id, session_id, sequence, attachment_id)
        SELECT u.user_id, $3, r.before + u.sequence - r.first + 1, u.attachment_id
        FROM unnest($4, $5, $6) AS r (first, last, before)
        JOIN dev.attachment_uses AS u
            ON u.user_id = $1 AND u.session_id = $2 AND u.sequence >= r.first AND u.sequence <= r.last
        """;

    private const string CopyItems =
        """
        INSERT INTO dev.conversation_items (user_id, session_id, sequence, item_id)
        SELECT i.user_id, $3, r.before + i.sequence - r.first + 1, i.item_id
        FROM unnest($4, $5, $6) AS r (first, last, before)
        JOIN dev.conversation_items AS i
            ON i.user_id = $1 AND i.session_id = $2 AND i.sequence >= r.first AND i.sequence <= r.last
        """;

    public Task<ForkResult> ForkAsync(Fork fork, CancellationToken cancellationToken) =>
        announcer.AfterAsync(
            database.InTransactionAsync(
                sql => ForkAsync(sql, fork, cancellationToken),
                cancellationToken,
                leavesNothing: result => result.Outcome == ForkOutcome.SessionNotFound),
            fork.UserId,
            fork.SessionId,
            result => result.Outcome == ForkOutcome.Created);

    private async Task<ForkResult> ForkAsync(Sql sql, Fork fork, CancellationToken cancellationToken)
    {
        // Looked for by each attempt: the same request may have been made meanwhile, and the attempt before have failed for that.
        if (fork.Key is { } key && await records.FindAsync(fork.UserId, key, cancellationToken) is { } record)
        {
            return record.IsOf(key.RequestHash)
                ? await FindAsync(ForkOutcome.Replayed, record.SessionId)
                : new ForkResult(ForkOutcome.KeyReused);
        }

        // A redaction takes this lock too: the message is blank before the fork copies it, or the redaction finds the fork.
        await locks.ShareAsync(sql, fork.UserId, UserLockKind.Derived, cancellationToken);
        if (await sql.Statement(LockSource, fork.UserId, fork.SourceId).ValueAsync<long?>(cancellationToken) is not { } count)
        {
            return new ForkResult(ForkOutcome.SessionNotFound);
        }

        // Read under the lock and then kept: a rewind does not wait for it.
        if (await BranchPaths.ReadCurrentAsync(sql, fork.UserId, fork.SourceId, cancellationToken) is not { } current)
        {
            return new ForkResult(ForkOutcome.SessionNotFound);
        }

        var shown = current.Through(count);
        var through = fork.ThroughSequence ?? shown.Last;
        if (through > count)
        {
            return new ForkResult(ForkOutcome.MessageNotFound, Messages: count);
        }

        if (through > 0 && !shown.Contains(through))
        {
            return new ForkResult(ForkOutcome.MessageNotShown);
        }

        var path = shown.Through(through);
        if (path.Count > IForkStore.MaxMessages)
        {
            return new ForkResult(ForkOutcome.TooLarge);
        }

        await sql
            .Statement(
                AddSession,
                fork.UserId,
                fork.SourceId,
                fork.SessionId,
                through,
                fork.Now,
                through == shown.Last,
                SqlValue.Ranges(path.Gaps(path.Last).Count == 0 ? null : PathRanges.Of(path)),
                path.Count)
            .ExecuteAsync(cancellationToken);
        var (tokens, cost) = await CopyAsync(sql.Connection, fork, path, cancellationToken);
        foreach (var copy in (string[])[CopyUses, CopyItems])
        {
            await sql
                .Statement(
                    copy,
                    fork.UserId,
                    fork.SourceId,
                    fork.SessionId,
                    path.Ranges.Select(range => range.First).ToArray(),
                    path.Ranges.Select(range => range.Last).ToArray(),
                    path.Ranges.Select(range => path.CountThrough(range.First) - 1).ToArray())
                .ExecuteAsync(cancellationToken);
        }

        await sql
            .Statement(
                Finish,
                fork.UserId,
                fork.SourceId,
                fork.SessionId,
                path.Count,
                fork.Now,
                tokens,
                cost,
                Guid.CreateVersion7(fork.Now),
                fork.Key?.Value,
                fork.Key?.RequestHash,
                through,
                SqlValue.Ranges(PathRanges.Of(path)),
                through == shown.Last,
                totals.Of(fork.UserId))
            .ExecuteAsync(cancellationToken);

        await SessionOutbox.TellAsync(sql, fork.UserId, fork.SessionId, WebhookEvents.SessionCreated, fork.Now, cancellationToken);

        // Read before the commit: after it, a failed read would be taken for a fork that was not made.
        return await FindAsync(ForkOutcome.Created, fork.SessionId);

        async Task<ForkResult> FindAsync(ForkOutcome outcome, Guid sessionId) =>
            await SessionReader.FindAsync(sql, fork.UserId, sessionId, cancellationToken) is { } session
                ? new ForkResult(outcome, session)
                : new ForkResult(ForkOutcome.SessionNotFound);
    }

    private async Task<(long Tokens, decimal Cost)> CopyAsync(
        NpgsqlConnection connection, Fork fork, MessagePath path, CancellationToken cancellationToken)
    {
        long tokens = 0;
        long copied = 0;
        decimal cost = 0;
        await using var copy = await MessageCopy.BeginAsync(connection, cancellationToken);
        for (var last = 0L; copied < path.Count;)
        {
            var selection = new MessageSelection { Order = MessageOrder.OldestFirst, After = last, Take = ReadAtOnce, Path = path };
            using var portion = await messages.ReadAsync(fork.UserId, fork.SourceId, selection, cancellationToken)
                ?? throw new InvalidOperationException("The session is locked, and cannot have gone.");
            for (var i = 0; i < portion.Count; i++)
            {
                var row = portion[i] with { MessageId = Guid.CreateVersion7(fork.Now), Sequence = ++copied };
                await copy.WriteAsync(fork.UserId, fork.SessionId, row, cancellationToken);
                tokens += row.TokensUsed;
                cost += row.CostUsd;
                last = portion[i].Sequence;
            }
        }

        await copy.CompleteAsync(cancellationToken);
        return (tokens, cost);
    }
}
