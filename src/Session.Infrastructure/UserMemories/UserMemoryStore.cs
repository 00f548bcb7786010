using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using NpgsqlTypes;
using SessionService.Application.Idempotency;
using SessionService.Application.Paging;
using SessionService.Application.UserMemories;
using SessionService.Domain.UserMemories;
using SessionService.Infrastructure.Embeddings;
using SessionService.Infrastructure.Idempotency;
using SessionService.Infrastructure.MemorySearch;
using SessionService.Infrastructure.Persistence;
using SessionService.Infrastructure.Search;

namespace SessionService.Infrastructure.UserMemories;

internal sealed class UserMemoryStore(
    SessionDbContext context, NpgsqlDataSource dataSource, TextAnalyzer analyzer, IdempotencyRecords records) : IUserMemoryStore
{
    /// <summary>How many earlier versions of a memory are kept.</summary>
    public const int MaxVersions = 1_000;

    private const int MaxAttempts = 3;

    // All or none: one that names what is not the user's keeps all of them out. The key is taken by the same statement.
    private static readonly string Create =
        $"""
        WITH input AS MATERIALIZED (
            SELECT *
            FROM unnest($2, $3, $4, $5, $6, $7, $8, $9, $10, $16) WITH ORDINALITY
                AS i (memory_id, memory_type, content, metadata, session_id, sequence, importance, valid_until, vector, words, position)
            WHERE NOT EXISTS (SELECT FROM dev.idempotency_keys AS k WHERE k.user_id = $1 AND k.idempotency_key = $12)),
        refused AS MATERIALIZED (
            SELECT i.position, s.session_id IS NOT NULL AS has_session
            FROM input AS i
            LEFT JOIN dev.sessions AS s ON s.user_id = $1 AND s.session_id = i.session_id
            WHERE i.session_id IS NOT NULL AND (s.session_id IS NULL OR i.sequence > s.message_count)
            ORDER BY i.position
            LIMIT 1),
        written AS (
            INSERT INTO dev.user_memories
                (user_id, memory_id, memory_type, content, metadata, session_id, sequence, importance, valid_until, version, created_at, updated_at,
                 vector, words)
            SELECT $1, memory_id, memory_type, content, metadata, session_id, sequence, importance, valid_until, 1, $11, $11, vector, words
            FROM input
            WHERE NOT EXISTS (SELECT FROM refused)
            RETURNING memory_id),
        claimed AS (
            {IdempotencySql.Claim("$14")}
            FROM (
                SELECT $1 AS user_id, $12 AS key, $13 AS request_hash, $15 AS session_id, $11 AS now
                WHERE $12 IS NOT NULL AND EXISTS (SELECT FROM written)) AS keyed)
        SELECT (SELECT count(*) FROM written), (SELECT position FROM refused), (SELECT has_session FROM refused)
        """;

    // A vector of another model is of the old content.
    private const string Update =
        """
        UPDATE dev.user_memories
        SET memory_type = $3, content = $4, metadata = $5, session_id = $6, sequence = $7, importance = $8, valid_until = $9,
            version = $10, updated_at = $11, vector = $12, words = $13, model = NULL, model_vector = NULL
        WHERE user_id = $1 AND memory_id = $2
        """;

    public async Task<CreateMemoriesResult> CreateAsync(
        IReadOnlyList<UserMemory> memories, IdempotencyKey? key, CancellationToken cancellationToken)
    {
        var userId = memories[0].UserId;
        if (await TryCreateAsync(memories, key, cancellationToken) is { } result)
        {
            return result;
        }

        // Asked after the statement, of what is committed by now.
        if (key is null || await records.FindAsync(userId, key, cancellationToken) is not { } record)
        {
            throw new InvalidOperationException("Memories were neither written nor refused.");
        }

        return record.IsOf(key.RequestHash)
            ? new CreateMemoriesResult(CreateMemoriesOutcome.Replayed, JsonSerializer.Deserialize<MadeMemories>(record.Answer)!.Apply(memories, record.CreatedAt))
            : new CreateMemoriesResult(CreateMemoriesOutcome.KeyReused, []);
    }

    public Task<UserMemory?> FindAsync(string userId, Guid memoryId, CancellationToken cancellationToken) =>
        context.UserMemories.AsNoTracking().SingleOrDefaultAsync(m => m.UserId == userId && m.MemoryId == memoryId, cancellationToken);

    public Task<Paged<UserMemory>> ListAsync(
        string userId, UserMemoryFilter filter, DateTimeOffset now, PageRange range, TimeCursor? cursor, CancellationToken cancellationToken)
    {
        var memories = Filter(context.UserMemories.AsNoTracking().Where(m => m.UserId == userId), filter, now);

        return context.ReadSnapshotAsync(() => ReadPageAsync(memories, range, cursor, cancellationToken), cancellationToken);
    }

    private static async Task<Paged<UserMemory>> ReadPageAsync(
        IQueryable<UserMemory> memories, PageRange range, TimeCursor? cursor, CancellationToken cancellationToken)
    {
        var total = await memories.LongCountAsync(cancellationToken);
        if (range.Skip >= total)
        {
            return new Paged<UserMemory>([], total, HasMore: false);
        }

        if (cursor is { } after)
        {
            memories = memories.Where(m => EF.Functions.LessThan(
                ValueTuple.Create(m.CreatedAt, m.MemoryId), ValueTuple.Create(after.CreatedAt, after.Id)));
        }

        var page = await memories
            .OrderByDescending(m => m.CreatedAt).ThenByDescending(m => m.MemoryId)
            .Skip((int)range.Skip).Take(range.Size + 1)
            .ToListAsync(cancellationToken);
        var hasMore = page.Count > range.Size;
        return new Paged<UserMemory>(hasMore ? page[..range.Size] : page, total, hasMore);
    }

    public Task<MemoryVersions?> ListVersionsAsync(string userId, Guid memoryId, PageRange range, CancellationToken cancellationToken) =>
        context.ReadSnapshotAsync(() => ReadVersionsAsync(userId, memoryId, range, cancellationToken), cancellationToken);

    private async Task<MemoryVersions?> ReadVersionsAsync(string userId, Guid memoryId, PageRange range, CancellationToken cancellationToken)
    {
        if (await FindAsync(userId, memoryId, cancellationToken) is not { } current)
        {
            return null;
        }

        // The current version is the first item of the first page.
        var versions = context.UserMemoryVersions.AsNoTracking().Where(v => v.UserId == userId && v.MemoryId == memoryId);
        var kept = await versions.LongCountAsync(cancellationToken);
        var earlier = range.Skip > kept ? [] : await versions
            .OrderByDescending(v => v.Version)
            .Skip((int)Math.Max(0, range.Skip - 1)).Take(range.Skip == 0 ? range.Size - 1 : range.Size)
            .ToListAsync(cancellationToken);
        return new MemoryVersions(current, earlier, kept + 1);
    }

    public Task<UserMemory?> ChangeAsync(
        string userId, Guid memoryId, Func<UserMemory, UserMemory> change, CancellationToken cancellationToken) =>
        context.InTransactionAsync(() => ChangeLockedAsync(userId, memoryId, change, cancellationToken), cancellationToken);

    private async Task<UserMemory?> ChangeLockedAsync(
        string userId, Guid memoryId, Func<UserMemory, UserMemory> change, CancellationToken cancellationToken)
    {
        if (await LockAsync(userId, memoryId, cancellationToken) is not { } found)
        {
            return null;
        }

        var changed = change(found);
        if (changed == found)
        {
            return found;
        }

        if ((changed.SessionId, changed.Sequence) != (found.SessionId, found.Sequence))
        {
            await CheckOriginAsync(changed, cancellationToken);
        }

        await KeepVersionAsync(found, cancellationToken);
        await UpdateAsync(changed, cancellationToken);
        return changed;
    }

    public Task<bool> DeleteAsync(string userId, Guid memoryId, Action<UserMemory> check, CancellationToken cancellationToken) =>
        context.InTransactionAsync(
            async () =>
            {
                if (await LockAsync(userId, memoryId, cancellationToken) is not { } found)
                {
                    return false;
                }

                check(found);
                await context.UserMemories.Where(m => m.UserId == userId && m.MemoryId == memoryId).ExecuteDeleteAsync(cancellationToken);
                return true;
            },
            cancellationToken);

    public async Task<bool> ImportAsync(UserMemory memory, CancellationToken cancellationToken)
    {
        // Given back before the next one is taken: who waits for a second connection while holding the first may keep everybody waiting.
        byte[] words;
        await using (var connection = await dataSource.OpenConnectionAsync(cancellationToken))
        {
            words = await MemoryWords.OfAsync(memory.Content, analyzer, connection, cancellationToken);
        }

        return await context.Database.ExecuteSqlAsync(
            $"""
            INSERT INTO dev.user_memories
                (user_id, memory_id, memory_type, content, metadata, session_id, sequence, importance, valid_until, version, created_at, updated_at,
                 vector, words)
            VALUES ({memory.UserId}, {memory.MemoryId}, {memory.MemoryType}, {memory.Content}, {memory.Metadata}::jsonb, {memory.SessionId}, {memory.Sequence},
                    {memory.Importance}, {memory.ValidUntil}, {memory.Version}, {memory.CreatedAt}, {memory.UpdatedAt}, {Vector(memory)}, {words})
            ON CONFLICT DO NOTHING
            """,
            cancellationToken) > 0;
    }

    public async Task<bool?> ImportAsync(UserMemoryVersion version, CancellationToken cancellationToken)
    {
        var added = await context.Database.ExecuteSqlAsync(
            $"""
            INSERT INTO dev.user_memory_versions
                (user_id, memory_id, version, memory_type, content, metadata, session_id, sequence, importance, valid_until, written_at)
            SELECT user_id, memory_id, {version.Version}, {version.MemoryType}, {version.Content}, {version.Metadata}::jsonb, {version.SessionId},
                   {version.Sequence}, {version.Importance}, {version.ValidUntil}, {version.WrittenAt}
            FROM dev.user_memories
            WHERE user_id = {version.UserId} AND memory_id = {version.MemoryId} AND {version.Version} < version AND {version.Version} >= version - {MaxVersions}
            ON CONFLICT DO NOTHING
            """,
            cancellationToken) > 0;
        return added || await context.UserMemoryVersions.AnyAsync(
            v => v.UserId == version.UserId && v.MemoryId == version.MemoryId && v.Version == version.Version, cancellationToken)
            ? added
            : null;
    }

    private static IQueryable<UserMemory> Filter(IQueryable<UserMemory> memories, UserMemoryFilter filter, DateTimeOffset now)
    {
        memories = filter.MemoryType is { } type ? memories.Where(m => m.MemoryType == type) : memories;
        memories = filter.SessionId is { } session ? memories.Where(m => m.SessionId == session) : memories;
        memories = filter.Metadata is { } metadata ? memories.Where(m => EF.Functions.JsonContains(m.Metadata, metadata)) : memories;
        memories = filter.CreatedAfter is { } after ? memories.Where(m => m.CreatedAt >= after.ToUniversalTime()) : memories;
        memories = filter.CreatedBefore is { } before ? memories.Where(m => m.CreatedAt < before.ToUniversalTime()) : memories;
        return filter.Valid switch
        {
            true => memories.Where(m => m.ValidUntil == null || m.ValidUntil > now),
            false => memories.Where(m => m.ValidUntil <= now),
            null => memories,
        };
    }

    private async Task<CreateMemoriesResult?> TryCreateAsync(
        IReadOnlyList<UserMemory> memories, IdempotencyKey? key, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        var words = await analyzer.AnalyzeAsync(connection, [.. memories.Select(memory => memory.Content)], cancellationToken);
        await using var command = new NpgsqlCommand(Create, connection)
        {
            Parameters =
            {
                new NpgsqlParameter<string> { TypedValue = memories[0].UserId },
                ArrayParameter.Of(memories, m => m.MemoryId, NpgsqlDbType.Uuid),
                ArrayParameter.Of(memories, m => m.MemoryType, NpgsqlDbType.Text),
                ArrayParameter.Of(memories, m => m.Content, NpgsqlDbType.Text),
                ArrayParameter.Of(memories, m => m.Metadata, NpgsqlDbType.Jsonb),
                ArrayParameter.Of(memories, m => m.SessionId, NpgsqlDbType.Uuid),
                ArrayParameter.Of(memories, m => m.Sequence, NpgsqlDbType.Bigint),
                ArrayParameter.Of(memories, m => m.Importance, NpgsqlDbType.Numeric),
                ArrayParameter.Of(memories, m => m.ValidUntil, NpgsqlDbType.TimestampTz),
                ArrayParameter.Of(memories, Vector, NpgsqlDbType.Bytea),
                new NpgsqlParameter<DateTimeOffset> { TypedValue = memories[0].CreatedAt },
                new NpgsqlParameter<string?> { TypedValue = key?.Value },
                new NpgsqlParameter<byte[]?> { TypedValue = key?.RequestHash },
                new NpgsqlParameter<string> { TypedValue = JsonSerializer.Serialize(MadeMemories.Of(memories)), NpgsqlDbType = NpgsqlDbType.Jsonb },
                new NpgsqlParameter<Guid> { TypedValue = memories[0].SessionId ?? Guid.Empty },
                ArrayParameter.Of(words, MemoryWords.Pack, NpgsqlDbType.Bytea),
            },
        };
        for (var attempt = 1; ; attempt++)
        {
            await command.PrepareAsync(cancellationToken);
            try
            {
                return await UncertainWrite.ExecuteAsync(command, reader => ReadAsync(reader, memories, cancellationToken), cancellationToken);
            }
            catch (PostgresException exception) when (attempt < MaxAttempts && DatabaseFaults.IsRace(exception))
            {
                // The same request was made by another connection meanwhile; nothing was by this one, which sees it now.
            }
        }
    }

    /// <summary>What became of the memories; <see langword="null"/> where the key had been taken.</summary>
    private static async Task<CreateMemoriesResult?> ReadAsync(
        NpgsqlDataReader reader, IReadOnlyList<UserMemory> memories, CancellationToken cancellationToken)
    {
        await reader.ReadAsync(cancellationToken);
        if (reader.GetInt64(0) > 0)
        {
            return new CreateMemoriesResult(CreateMemoriesOutcome.Created, memories);
        }

        return reader.IsDBNull(1) ? null : new CreateMemoriesResult(
            reader.GetBoolean(2) ? CreateMemoriesOutcome.MessageNotFound : CreateMemoriesOutcome.SessionNotFound, [], (int)reader.GetInt64(1) - 1);
    }

    private Task<UserMemory?> LockAsync(string userId, Guid memoryId, CancellationToken cancellationToken) =>
        context.UserMemories
            .FromSql($"SELECT * FROM dev.user_memories WHERE user_id = {userId} AND memory_id = {memoryId} FOR NO KEY UPDATE")
            .AsNoTracking()
            .SingleOrDefaultAsync(cancellationToken);

    private async Task CheckOriginAsync(UserMemory memory, CancellationToken cancellationToken)
    {
        if (memory.SessionId is not { } sessionId)
        {
            return;
        }

        var messages = await context.Sessions
            .Where(s => s.UserId == memory.UserId && s.SessionId == sessionId)
            .Select(s => (long?)s.MessageCount)
            .SingleOrDefaultAsync(cancellationToken) ?? throw UserMemoryErrors.NoSuchSession();
        if (memory.Sequence > messages)
        {
            throw UserMemoryErrors.NoSuchMessage();
        }
    }

    private async Task KeepVersionAsync(UserMemory found, CancellationToken cancellationToken)
    {
        await context.Database.ExecuteSqlAsync(
            $"""
            INSERT INTO dev.user_memory_versions
                (user_id, memory_id, version, memory_type, content, metadata, session_id, sequence, importance, valid_until, written_at)
            SELECT user_id, memory_id, version, memory_type, content, metadata, session_id, sequence, importance, valid_until, updated_at
            FROM dev.user_memories
            WHERE user_id = {found.UserId} AND memory_id = {found.MemoryId}
            """,
            cancellationToken);
        var oldest = found.Version - MaxVersions;
        if (oldest > 0)
        {
            await context.UserMemoryVersions
                .Where(v => v.UserId == found.UserId && v.MemoryId == found.MemoryId && v.Version <= oldest)
                .ExecuteDeleteAsync(cancellationToken);
        }
    }

    private async Task UpdateAsync(UserMemory memory, CancellationToken cancellationToken)
    {
        var connection = (NpgsqlConnection)context.Database.GetDbConnection();
        var words = await MemoryWords.OfAsync(memory.Content, analyzer, connection, cancellationToken);
        await using var command = new NpgsqlCommand(Update, connection)
        {
            Parameters =
            {
                new NpgsqlParameter<string> { TypedValue = memory.UserId },
                new NpgsqlParameter<Guid> { TypedValue = memory.MemoryId },
                new NpgsqlParameter<string> { TypedValue = memory.MemoryType },
                new NpgsqlParameter<string> { TypedValue = memory.Content },
                new NpgsqlParameter<string> { TypedValue = memory.Metadata, NpgsqlDbType = NpgsqlDbType.Jsonb },
                new NpgsqlParameter<Guid?> { TypedValue = memory.SessionId },
                new NpgsqlParameter<long?> { TypedValue = memory.Sequence },
                new NpgsqlParameter<decimal?> { TypedValue = memory.Importance },
                new NpgsqlParameter<DateTimeOffset?> { TypedValue = memory.ValidUntil },
                new NpgsqlParameter<int> { TypedValue = memory.Version },
                new NpgsqlParameter<DateTimeOffset> { TypedValue = memory.UpdatedAt },
                new NpgsqlParameter<byte[]> { TypedValue = Vector(memory) },
                new NpgsqlParameter<byte[]> { TypedValue = words },
            },
        };
        await command.PrepareAsync(cancellationToken);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static byte[] Vector(UserMemory memory) => PackedVector.Pack(StaticEmbedding.Shipped.Embed(memory.Content));

    /// <summary>What is kept of the answer under a key; the rest follows from the request.</summary>
    private sealed record MadeMemories([property: JsonPropertyName("memory_ids")] IReadOnlyList<Guid> MemoryIds)
    {
        public static MadeMemories Of(IReadOnlyList<UserMemory> memories) => new([.. memories.Select(m => m.MemoryId)]);

        public IReadOnlyList<UserMemory> Apply(IReadOnlyList<UserMemory> memories, DateTimeOffset createdAt) =>
            [.. memories.Zip(MemoryIds, (memory, id) => memory with { MemoryId = id, CreatedAt = createdAt, UpdatedAt = createdAt })];
    }
}
