using System.Text;
using System.Text.Json;
using Npgsql;
using NpgsqlTypes;
using SessionService.Application.Messages;
using SessionService.Application.Messages.Parts;
using SessionService.Domain.Sessions;
using SessionService.Infrastructure.Idempotency;
using SessionService.Infrastructure.Messages.Packed;
using SessionService.Infrastructure.Persistence;
using SessionService.Infrastructure.Statistics;
using SessionService.Infrastructure.Writes;

namespace SessionService.Infrastructure.Messages;

/// <summary>
/// Appends the messages of a group of one user's writes in a sharded database. A statement with parts that write costs many times as much
/// there, and its parts have a snapshot each. So the sessions are locked and read first, and the messages get their numbers here. Short
/// statements follow, each about one row of one shard, together with the commit. Whatever <see cref="AppendStatement"/> says of the order
/// of locks holds here too.
/// </summary>
/// <remarks>By hand as that is, and for the batches.</remarks>
internal sealed class ShardedAppendStatement : IGroupStatement<Append, Appended>, IAppendInTransaction
{
    private const string LockSessions =
        """
        SELECT session_id, message_count, status, starred_at IS NOT NULL, coalesce(cardinality(open_messages), 0)
        FROM dev.sessions
        WHERE user_id = $1 AND session_id = ANY ($2)
        ORDER BY session_id
        FOR NO KEY UPDATE
        """;

    private const string FindIds = "SELECT id FROM dev.session_messages WHERE user_id = $1 AND id = ANY ($2)";

    private static readonly string FindPackedIds =
        $"""
        SELECT o.id
        FROM unnest($2) AS o (id)
        JOIN dev.message_segments AS g ON {PackedIds.Hold("$1", "o.id", PackedIds.Hash("o.id"))}
        """;

    private const string FindItems =
        "SELECT session_id, item_id FROM dev.conversation_items WHERE user_id = $1 AND session_id = ANY ($2) AND item_id = ANY ($3)";

    private const string CountOpen = "SELECT count(*) FROM dev.open_messages WHERE user_id = $1";

    private const string AddMessage =
        """
        INSERT INTO dev.session_messages
            (user_id, session_id, sequence, id, role, content, message_type, message_metadata,
             tokens_used, cost_usd, created_at, redacted_at, parts, name, status)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
        """;

    private const string AddUse =
        "INSERT INTO dev.attachment_uses (user_id, session_id, sequence, attachment_id) VALUES ($1, $2, $3, $4)";

    private const string AddItem =
        "INSERT INTO dev.conversation_items (user_id, session_id, sequence, item_id) VALUES ($1, $2, $3, $4)";

    private const string AddOpen =
        """
        INSERT INTO dev.open_messages (user_id, session_id, sequence, opened_at, next_index, bytes, parts, touched_at, check_at)
        VALUES ($1, $2, $3, $4, 0, $5, $6, $4, $7)
        """;

    private const string CountInSession =
        """
        UPDATE dev.sessions
        SET message_count = message_count + $3,
            total_tokens = total_tokens + $4,
            total_cost = total_cost + $5,
            last_activity = coalesce($6, last_activity),
            updated_at = greatest(updated_at, $6),
            used_at = greatest(used_at, $7),
            revision = revision + 1,
            changed_at = greatest(changed_at, $8),
            backfilled_at = greatest(backfilled_at, $9),
            open_messages = open_messages || $10,
            is_digested = false
        WHERE user_id = $1 AND session_id = $2
        """;

    private const string TakeUp =
        """
        UPDATE dev.sessions
        SET status = 'active', archived_at = NULL, changes = changes + 1
        WHERE user_id = $1 AND session_id = $2
        """;

    private static readonly string CountTotals = StatisticsSql.AddOf(
        "$1", activeSessions: "$2", messages: "$3", tokens: "$4", cost: "$5");

    private readonly AppendStatement _group = new();

    public WriteKind Kind => _group.Kind;

    public string UserOf(Append write) => _group.UserOf(write);

    public long SizeOf(Append write) => _group.SizeOf(write);

    public Guid? RowOf(Append write) => _group.RowOf(write);

