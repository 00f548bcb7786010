using NpgsqlTypes;
using SessionService.Application.Imports;
using SessionService.Application.Messages;
using SessionService.Domain.Webhooks;
using SessionService.Infrastructure.Messages;
using SessionService.Infrastructure.Outbox;
using SessionService.Infrastructure.Persistence;

namespace SessionService.Infrastructure.Branches;

/// <summary>
/// Changes the branches of a session for an import, in a transaction that holds the session's lock. The messages that the conversation
/// shows stay as they are, but for those that go on with it.
/// </summary>
internal sealed class BranchImport(Sql sql, ImportPlace place)
{
    private const string OfSession = "b.user_id = $1 AND b.session_id = $2";

    // By hand for the lock. The branches are read after it, as they are once it is held.
    private const string Lock =
        "SELECT message_count, current_branch FROM dev.sessions WHERE user_id = $1 AND session_id = $2 FOR NO KEY UPDATE";

    // By hand: the database computes with ranges, so that long paths need not be read.
    private const string LastShown =
        $"""
        SELECT upper(b.path * int8multirange(int8range(1, $4))) - 1
        FROM dev.session_branches AS b
        WHERE {OfSession} AND b.branch_id = $3
        """;

    private const string AddCurrent =
        $"""
        INSERT INTO dev.session_branches
            (user_id, session_id, branch_id, created_at, path, from_sequence, last_sequence, message_count)
        SELECT s.user_id, s.session_id, $3, coalesce($4, s.created_at), int8multirange(int8range(1, NULL)), NULL, 0, 0
        FROM dev.sessions AS s
        WHERE s.user_id = $1 AND s.session_id = $2
          AND NOT EXISTS (SELECT 1 FROM dev.session_branches AS b WHERE {OfSession})
        """;

    private const string NameCurrent =
        $"""
        UPDATE dev.sessions AS s
        SET current_branch = (SELECT min(b.branch_id) FROM dev.session_branches AS b WHERE {OfSession})
        WHERE s.user_id = $1 AND s.session_id = $2
        RETURNING s.current_branch
        """;

    private const string Hide =
        $"UPDATE dev.session_branches AS b SET path = b.path - $4 WHERE {OfSession} AND b.branch_id = $3";

    private const string CountHidden =
        """
        UPDATE dev.sessions AS s
        SET hidden_messages = s.hidden_messages + $3, changes = s.changes + 1
        WHERE s.user_id = $1 AND s.session_id = $2
        """;

    private const string Touch =
        """
        UPDATE dev.sessions AS s
        SET revision = s.revision + 1,
            used_at = greatest(s.used_at, $3),
            changes = s.changes + 1,
            changed_at = greatest(s.changed_at, $3)
        WHERE s.user_id = $1 AND s.session_id = $2
        """;

    private const string EndingAt =
        $"""
        SELECT b.branch_id
        FROM dev.session_branches AS b
        WHERE {OfSession} AND b.branch_id <> $3 AND b.last_sequence = $4 AND b.path @> $4
        ORDER BY b.branch_id
        LIMIT 1
        """;

    private const string Extend =
        $"""
        UPDATE dev.session_branches AS b
        SET path = b.path + $4,
            from_sequence = coalesce(b.from_sequence, $5),
            last_sequence = $6,
            message_count = b.message_count + $7
        WHERE {OfSession} AND b.branch_id = $3
        """;

    private const string Before =
        $"""
        SELECT b.path * int8multirange(int8range(1, $3 + 1))
        FROM dev.session_branches AS b
        WHERE {OfSession} AND b.path @> $3
        LIMIT 1
        """;

    private const string IsTaken = $"SELECT true FROM dev.session_branches AS b WHERE {OfSession} AND b.branch_id = $3";

    private long _count;
    private int? _current;

    /// <summary>Locks the session; false where there is none.</summary>
    public async Task<bool> LockAsync(CancellationToken cancellationToken)
    {
        var locked = await sql.Statement(Lock, place.UserId, place.SessionId).FirstAsync(
            row => ((long Count, int? Current)?)(row.GetInt64(0), row.IsDBNull(1) ? null : row.GetInt32(1)), cancellationToken);
        (_count, _current) = locked ?? default;
        return locked is not null;
    }

    /// <summary>
    /// Puts new messages where they belong. Those on the path of the file go on with the conversation if that ends where they begin, and
    /// else with the branch that ends there or a new one. The others are in no branch until the file tells its branches.
    /// </summary>
    /// <param name="first">The number of the first message. The others follow.</param>
    /// <param name="isOffPath">For each message, whether the file's conversation does not show it.</param>
    /// <returns>The branch that has the messages; <see langword="null"/> where they are the conversation, or in no branch.</returns>
    public async Task<int?> PlaceAsync(long first, IReadOnlyList<bool> isOffPath, CancellationToken cancellationToken)
    {
        var path = RunsOf(first, isOffPath, isOff: false);
        var isCurrent = await IsAtEndAsync(cancellationToken);
        var hidden = isCurrent ? RunsOf(first, isOffPath, isOff: true) : new MessagePath([new(first, first + isOffPath.Count - 1)]);
        if (hidden.Count > 0)
        {
            var current = await NameCurrentAsync(isCurrent, cancellationToken);
            await Statement(Hide, current, SqlValue.Ranges(PathRanges.Of(hidden))).ExecuteAsync(cancellationToken);
            await Statement(CountHidden, hidden.Count).ExecuteAsync(cancellationToken);
            await CheckRangesAsync(cancellationToken);
        }

        return isCurrent || path.Count == 0 ? null : await AppendAsync(path, cancellationToken);
    }

