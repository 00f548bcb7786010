using Npgsql;
using NpgsqlTypes;
using SessionService.Application.Deltas;
using SessionService.Infrastructure.Idempotency;
using SessionService.Infrastructure.Persistence;
using SessionService.Infrastructure.Writes;

namespace SessionService.Infrastructure.Deltas;

/// <summary>The outcome of one write of a group.</summary>
/// <param name="IsAdded">Whether the deltas are stored.</param>
/// <param name="NextIndex">Which delta the message took next before; <see langword="null"/> where it is not in progress.</param>
internal readonly record struct DeltasAdded(bool IsAdded, int? NextIndex);

/// <summary>Adds the deltas of a group of writes, to any messages in progress.</summary>
internal sealed class DeltaStatement : IGroupStatement<NewDeltas, DeltasAdded>
{
    // Approximate size of a delta without its text.
    private const int DeltaOverheadBytes = 128;

    // The most parts of a message, so that an import takes its export.
    internal const int MaxParts = Application.Messages.Parts.PartChecks.MaxParts;

    // By hand for its CTEs, which write three tables for a group of writes in one round trip.
    //
    // The messages are locked in the order of their key. Who completes a message locks it too, so a delta comes before or finds it closed.
    // A write is left out as a whole where its first delta is not the next one, the message would be too long, or the key is taken.
    private static readonly string Text =
        $"""
        WITH wanted AS MATERIALIZED (
            SELECT *
            FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) AS w (
                write, user_id, session_id, sequence, first, deltas, bytes, parts, max_bytes, max_deltas, now, key, request_hash)),
        message AS MATERIALIZED (
            SELECT o.user_id, o.session_id, o.sequence, o.next_index, o.bytes, o.parts
            FROM dev.open_messages AS o
            WHERE (o.user_id, o.session_id, o.sequence) IN (SELECT w.user_id, w.session_id, w.sequence FROM wanted AS w)
            ORDER BY o.user_id, o.session_id, o.sequence
            FOR NO KEY UPDATE),
        taken AS MATERIALIZED (
            SELECT w.*, w.first + w.deltas AS next_index
            FROM wanted AS w
            JOIN message AS m ON m.user_id = w.user_id AND m.session_id = w.session_id AND m.sequence = w.sequence
            WHERE w.first = m.next_index
              AND m.next_index + w.deltas <= w.max_deltas AND m.bytes + w.bytes <= w.max_bytes
              AND (w.parts = 0 OR m.parts + w.parts <= {MaxParts - 1})
              AND NOT EXISTS (
                SELECT 1 FROM dev.idempotency_keys AS k WHERE k.user_id = w.user_id AND k.idempotency_key = w.key)),
        added AS (
            INSERT INTO dev.message_deltas (user_id, session_id, sequence, index, text, parts)
            SELECT t.user_id, t.session_id, t.sequence, d.index, d.text, d.parts
            FROM unnest($14, $15, $16, $17) AS d (write, index, text, parts)
            JOIN taken AS t ON t.write = d.write),
        counted AS (
            UPDATE dev.open_messages AS o
            SET next_index = t.next_index,
                bytes = o.bytes + t.bytes,
                parts = o.parts + t.parts,
                touched_at = greatest(o.touched_at, t.now)
            FROM taken AS t
            WHERE o.user_id = t.user_id AND o.session_id = t.session_id AND o.sequence = t.sequence),
        claimed AS (
            {IdempotencySql.Claim("jsonb_build_object('next_index', next_index)")}
            FROM taken
            WHERE key IS NOT NULL
            ORDER BY user_id, key)
        SELECT w.write, t.write IS NOT NULL, m.next_index
        FROM wanted AS w
        LEFT JOIN message AS m ON m.user_id = w.user_id AND m.session_id = w.session_id AND m.sequence = w.sequence
        LEFT JOIN taken AS t ON t.write = w.write
        """;

    public WriteKind Kind => WriteKind.Delta;

