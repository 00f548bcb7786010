using Npgsql;
using NpgsqlTypes;
using SessionService.Application.Deltas;
using SessionService.Infrastructure.Idempotency;
using SessionService.Infrastructure.Persistence;
using SessionService.Infrastructure.Writes;

namespace SessionService.Infrastructure.Deltas;

/// <summary>
/// Adds the deltas of a group of one user's writes in a sharded database: locks and reads the messages first, then sends short statements,
/// each about rows of one shard.
/// </summary>
/// <remarks>By hand as <see cref="DeltaStatement"/> is, and for the batches.</remarks>
internal sealed class ShardedDeltaStatement : IGroupStatement<NewDeltas, DeltasAdded>
{
    private const string LockMessages =
        """
        SELECT o.session_id, o.sequence, o.next_index, o.bytes, o.parts
        FROM unnest($2, $3) AS w (session_id, sequence)
        JOIN dev.open_messages AS o ON o.user_id = $1 AND o.session_id = w.session_id AND o.sequence = w.sequence
        ORDER BY o.session_id, o.sequence
        FOR NO KEY UPDATE OF o
        """;

    private const string AddDelta =
        "INSERT INTO dev.message_deltas (user_id, session_id, sequence, index, text, parts) VALUES ($1, $2, $3, $4, $5, $6)";

    private const string Count =
        """
        UPDATE dev.open_messages
        SET next_index = $4, bytes = bytes + $5, parts = parts + $6, touched_at = greatest(touched_at, $7)
        WHERE user_id = $1 AND session_id = $2 AND sequence = $3
        """;

    private readonly DeltaStatement _group = new();

    public WriteKind Kind => _group.Kind;

    public string UserOf(NewDeltas write) => _group.UserOf(write);

    public long SizeOf(NewDeltas write) => _group.SizeOf(write);

    public Guid? RowOf(NewDeltas write) => _group.RowOf(write);

    public Predicate<NewDeltas> NewAdmission() => _group.NewAdmission();

    public bool IsMade(DeltasAdded outcome) => _group.IsMade(outcome);

    public async Task<DeltasAdded[]> ExecuteAsync(
        NpgsqlConnection connection, IReadOnlyList<NewDeltas> writes, CancellationToken cancellationToken)
    {
        var user = writes[0].UserId;
        var open = new Dictionary<(Guid, long), Open>();
        var taken = new HashSet<string>(StringComparer.Ordinal);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var batch = new SqlBatch(connection);
        batch.Add(WriterDataSource.LimitWaiting);
        batch.Query(
            row => open.Add((row.GetGuid(0), row.GetInt64(1)), new Open(row.GetInt32(2), row.GetInt32(3), row.GetInt32(4))),
            LockMessages,
            user,
            SqlValue.Column(writes, write => write.SessionId, NpgsqlDbType.Uuid),
            SqlValue.Column(writes, write => write.Sequence, NpgsqlDbType.Bigint));
        if (writes.Select(write => write.Key?.Value).OfType<string>().ToArray() is { Length: > 0 } keys)
        {
            batch.Query(row => taken.Add(row.GetString(0)), IdempotencySql.FindTaken, user, keys);
        }

        await batch.ExecuteAsync(cancellationToken);

        var outcomes = new DeltasAdded[writes.Count];
        var additions = new SqlBatch(connection);
        for (var i = 0; i < writes.Count; i++)
        {
            var write = writes[i];
            var message = open.GetValueOrDefault((write.SessionId, write.Sequence));
            var isAdded = message is not null && message.Takes(write) && !(write.Key is { } key && taken.Contains(key.Value));
            outcomes[i] = new DeltasAdded(isAdded, message?.NextIndex);
            if (isAdded)
            {
                Add(additions, write);
            }
        }

        foreach (var (write, _) in writes.Zip(outcomes).Where(made => made.Second.IsAdded && made.First.Key is not null)
            .OrderBy(made => made.First.Key!.Value, StringComparer.Ordinal))
        {
            IdempotencySql.Take(
                additions,
                user,
                write.Key!,
                write.SessionId,
                $$"""{"next_index": {{write.First + write.Deltas.Count}}}""",
                write.Now);
        }

        if (outcomes.Any(IsMade))
        {
            await additions.CommitAsync(cancellationToken);
        }

        return outcomes;
    }

    private static void Add(SqlBatch batch, NewDeltas write)
    {
        foreach (var delta in write.Deltas)
        {
            batch.Add(
                AddDelta,
                write.UserId,
                write.SessionId,
                write.Sequence,
                delta.Index,
                delta.Text,
                SqlValue.Of(delta.Parts, NpgsqlDbType.Json));
        }

        batch.Add(
            Count,
            write.UserId,
            write.SessionId,
            write.Sequence,
            write.First + write.Deltas.Count,
            write.Deltas.Sum(delta => delta.Bytes),
            write.Deltas.Sum(delta => delta.PartCount()),
            write.Now);
    }

    private sealed record Open(int NextIndex, int Bytes, int Parts)
    {
        public bool Takes(NewDeltas write)
        {
            var parts = write.Deltas.Sum(delta => delta.PartCount());
            return write.First == NextIndex
                && NextIndex + write.Deltas.Count <= write.MaxDeltas
                && Bytes + write.Deltas.Sum(delta => delta.Bytes) <= write.MaxBytes
                && (parts == 0 || Parts + parts <= DeltaStatement.MaxParts - 1);
        }
    }
}