    public Predicate<Append> NewAdmission() => _group.NewAdmission();

    public bool IsMade(Appended outcome) => _group.IsMade(outcome);

    public async Task<Appended[]> ExecuteAsync(
        NpgsqlConnection connection, IReadOnlyList<Append> writes, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var batch = new SqlBatch(connection);
        var outcomes = await AddAsync(batch, connection, writes, cancellationToken);
        if (outcomes.Any(IsMade))
        {
            await batch.CommitAsync(cancellationToken);
        }

        return outcomes;
    }

    public async Task<Appended[]> ExecuteInTransactionAsync(
        NpgsqlConnection connection, IReadOnlyList<Append> writes, CancellationToken cancellationToken)
    {
        var batch = new SqlBatch(connection);
        var outcomes = await AddAsync(batch, connection, writes, cancellationToken);
        await batch.ExecuteAsync(cancellationToken);
        return outcomes;
    }

    /// <summary>Locks and reads what the writes depend on, and adds the statements that make them.</summary>
    private static async Task<Appended[]> AddAsync(
        SqlBatch batch, NpgsqlConnection connection, IReadOnlyList<Append> writes, CancellationToken cancellationToken)
    {
        var user = writes[0].UserId;
        var found = await FindAsync(connection, user, writes, cancellationToken);
        var outcomes = new Appended[writes.Count];
        var totals = new SortedDictionary<Guid, AppendTotal>();
        for (var i = 0; i < writes.Count; i++)
        {
            var write = writes[i];
            var session = found.Sessions.GetValueOrDefault(write.SessionId);
            if (session is null || !found.Admits(write, session, takesUp: writes.Any(one => one.TakesUp)))
            {
                outcomes[i] = new Appended(
                    FirstSequence: null, session is null ? null : new SessionState(session.Status, session.MessageCount));
                continue;
            }

            if (!totals.TryGetValue(write.SessionId, out var total))
            {
                totals.Add(write.SessionId, total = new AppendTotal());
            }

            outcomes[i] = new Appended(session.MessageCount + total.Messages + 1, new SessionState(session.Status, session.MessageCount));
            foreach (var message in write.Messages)
            {
                Add(batch, write, message, session.MessageCount + total.Add(write, message, session.MessageCount));
            }
        }

        if (totals.Count == 0)
        {
            return outcomes;
        }

        Count(batch, user, totals, found.Sessions);
        foreach (var (write, outcome) in writes.Zip(outcomes).OrderBy(made => made.First.Key?.Value, StringComparer.Ordinal))
        {
            if (outcome.FirstSequence is { } first && write.Key is { } key)
            {
                IdempotencySql.Take(
                    batch,
                    user,
                    key,
                    write.SessionId,
                    $$"""{"first_sequence": {{first}}, "messages": {{write.Messages.Count}}}""",
                    write.Now!.Value);
            }
        }

        return outcomes;
    }

    private static async Task<FoundForAppends> FindAsync(
        NpgsqlConnection connection, string user, IReadOnlyList<Append> writes, CancellationToken cancellationToken)
    {
        var found = new FoundForAppends();
        var sessions = writes.Select(write => write.SessionId).Distinct().ToArray();
        var batch = new SqlBatch(connection);
        batch.Add(WriterDataSource.LimitWaiting);
        batch.Query(
            row => found.Sessions.Add(
                row.GetGuid(0),
                new LockedSession(row.GetInt64(1), SessionStatuses.Parse(row.GetString(2)), row.GetBoolean(3), row.GetInt32(4))),
            LockSessions,
            user,
            sessions);
        if (writes.Select(write => write.Key?.Value).OfType<string>().ToArray() is { Length: > 0 } keys)
        {
            batch.Query(row => found.Keys.Add(row.GetString(0)), IdempotencySql.FindTaken, user, keys);
        }

        var messages = writes.SelectMany(write => write.Messages).ToList();
        if (messages.Where(message => message.HasOwnId).Select(message => message.Message.MessageId).ToArray() is { Length: > 0 } ids)
        {
            batch.Query(row => found.Ids.Add(row.GetGuid(0)), FindIds, user, ids);
            batch.Query(row => found.Ids.Add(row.GetGuid(0)), FindPackedIds, user, ids);
        }

        if (messages.Select(message => message.Message.ItemId).OfType<string>().ToArray() is { Length: > 0 } items)
        {
            batch.Query(row => found.Items.Add((row.GetGuid(0), row.GetString(1))), FindItems, user, sessions, items);
        }

        if (writes.Any(write => write.Opening is not null))
        {
            batch.Query(row => found.OpenMessages = row.GetInt64(0), CountOpen, user);
        }

        await batch.ExecuteAsync(cancellationToken);
        return found;
    }