    public string UserOf(NewDeltas write) => write.UserId;

    public long SizeOf(NewDeltas write) => write.Deltas.Sum(
        delta => DeltaOverheadBytes + (sizeof(char) * ((long)(delta.Text?.Length ?? 0) + (delta.Parts?.Length ?? 0))));

    public Guid? RowOf(NewDeltas write) => write.SessionId;

    /// <summary>One write to a message, because the next one must see which delta comes next; and one with a key.</summary>
    public Predicate<NewDeltas> NewAdmission()
    {
        var messages = new HashSet<(Guid, long)>();
        var keys = new HashSet<(string, string)>();
        return write =>
        {
            if (messages.Contains((write.SessionId, write.Sequence))
                || (write.Key is { } key && keys.Contains((write.UserId, key.Value))))
            {
                return false;
            }

            messages.Add((write.SessionId, write.Sequence));
            if (write.Key is not null)
            {
                keys.Add((write.UserId, write.Key.Value));
            }

            return true;
        };
    }

    public Task<DeltasAdded[]> ExecuteAsync(
        NpgsqlConnection connection, IReadOnlyList<NewDeltas> writes, CancellationToken cancellationToken)
    {
        var rows = writes.Select((write, index) => (Write: write, Index: index)).ToList();
        var deltas = rows.SelectMany(row => row.Write.Deltas.Select(delta => (Write: row.Index, Delta: delta))).ToList();
        return new Sql(connection, commitsItself: true)
            .Statement(
                Text,
                SqlValue.Column(rows, row => row.Index, NpgsqlDbType.Integer),
                SqlValue.Column(rows, row => row.Write.UserId, NpgsqlDbType.Text),
                SqlValue.Column(rows, row => row.Write.SessionId, NpgsqlDbType.Uuid),
                SqlValue.Column(rows, row => row.Write.Sequence, NpgsqlDbType.Bigint),
                SqlValue.Column(rows, row => row.Write.First, NpgsqlDbType.Integer),
                SqlValue.Column(rows, row => row.Write.Deltas.Count, NpgsqlDbType.Integer),
                SqlValue.Column(rows, row => row.Write.Deltas.Sum(delta => delta.Bytes), NpgsqlDbType.Integer),
                SqlValue.Column(rows, row => row.Write.Deltas.Sum(delta => delta.PartCount()), NpgsqlDbType.Integer),
                SqlValue.Column(rows, row => row.Write.MaxBytes, NpgsqlDbType.Integer),
                SqlValue.Column(rows, row => row.Write.MaxDeltas, NpgsqlDbType.Integer),
                SqlValue.Column(rows, row => row.Write.Now, NpgsqlDbType.TimestampTz),
                SqlValue.Column(rows, row => row.Write.Key?.Value, NpgsqlDbType.Text),
                SqlValue.Column(rows, row => row.Write.Key?.RequestHash, NpgsqlDbType.Bytea),
                SqlValue.Column(deltas, row => row.Write, NpgsqlDbType.Integer),
                SqlValue.Column(deltas, row => row.Delta.Index, NpgsqlDbType.Integer),
                SqlValue.Column(deltas, row => row.Delta.Text, NpgsqlDbType.Text),
                SqlValue.Column(deltas, row => row.Delta.Parts, NpgsqlDbType.Json))
            .ReadAsync(reader => ReadAsync(reader, writes.Count, cancellationToken), cancellationToken);
    }

    public bool IsMade(DeltasAdded outcome) => outcome.IsAdded;

    private static async Task<DeltasAdded[]> ReadAsync(NpgsqlDataReader reader, int writes, CancellationToken cancellationToken)
    {
        var outcomes = new DeltasAdded[writes];
        while (await reader.ReadAsync(cancellationToken))
        {
            outcomes[reader.GetInt32(0)] = new DeltasAdded(reader.GetBoolean(1), reader.IsDBNull(2) ? null : reader.GetInt32(2));
        }

        return outcomes;
    }
}
