using Npgsql;
using SessionService.Domain.Sessions;
using SessionService.Infrastructure.Idempotency;
using SessionService.Infrastructure.Persistence;
using SessionService.Infrastructure.Statistics;
using SessionService.Infrastructure.Writes;

namespace SessionService.Infrastructure.Sessions;

/// <summary>
/// Creates the sessions of a group of one user's in a sharded database, by short statements, each about one row of one shard.
/// </summary>
/// <remarks>By hand as <see cref="CreateStatement"/> is, and for the batches.</remarks>
internal sealed class ShardedCreateStatement : IGroupStatement<Creation, bool>
{
    // The database decides whether an id is taken: a look-up before the insert would race.
    private const string AddSession =
        """
        INSERT INTO dev.sessions
            (user_id, session_id, status, title, conversation_data, metadata, session_summary,
             message_count, total_tokens, total_cost, created_at, updated_at, last_activity,
             archived_at, starred_at, used_at, forked_from_session_id, forked_from_sequence,
             copied_messages, copied_tokens, copied_cost,
             is_digested, digested_messages, digested_cost, digested_activity, changed_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, 0, 0, 0, $8, $9, $10, $11, $12, $13, $14, $15, 0, 0, 0, true, 0, 0, $10, $16)
        ON CONFLICT DO NOTHING
        RETURNING session_id
        """;

    private static readonly string CountTotals = StatisticsSql.AddOf("$1", sessions: "$2", activeSessions: "$3");

    private readonly CreateStatement _group = new();

    public WriteKind Kind => _group.Kind;

    public string UserOf(Creation write) => _group.UserOf(write);

    public long SizeOf(Creation write) => _group.SizeOf(write);

    public Guid? RowOf(Creation write) => _group.RowOf(write);

    public Predicate<Creation> NewAdmission() => _group.NewAdmission();

    public bool IsMade(bool outcome) => _group.IsMade(outcome);

    public async Task<bool[]> ExecuteAsync(NpgsqlConnection connection, IReadOnlyList<Creation> writes, CancellationToken cancellationToken)
    {
        var user = writes[0].Session.UserId;
        var created = await CreateAsync(connection, user, writes, cancellationToken);
        return [.. writes.Select(write => created.Contains(write.Session.SessionId))];
    }

    private static async Task<HashSet<Guid>> CreateAsync(
        NpgsqlConnection connection, string user, IReadOnlyList<Creation> writes, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var ofOthers = await RegisteredSessionIds.FindOthersAsync(new Sql(connection), user, GivenIds(writes), cancellationToken);
        var free = writes.Where(write => !ofOthers.Contains(write.Session.SessionId)).ToList();
        var (created, registered, takenKeys) = await AddAsync(connection, user, free, cancellationToken);
        var unregistered = created.Intersect(GivenIds(free)).Except(registered).ToHashSet();
        var rest = free
            .Where(write => !unregistered.Contains(write.Session.SessionId) && !(write.Key is { } key && takenKeys.Contains(key.Value)))
            .ToList();
        if (rest.Count < free.Count)
        {
            // A write that was made before, and one whose id another user took meanwhile, must leave no session. Both are rare, so they
            // need no round trip before the sessions.
            await transaction.RollbackAsync(cancellationToken);
            return rest.Count == 0 ? [] : await CreateAsync(connection, user, rest, cancellationToken);
        }

        var made = writes.Where(write => created.Contains(write.Session.SessionId)).ToList();
        if (made.Count > 0)
        {
            await CountAsync(connection, user, made, cancellationToken);
        }

        return created;
    }

    private static IEnumerable<Guid> GivenIds(IEnumerable<Creation> writes) =>
        writes.Where(write => write.HasOwnId).Select(write => write.Session.SessionId);

    /// <summary>Adds the sessions, registers the ids that clients gave, and finds the keys that are taken.</summary>
    private static async Task<(HashSet<Guid> Created, HashSet<Guid> Registered, HashSet<string> TakenKeys)> AddAsync(
        NpgsqlConnection connection, string user, IReadOnlyList<Creation> writes, CancellationToken cancellationToken)
    {
        var (created, registered) = (new HashSet<Guid>(), new HashSet<Guid>());
        var takenKeys = new HashSet<string>(StringComparer.Ordinal);
        var batch = new SqlBatch(connection);
        batch.Add(WriterDataSource.LimitWaiting);
        if (writes.Select(write => write.Key?.Value).OfType<string>().ToArray() is { Length: > 0 } keys)
        {
            batch.Query(row => takenKeys.Add(row.GetString(0)), IdempotencySql.FindTaken, user, keys);
        }

        foreach (var session in writes.Select(write => write.Session).OrderBy(session => session.SessionId))
        {
            batch.Query(
                row => created.Add(row.GetGuid(0)),
                AddSession,
                session.UserId,
                session.SessionId,
                session.Status.Name(),
                session.Title,
                SqlValue.Json(session.ConversationData),
                SqlValue.Json(session.Metadata),
                session.SessionSummary,
                session.CreatedAt,
                session.UpdatedAt,
                session.LastActivity,
                session.ArchivedAt,
                session.StarredAt,
                session.UsedAt,
                session.ForkedFromSessionId,
                session.ForkedFromSequence,
                session.UsedAt ?? session.UpdatedAt);
        }

        foreach (var id in GivenIds(writes).Order())
        {
            RegisteredSessionIds.Take(batch, taken => registered.Add(taken), user, id);
        }

        await batch.ExecuteAsync(cancellationToken);
        return (created, registered, takenKeys);
    }

    // With the commit. In the order of the keys, as everybody takes these rows.
    private static Task CountAsync(
        NpgsqlConnection connection, string user, List<Creation> made, CancellationToken cancellationToken)
    {
        var batch = new SqlBatch(connection);
        var groups = made
            .GroupBy(write => (Status: write.Session.Status.Name(), write.Session.IsStarred))
            .OrderBy(group => group.Key.Status, StringComparer.Ordinal)
            .ThenBy(group => group.Key.IsStarred);
        foreach (var group in groups)
        {
            batch.Add(SessionCountsSql.AddOne, user, group.Key.Status, group.Key.IsStarred, (long)group.Count());
        }

        batch.Add(CountTotals, user, (long)made.Count, (long)made.Count(write => write.Session.IsActive));
        foreach (var write in made.Where(write => write.Key is not null).OrderBy(write => write.Key!.Value, StringComparer.Ordinal))
        {
            IdempotencySql.Take(batch, user, write.Key!, write.Session.SessionId, "{}", write.Session.UpdatedAt);
        }

        return batch.CommitAsync(cancellationToken);
    }
}
