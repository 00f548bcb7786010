using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using NpgsqlTypes;
using SessionService.Application.Idempotency;
using SessionService.Application.Memories;
using SessionService.Domain.Memories;
using SessionService.Infrastructure.Embeddings;
using SessionService.Infrastructure.Idempotency;
using SessionService.Infrastructure.MemorySearch;
using SessionService.Infrastructure.Persistence;
using SessionService.Infrastructure.Search;

namespace SessionService.Infrastructure.Memories;

internal sealed class MemoryStore(SessionDbContext context, NpgsqlDataSource dataSource, TextAnalyzer analyzer, IdempotencyRecords records) : IMemoryStore
{
    // The unique key decides between two first memories. Locking the session keeps its count and the memory of one moment:
    // a message is either counted in total_messages or comes after it. xmax is 0 in a row that was inserted, not updated.
    private static readonly string Write =
        $"""
        WITH session AS (
            SELECT message_count
            FROM dev.sessions
            WHERE user_id = $1 AND session_id = $2
              AND NOT EXISTS (SELECT FROM dev.idempotency_keys AS k WHERE k.user_id = $1 AND k.idempotency_key = $10)
            FOR NO KEY UPDATE),
        put_away AS (
            SELECT FROM dev.session_memories WHERE user_id = $1 AND session_id = $2 AND NOT is_active),
        written AS (
            INSERT INTO dev.session_memories AS memory
                (user_id, session_id, id, memory_type, conversation_summary, session_metadata, user_preferences, ongoing_tasks,
                 total_messages, last_summary_at, is_active, created_at, updated_at, vector, words)
            SELECT $1, $2, $3, $4, $5, $6, $7, $8, session.message_count, $9, true, $9, $9, $12, $13
            FROM session
            ON CONFLICT (user_id, session_id) DO UPDATE SET
                memory_type = excluded.memory_type,
                conversation_summary = excluded.conversation_summary,
                session_metadata = excluded.session_metadata,
                user_preferences = excluded.user_preferences,
                ongoing_tasks = excluded.ongoing_tasks,
                total_messages = excluded.total_messages,
                last_summary_at = greatest(memory.last_summary_at, excluded.last_summary_at),
                is_active = true,
                vector = excluded.vector,
                words = excluded.words,
                model = NULL,
                model_vector = NULL,
                updated_at = greatest(memory.updated_at, excluded.updated_at)
            RETURNING user_id, session_id, id, total_messages, last_summary_at, created_at, updated_at,
                      xmax = 0 OR EXISTS (SELECT FROM put_away) AS is_first),
        claimed AS (
            {IdempotencySql.Claim(
                """
                jsonb_build_object('memory_id', id, 'total_messages', total_messages, 'last_summary_at', last_summary_at,
                                   'created_at', created_at, 'updated_at', updated_at, 'is_first', is_first)
                """)}
            FROM (SELECT *, $10 AS key, $11 AS request_hash, $9 AS now FROM written WHERE $10 IS NOT NULL) AS keyed)
        SELECT id, total_messages, last_summary_at, created_at, updated_at, is_first
        FROM written
        """;

    private const string Import =
        """
        INSERT INTO dev.session_memories AS memory
            (user_id, session_id, id, memory_type, conversation_summary, session_metadata, user_preferences, ongoing_tasks,
             total_messages, last_summary_at, is_active, created_at, updated_at, vector, words)
        SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, true, $11, $12, $13, $14
        FROM dev.sessions
        WHERE user_id = $1 AND session_id = $2
        ON CONFLICT (user_id, session_id) DO UPDATE SET
            id = excluded.id,
            memory_type = excluded.memory_type,
            conversation_summary = excluded.conversation_summary,
            session_metadata = excluded.session_metadata,
            user_preferences = excluded.user_preferences,
            ongoing_tasks = excluded.ongoing_tasks,
            total_messages = excluded.total_messages,
            last_summary_at = excluded.last_summary_at,
            is_active = true,
            created_at = excluded.created_at,
            updated_at = excluded.updated_at,
            vector = excluded.vector,
            words = excluded.words,
            model = NULL,
            model_vector = NULL
        WHERE NOT memory.is_active
        """;

    private const int MaxAttempts = 3;

    public async Task<WriteMemoryResult> WriteAsync(SessionMemory memory, IdempotencyKey? key, CancellationToken cancellationToken)
    {
        if (await SecondConnection.RetryAsync(() => TryWriteAsync(memory, key, cancellationToken)) is { } written)
        {
            return new WriteMemoryResult(WriteMemoryOutcome.Written, written.Apply(memory), written.IsFirst);
        }

        if (key is null || await records.FindAsync(memory.UserId, key, cancellationToken) is not { } record)
        {
            return new WriteMemoryResult(WriteMemoryOutcome.SessionNotFound);
        }

        if (!record.IsOf(key.RequestHash))
        {
            return new WriteMemoryResult(WriteMemoryOutcome.KeyReused);
        }

        var answer = JsonSerializer.Deserialize<MemoryAnswer>(record.Answer)!;
        return new WriteMemoryResult(WriteMemoryOutcome.Replayed, answer.Apply(memory), answer.IsFirst);
    }