    private static void Add(SqlBatch batch, Append write, NewMessage added, long sequence)
    {
        var message = added.Message;
        var (user, session) = (write.UserId, write.SessionId);
        batch.Add(
            AddMessage,
            user,
            session,
            sequence,
            message.MessageId,
            message.Role,
            message.Content,
            message.MessageType,
            SqlValue.Json(message.Metadata),
            message.TokensUsed,
            message.CostUsd,
            message.CreatedAt,
            message.RedactedAt,
            SqlValue.Of(message.Parts, NpgsqlDbType.Json),
            message.Name,
            message.Status);
        foreach (var attachment in PartFiles.ReferencesIn(message.Parts))
        {
            batch.Add(AddUse, user, session, sequence, attachment);
        }

        if (message.ItemId is { } item)
        {
            batch.Add(AddItem, user, session, sequence, item);
        }

        if (added.Opens)
        {
            var now = write.Now!.Value;
            batch.Add(
                AddOpen,
                user,
                session,
                sequence,
                now,
                Encoding.UTF8.GetByteCount(message.Content) + Encoding.UTF8.GetByteCount(message.Parts ?? ""),
                CountParts(message.Parts),
                now + write.Opening!.AbandonedAfter);
        }
    }

    private static void Count(
        SqlBatch batch, string user, SortedDictionary<Guid, AppendTotal> totals, Dictionary<Guid, LockedSession> sessions)
    {
        var takenUp = totals.Where(total => IsTakenUp(sessions[total.Key], total.Value)).Select(total => total.Key).ToHashSet();
        foreach (var (session, total) in totals)
        {
            var at = AppendTotal.Later(total.Now, total.ImportedAt);
            batch.Add(
                CountInSession,
                user,
                session,
                total.Messages,
                total.Tokens,
                total.Cost,
                total.Now,
                total.ImportedAt,
                total.IsBackfill || takenUp.Contains(session) ? at : null,
                total.IsBackfill ? at : null,
                SqlValue.Of(total.Opened.Count == 0 ? null : total.Opened.ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Bigint));
            if (takenUp.Contains(session))
            {
                batch.Add(TakeUp, user, session);
            }
        }

        // In the order of the key, as everybody adds to these rows.
        var moves = takenUp
            .SelectMany(session => new[]
            {
                (Status: sessions[session].Status.Name(), sessions[session].IsStarred, Sessions: -1L),
                (Status: SessionStatus.Active.Name(), sessions[session].IsStarred, Sessions: 1L),
            })
            .GroupBy(move => (move.Status, move.IsStarred), move => move.Sessions)
            .OrderBy(move => move.Key.Status, StringComparer.Ordinal)
            .ThenBy(move => move.Key.IsStarred);
        foreach (var move in moves)
        {
            batch.Add(SessionCountsSql.AddOne, user, move.Key.Status, move.Key.IsStarred, move.Sum());
        }

        batch.Add(
            CountTotals,
            user,
            (long)takenUp.Count,
            totals.Values.Sum(total => total.Messages),
            totals.Values.Sum(total => total.Tokens),
            totals.Values.Sum(total => total.Cost));
    }

    private static int CountParts(string? parts)
    {
        using var document = JsonDocument.Parse(parts ?? "[]");
        return document.RootElement.GetArrayLength();
    }

    private static bool IsTakenUp(LockedSession session, AppendTotal total) =>
        session.Status is SessionStatus.Archived or SessionStatus.Expired && total.Now is not null;
}
