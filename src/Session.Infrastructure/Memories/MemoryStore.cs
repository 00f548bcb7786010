using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.EntityFrameworkCore;
using SessionService.Application.Idempotency;
using SessionService.Application.Memories;
using SessionService.Domain.Memories;
using SessionService.Domain.Webhooks;
using SessionService.Infrastructure.Announcements;
using SessionService.Infrastructure.Embeddings;
using SessionService.Infrastructure.Idempotency;
using SessionService.Infrastructure.MemorySearch;
using SessionService.Infrastructure.Outbox;
using SessionService.Infrastructure.Persistence;
using SessionService.Infrastructure.Search;

namespace SessionService.Infrastructure.Memories;

internal sealed class MemoryStore(
    SessionDbContext context, Database database, TextAnalyzer analyzer, IdempotencyRecords records, SessionAnnouncer announcer)
    : IMemoryStore
{
    // By hand for one statement that locks, upserts (ON CONFLICT) and takes the key. The unique key decides between two first memories.
    // Locking the session keeps its count and the memory of one moment: a message is either counted in total_messages or comes after it.
    // The messages before the first one in progress count: whoever writes a memory has read no others.
    // The time of use is for retention: a session whose memory was just written is not deleted.
    // xmax is 0 in a row that was inserted, not updated.
    private static readonly string Write =
        $"""
        WITH session AS (
            UPDATE dev.sessions
            SET used_at = greatest(used_at, $9), changes = changes + 1, changed_at = greatest(changed_at, $9)
            WHERE user_id = $1 AND session_id = $2
              AND NOT EXISTS (SELECT 1 FROM dev.idempotency_keys AS k WHERE k.user_id = $1 AND k.idempotency_key = $10)
            RETURNING coalesce(open_messages[1] - 1, message_count) AS message_count, message_count + changes AS position),
        told AS (
            {OutboxSql.Insert(
                $"""
                SELECT $2 AS session_id, $3 AS event_id, position, '{WebhookEvents.MemoryWritten}' AS type, {OutboxSql.NoData} AS data,
                       $9 AS now
                FROM session
                """,
                user: "$1")}),
        put_away AS (
            SELECT 1 FROM dev.session_memories WHERE user_id = $1 AND session_id = $2 AND NOT is_active),
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
                      xmax = 0 AS is_inserted),
        stored AS (
            SELECT w.*, w.is_inserted OR EXISTS (SELECT 1 FROM put_away) AS is_first FROM written AS w),
        claimed AS (
            {IdempotencySql.Claim(
                """
                jsonb_build_object('memory_id', id, 'total_messages', total_messages, 'last_summary_at', last_summary_at,
                                   'created_at', created_at, 'updated_at', updated_at, 'is_first', is_first)
                """)}
            FROM (SELECT *, $10 AS key, $11 AS request_hash, $9 AS now FROM stored WHERE $10 IS NOT NULL) AS keyed)
        SELECT id, total_messages, last_summary_at, created_at, updated_at, is_first
        FROM stored
        """;

    // By hand for ON CONFLICT: an import that is repeated finds most memories there, which is no error. As a transaction of EF (look,
    // remove a memory that the previous service had put away, insert) it takes five round trips in place of one. The update locks the
    // session, so that it is not erased meanwhile.
    private static readonly string Import =
        $$"""
        WITH session AS (
            UPDATE dev.sessions
            SET used_at = greatest(used_at, $15), changes = changes + 1, changed_at = greatest(changed_at, $15)
            WHERE user_id = $1 AND session_id = $2
              AND NOT EXISTS (SELECT 1 FROM dev.session_memories AS m WHERE m.user_id = $1 AND m.session_id = $2 AND m.is_active)
            RETURNING session_id, message_count + changes AS position),
        told AS (
            {{OutboxSql.Insert(
                $$"""
                SELECT session_id, $16 AS event_id, position, '{{WebhookEvents.MemoryWritten}}' AS type, {{OutboxSql.NoData}} AS data,
                       $15 AS now
                FROM session
                """,
                user: "$1")}})
        INSERT INTO dev.session_memories AS memory
            (user_id, session_id, id, memory_type, conversation_summary, session_metadata, user_preferences, ongoing_tasks,
             total_messages, last_summary_at, is_active, created_at, updated_at, vector, words)
        SELECT $1, session_id, $3, $4, $5, $6, $7, $8, $9, $10, true, $11, $12, $13, $14
        FROM session
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

    public async Task<WriteMemoryResult> WriteAsync(SessionMemory memory, IdempotencyKey? key, CancellationToken cancellationToken)
    {
        var (vector, words) = await DescribeAsync(memory, cancellationToken);
        var written = await database.WriteAsync(
            sql => sql
                .Statement(
                    Write,
                    memory.UserId,
                    memory.SessionId,
                    memory.MemoryId,
                    memory.MemoryType,
                    memory.Content,
                    SqlValue.Json(memory.Metadata),
                    SqlValue.Json(memory.UserPreferences),
                    SqlValue.Json(memory.OngoingTasks),
                    memory.UpdatedAt,
                    key?.Value,
                    key?.RequestHash,
                    vector,
                    words)
                .FirstAsync(
                    row => new MemoryAnswer(
                        row.GetGuid(0),
                        row.GetInt64(1),
                        row.GetFieldValue<DateTimeOffset>(2),
                        row.GetFieldValue<DateTimeOffset>(3),
                        row.GetFieldValue<DateTimeOffset>(4),
                        row.GetBoolean(5)),
                    cancellationToken),
            cancellationToken);
        if (written is not null)
        {
            announcer.Announce(memory.UserId, memory.SessionId);
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

    public async Task<bool> ImportAsync(SessionMemory memory, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var (vector, words) = await DescribeAsync(memory, cancellationToken);
        var rows = await database.WriteAsync(
            sql => sql
                .Statement(
                    Import,
                    memory.UserId,
                    memory.SessionId,
                    memory.MemoryId,
                    memory.MemoryType,
                    memory.Content,
                    SqlValue.Json(memory.Metadata),
                    SqlValue.Json(memory.UserPreferences),
                    SqlValue.Json(memory.OngoingTasks),
                    memory.TotalMessages,
                    memory.LastSummaryAt,
                    memory.CreatedAt,
                    memory.UpdatedAt,
                    vector,
                    words,
                    now,
                    Guid.CreateVersion7(now))
                .ExecuteAsync(cancellationToken),
            cancellationToken);
        return rows > 0;
    }

    public Task<SessionWithMemory?> FindAsync(string userId, Guid sessionId, CancellationToken cancellationToken) =>
        context.Sessions
            .Where(s => s.UserId == userId && s.SessionId == sessionId)
            .Select(s => new SessionWithMemory(
                context.Memories.SingleOrDefault(m => m.UserId == userId && m.SessionId == sessionId && m.IsActive),
                s.OpenMessages == null ? s.MessageCount : s.OpenMessages[0] - 1,
                s.CurrentBranch != null))
            .AsNoTracking()
            .SingleOrDefaultAsync(cancellationToken);

    /// <summary>The vector and the words of the content, which are stored with it.</summary>
    private async Task<(byte[] Vector, byte[] Words)> DescribeAsync(SessionMemory memory, CancellationToken cancellationToken) => (
        PackedVector.Pack(StaticEmbedding.Shipped.Embed(memory.Content)),
        await database.ReadAsync(sql => MemoryWords.OfAsync(memory.Content, analyzer, sql, cancellationToken), cancellationToken));

    /// <summary>The values of a memory that the database decides. They are kept as the answer under a key.</summary>
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