    public async Task<bool> ImportAsync(SessionMemory memory, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        var words = await MemoryWords.OfAsync(memory.Content, analyzer, connection, cancellationToken);
        await using var command = new NpgsqlCommand(Import, connection)
        {
            Parameters =
            {
                new NpgsqlParameter<string> { TypedValue = memory.UserId },
                new NpgsqlParameter<Guid> { TypedValue = memory.SessionId },
                new NpgsqlParameter<Guid> { TypedValue = memory.MemoryId },
                new NpgsqlParameter<string> { TypedValue = memory.MemoryType },
                new NpgsqlParameter<string> { TypedValue = memory.Content },
                new NpgsqlParameter<string> { TypedValue = memory.Metadata, NpgsqlDbType = NpgsqlDbType.Jsonb },
                new NpgsqlParameter<string> { TypedValue = memory.UserPreferences, NpgsqlDbType = NpgsqlDbType.Jsonb },
                new NpgsqlParameter<string> { TypedValue = memory.OngoingTasks, NpgsqlDbType = NpgsqlDbType.Jsonb },
                new NpgsqlParameter<long> { TypedValue = memory.TotalMessages },
                new NpgsqlParameter<DateTimeOffset> { TypedValue = memory.LastSummaryAt },
                new NpgsqlParameter<DateTimeOffset> { TypedValue = memory.CreatedAt },
                new NpgsqlParameter<DateTimeOffset> { TypedValue = memory.UpdatedAt },
                new NpgsqlParameter<byte[]> { TypedValue = PackedVector.Pack(StaticEmbedding.Shipped.Embed(memory.Content)) },
                new NpgsqlParameter<byte[]> { TypedValue = words },
            },
        };
        await command.PrepareAsync(cancellationToken);
        return await command.ExecuteNonQueryAsync(cancellationToken) > 0;
    }

    private async Task<MemoryAnswer?> TryWriteAsync(SessionMemory memory, IdempotencyKey? key, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        var words = await MemoryWords.OfAsync(memory.Content, analyzer, connection, cancellationToken);
        await using var command = new NpgsqlCommand(Write, connection)
        {
            Parameters =
            {
                new NpgsqlParameter<string> { TypedValue = memory.UserId },
                new NpgsqlParameter<Guid> { TypedValue = memory.SessionId },
                new NpgsqlParameter<Guid> { TypedValue = memory.MemoryId },
                new NpgsqlParameter<string> { TypedValue = memory.MemoryType },
                new NpgsqlParameter<string> { TypedValue = memory.Content },
                new NpgsqlParameter<string> { TypedValue = memory.Metadata, NpgsqlDbType = NpgsqlDbType.Jsonb },
                new NpgsqlParameter<string> { TypedValue = memory.UserPreferences, NpgsqlDbType = NpgsqlDbType.Jsonb },
                new NpgsqlParameter<string> { TypedValue = memory.OngoingTasks, NpgsqlDbType = NpgsqlDbType.Jsonb },
                new NpgsqlParameter<DateTimeOffset> { TypedValue = memory.UpdatedAt },
                new NpgsqlParameter<string?> { TypedValue = key?.Value },
                new NpgsqlParameter<byte[]?> { TypedValue = key?.RequestHash },
                new NpgsqlParameter<byte[]> { TypedValue = PackedVector.Pack(StaticEmbedding.Shipped.Embed(memory.Content)) },
                new NpgsqlParameter<byte[]> { TypedValue = words },
            },
        };
        for (var attempt = 1; ; attempt++)
        {
            await command.PrepareAsync(cancellationToken);
            try
            {
                return await UncertainWrite.ExecuteAsync(command, reader => ReadAsync(reader, cancellationToken), cancellationToken);
            }
            catch (PostgresException exception) when (attempt < MaxAttempts && DatabaseFaults.IsRace(exception))
            {
                // The same request was made by another connection meanwhile; nothing was by this one, which sees it now.
            }
        }
    }

    private static async Task<MemoryAnswer?> ReadAsync(NpgsqlDataReader reader, CancellationToken cancellationToken) =>
        !await reader.ReadAsync(cancellationToken) ? null : new MemoryAnswer(
            reader.GetGuid(0),
            reader.GetInt64(1),
            reader.GetFieldValue<DateTimeOffset>(2),
            reader.GetFieldValue<DateTimeOffset>(3),
            reader.GetFieldValue<DateTimeOffset>(4),
            reader.GetBoolean(5));

    public Task<SessionWithMemory?> FindAsync(string userId, Guid sessionId, CancellationToken cancellationToken) =>
        context.Sessions
            .Where(s => s.UserId == userId && s.SessionId == sessionId)
            .Select(s => new SessionWithMemory(
                context.Memories.SingleOrDefault(m => m.UserId == userId && m.SessionId == sessionId && m.IsActive),
                s.MessageCount))
            .AsNoTracking()
            .SingleOrDefaultAsync(cancellationToken);

    /// <summary>What the database decides of a memory, and what is kept of the answer under a key.</summary>
    private sealed record MemoryAnswer(
        [property: JsonPropertyName("memory_id")] Guid MemoryId,
        [property: JsonPropertyName("total_messages")] long TotalMessages,
        [property: JsonPropertyName("last_summary_at")] DateTimeOffset LastSummaryAt,
        [property: JsonPropertyName("created_at")] DateTimeOffset CreatedAt,
        [property: JsonPropertyName("updated_at")] DateTimeOffset UpdatedAt,
        [property: JsonPropertyName("is_first")] bool IsFirst)
    {
        public SessionMemory Apply(SessionMemory memory) => new()
        {
            UserId = memory.UserId,
            SessionId = memory.SessionId,
            MemoryId = MemoryId,
            MemoryType = memory.MemoryType,
            Content = memory.Content,
            Metadata = memory.Metadata,
            UserPreferences = memory.UserPreferences,
            OngoingTasks = memory.OngoingTasks,
            TotalMessages = TotalMessages,
            LastSummaryAt = LastSummaryAt,
            CreatedAt = CreatedAt,
            UpdatedAt = UpdatedAt,
        };
    }
}
