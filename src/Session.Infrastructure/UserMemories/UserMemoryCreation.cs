using System.Text.Json;
using System.Text.Json.Serialization;
using NpgsqlTypes;
using SessionService.Application.Idempotency;
using SessionService.Application.UserMemories;
using SessionService.Domain.UserMemories;
using SessionService.Infrastructure.Idempotency;
using SessionService.Infrastructure.MemorySearch;
using SessionService.Infrastructure.Persistence;
using SessionService.Infrastructure.Search;

namespace SessionService.Infrastructure.UserMemories;

/// <summary>Stores new memories of a user, once for each idempotency key.</summary>
internal sealed class UserMemoryCreation(Database database, TextAnalyzer analyzer, IdempotencyRecords records)
{
    // By hand for one statement that checks, inserts unnested arrays and takes the key. It stores all memories or none: a memory that names
    // a session or message that is not the user's keeps all of them out.
    private static readonly string Create =
        $"""
        WITH input AS MATERIALIZED (
            SELECT *
            FROM unnest($2, $3, $4, $5, $6, $7, $8, $9, $10, $16) WITH ORDINALITY
                AS i (memory_id, memory_type, content, metadata, session_id, sequence, importance, valid_until, vector, words, position)
            WHERE NOT EXISTS (SELECT 1 FROM dev.idempotency_keys AS k WHERE k.user_id = $1 AND k.idempotency_key = $12)),
        refused AS MATERIALIZED (
            SELECT i.position, s.session_id IS NOT NULL AS has_session
            FROM input AS i
            LEFT JOIN dev.sessions AS s ON s.user_id = $1 AND s.session_id = i.session_id
            WHERE i.session_id IS NOT NULL AND (s.session_id IS NULL OR i.sequence > s.message_count)
            ORDER BY i.position
            LIMIT 1),
        written AS (
            INSERT INTO dev.user_memories
                (user_id, memory_id, memory_type, content, metadata, session_id, sequence, importance, valid_until, version,
                 created_at, updated_at, vector, words)
            SELECT $1, memory_id, memory_type, content, metadata, session_id, sequence, importance, valid_until, 1, $11, $11, vector, words
            FROM input
            WHERE NOT EXISTS (SELECT 1 FROM refused)
            RETURNING memory_id),
        claimed AS (
            {IdempotencySql.Claim("$14")}
            FROM (
                SELECT $1 AS user_id, $12 AS key, $13 AS request_hash, $15 AS session_id, $11 AS now
                WHERE $12 IS NOT NULL AND EXISTS (SELECT 1 FROM written)) AS keyed)
        SELECT (SELECT count(*) FROM written), (SELECT position FROM refused), (SELECT has_session FROM refused)
        """;

    public async Task<CreateMemoriesResult> CreateAsync(
        IReadOnlyList<UserMemory> memories, IdempotencyKey? key, CancellationToken cancellationToken)
    {
        if (await TryCreateAsync(memories, key, cancellationToken) is { } result)
        {
            return result;
        }

        // Read after the statement, and so of everything that is committed by now. A key may be gone again: it expired, or was erased.
        if (await records.FindAsync(memories[0].UserId, key!, cancellationToken) is not { } record)
        {
            return await CreateAsync(memories, key, cancellationToken);
        }

        if (!record.IsOf(key!.RequestHash))
        {
            return new CreateMemoriesResult(CreateMemoriesOutcome.KeyReused, []);
        }

        var made = JsonSerializer.Deserialize<MadeMemories>(record.Answer)!;
        return new CreateMemoriesResult(CreateMemoriesOutcome.Replayed, made.Apply(memories, record.CreatedAt));
    }

    /// <summary>What became of the memories; <see langword="null"/> where the key had been taken.</summary>
    private async Task<CreateMemoriesResult?> TryCreateAsync(
        IReadOnlyList<UserMemory> memories, IdempotencyKey? key, CancellationToken cancellationToken)
    {
        string[] contents = [.. memories.Select(memory => memory.Content)];
        var words = await database.ReadAsync(sql => analyzer.AnalyzeAsync(sql, contents, cancellationToken), cancellationToken);
        var (written, refused, hasSession) = await database.WriteAsync(
            sql => sql
                .Statement(
                    Create,
                    memories[0].UserId,
                    SqlValue.Column(memories, m => m.MemoryId, NpgsqlDbType.Uuid),
                    SqlValue.Column(memories, m => m.MemoryType, NpgsqlDbType.Text),
                    SqlValue.Column(memories, m => m.Content, NpgsqlDbType.Text),
                    SqlValue.Column(memories, m => m.Metadata, NpgsqlDbType.Jsonb),
                    SqlValue.Column(memories, m => m.SessionId, NpgsqlDbType.Uuid),
                    SqlValue.Column(memories, m => m.Sequence, NpgsqlDbType.Bigint),
                    SqlValue.Column(memories, m => m.Importance, NpgsqlDbType.Numeric),
                    SqlValue.Column(memories, m => m.ValidUntil, NpgsqlDbType.TimestampTz),
                    SqlValue.Column(memories, UserMemoryStore.VectorOf, NpgsqlDbType.Bytea),
                    memories[0].CreatedAt,
                    key?.Value,
                    key?.RequestHash,
                    SqlValue.Json(JsonSerializer.Serialize(MadeMemories.Of(memories))),
                    memories[0].SessionId ?? Guid.Empty,
                    SqlValue.Column(words, MemoryWords.Pack, NpgsqlDbType.Bytea))
                .FirstAsync(
                    row => (row.GetInt64(0), row.IsDBNull(1) ? (long?)null : row.GetInt64(1), !row.IsDBNull(2) && row.GetBoolean(2)),
                    cancellationToken),
            cancellationToken);
        if (written > 0)
        {
            return new CreateMemoriesResult(CreateMemoriesOutcome.Created, memories);
        }

        return refused is not { } position ? null : new CreateMemoriesResult(
            hasSession ? CreateMemoriesOutcome.MessageNotFound : CreateMemoriesOutcome.SessionNotFound, [], (int)position - 1);
    }

    /// <summary>The part of the answer that is kept under a key; the rest follows from the request.</summary>
    private sealed record MadeMemories([property: JsonPropertyName("memory_ids")] IReadOnlyList<Guid> MemoryIds)
    {
        public static MadeMemories Of(IReadOnlyList<UserMemory> memories) => new([.. memories.Select(m => m.MemoryId)]);

        public IReadOnlyList<UserMemory> Apply(IReadOnlyList<UserMemory> memories, DateTimeOffset createdAt) =>
            [.. memories.Zip(MemoryIds, (memory, id) => memory with { MemoryId = id, CreatedAt = createdAt, UpdatedAt = createdAt })];
    }
}
