using Microsoft.EntityFrameworkCore;
using Npgsql;
using NpgsqlTypes;
using SessionService.Application.Memories;
using SessionService.Domain.Memories;
using SessionService.Infrastructure.Persistence;

namespace SessionService.Infrastructure.Memories;

internal sealed class MemoryStore(SessionDbContext context, NpgsqlDataSource dataSource) : IMemoryStore
{
    // The unique key decides between two first memories. Locking the session keeps its count and the memory of one moment:
    // a message is either counted in total_messages or comes after it. xmax is 0 in a row that was inserted, not updated.
    private const string Write =
        """
        WITH session AS (
            SELECT message_count FROM dev.sessions WHERE user_id = $1 AND session_id = $2 FOR NO KEY UPDATE),
        put_away AS (
            SELECT FROM dev.session_memories WHERE user_id = $1 AND session_id = $2 AND NOT is_active)
        INSERT INTO dev.session_memories AS memory
            (user_id, session_id, id, memory_type, conversation_summary, session_metadata, user_preferences, ongoing_tasks,
             total_messages, last_summary_at, is_active, created_at, updated_at)
        SELECT $1, $2, $3, $4, $5, $6, $7, $8, session.message_count, $9, true, $9, $9
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
            updated_at = greatest(memory.updated_at, excluded.updated_at)
        RETURNING id, total_messages, last_summary_at, created_at, updated_at, xmax = 0 OR EXISTS (SELECT FROM put_away)
        """;

    public async Task<WrittenMemory?> WriteAsync(SessionMemory memory, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
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
            },
        };
        await command.PrepareAsync(cancellationToken);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken))
        {
            return null;
        }

        var stored = new SessionMemory
        {
            UserId = memory.UserId,
            SessionId = memory.SessionId,
            MemoryId = reader.GetGuid(0),
            MemoryType = memory.MemoryType,
            Content = memory.Content,
            Metadata = memory.Metadata,
            UserPreferences = memory.UserPreferences,
            OngoingTasks = memory.OngoingTasks,
            TotalMessages = reader.GetInt64(1),
            LastSummaryAt = reader.GetFieldValue<DateTimeOffset>(2),
            CreatedAt = reader.GetFieldValue<DateTimeOffset>(3),
            UpdatedAt = reader.GetFieldValue<DateTimeOffset>(4),
        };
        return new WrittenMemory(stored, Created: reader.GetBoolean(5));
    }

    public Task<SessionWithMemory?> FindAsync(string userId, Guid sessionId, CancellationToken cancellationToken) =>
        context.Sessions
            .Where(s => s.UserId == userId && s.SessionId == sessionId)
            .Select(s => new SessionWithMemory(
                context.Memories.SingleOrDefault(m => m.UserId == userId && m.SessionId == sessionId && m.IsActive),
                s.MessageCount))
            .AsNoTracking()
            .SingleOrDefaultAsync(cancellationToken);
}