    /// <summary>Adds a branch that the file tells, unless the session has it.</summary>
    public async Task<BranchOutcome> AddAsync(ImportedBranch branch, bool isDryRun, CancellationToken cancellationToken)
    {
        if (!await LockAsync(cancellationToken))
        {
            return BranchOutcome.SessionNotFound;
        }

        if (branch.Path.Last > _count)
        {
            return BranchOutcome.NoSuchMessages;
        }

        var comparison = new BranchComparison(sql, place, _count);
        if (isDryRun)
        {
            var isThere = _current is null
                ? MessagePath.Whole.Through(branch.Path.Last).Count == branch.Path.Count
                : await comparison.FindAsync(branch, _current.Value, cancellationToken) is { IsThere: true };
            return isThere ? BranchOutcome.Unchanged : BranchOutcome.Created;
        }

        var current = await NameCurrentAsync(await IsAtEndAsync(cancellationToken), cancellationToken);
        var found = await comparison.FindAsync(branch, current, cancellationToken);
        if (found is { IsThere: true })
        {
            return await comparison.CompleteAsync(found, branch, cancellationToken) ? BranchOutcome.Created : BranchOutcome.Unchanged;
        }

        if (found is { Continues: true })
        {
            await comparison.ReplaceAsync(found.BranchId, branch, cancellationToken);
        }
        else
        {
            var next = await NextIdAsync(cancellationToken);
            var id = found is null && branch.BranchId is { } free ? free : next;
            await ImportedBranchRows.AddAsync(
                sql, place.UserId, [(place.SessionId, branch with { BranchId = id }, branch.Path)], cancellationToken);
        }

        await Statement(Touch, place.Now).ExecuteAsync(cancellationToken);
        await SessionOutbox.TellAsync(
            sql, place.UserId, place.SessionId, WebhookEvents.SessionUpdated, place.Now, cancellationToken);
        return BranchOutcome.Created;
    }

    /// <summary>Whether the conversation ends with the message that the file's messages follow.</summary>
    private async Task<bool> IsAtEndAsync(CancellationToken cancellationToken)
    {
        var last = _current is { } id
            ? await Statement(LastShown, id, _count + 1).ValueAsync<long>(cancellationToken)
            : _count;
        return last == place.After;
    }

    /// <summary>The current branch. In a session without branches it gets a row.</summary>
    /// <param name="isOfFile">Whether the session has the file's conversation, and so the id that the branch has there.</param>
    private async Task<int> NameCurrentAsync(bool isOfFile, CancellationToken cancellationToken)
    {
        if (_current is { } known)
        {
            return known;
        }

        // Made now, until the file tells when.
        var id = isOfFile ? place.FileBranch : null;
        DateTimeOffset? createdAt = id is null ? null : place.Now;
        await Statement(AddCurrent, id ?? 1, createdAt).ExecuteAsync(cancellationToken);
        _current = await Statement(NameCurrent).ValueAsync<int>(cancellationToken);
        return _current.Value;
    }

    private async Task<int> AppendAsync(MessagePath path, CancellationToken cancellationToken)
    {
        var first = path.Ranges[0].First;
        if (place.After > 0
            && await Statement(EndingAt, _current!.Value, place.After).ValueAsync<int>(cancellationToken) is > 0 and var ending)
        {
            await Statement(Extend, ending, SqlValue.Ranges(PathRanges.Of(path)), first, path.Last, path.Count)
                .ExecuteAsync(cancellationToken);
            await CheckRangesAsync(cancellationToken);
            return ending;
        }

        var before = await Statement(Before, place.After).ValueAsync<NpgsqlRange<long>[]>(cancellationToken) ?? [];
        var isFree = place.FileBranch is { } wanted && !await Statement(IsTaken, wanted).ValueAsync<bool>(cancellationToken);
        var next = await NextIdAsync(cancellationToken);
        var id = isFree ? place.FileBranch!.Value : next;
        var branch = new ImportedBranch
        {
            BranchId = id,
            CreatedAt = place.Now,
            Path = Join(PathRanges.Read(before), path),
            FromSequence = first,
        };
        await ImportedBranchRows.AddAsync(sql, place.UserId, [(place.SessionId, branch, branch.Path)], cancellationToken);
        await CheckRangesAsync(cancellationToken);
        return id;
    }

    private Task<int> NextIdAsync(CancellationToken cancellationToken) =>
        BranchRoom.NextIdAsync(sql, place.UserId, place.SessionId, cancellationToken);

    private Task CheckRangesAsync(CancellationToken cancellationToken) =>
        BranchRoom.CheckRangesAsync(sql, place.UserId, place.SessionId, cancellationToken);

    private SqlStatement Statement(string text, params ReadOnlySpan<SqlValue> values) =>
        sql.Statement(text, [place.UserId, place.SessionId, .. values]);

    private static MessagePath Join(MessagePath before, MessagePath after) =>
        before.Ranges.Count > 0 && before.Last + 1 == after.Ranges[0].First
            ? new([.. before.Ranges.SkipLast(1), new(before.Ranges[^1].First, after.Ranges[0].Last), .. after.Ranges.Skip(1)])
            : new([.. before.Ranges, .. after.Ranges]);

    private static MessagePath RunsOf(long first, IReadOnlyList<bool> isOffPath, bool isOff)
    {
        var runs = new List<NumberRange>();
        for (var i = 0; i < isOffPath.Count; i++)
        {
            var number = first + i;
            if (isOffPath[i] != isOff)
            {
                continue;
            }

            if (runs is [.., var last] && last.Last == number - 1)
            {
                runs[^1] = last with { Last = number };
            }
            else
            {
                runs.Add(new NumberRange(number, number));
            }
        }

        return new MessagePath(runs);
    }
}
