using System.Linq.Expressions;
using Microsoft.EntityFrameworkCore;
using NpgsqlTypes;
using SessionService.Application.Idempotency;
using SessionService.Application.Paging;
using SessionService.Application.UserMemories;
using SessionService.Domain.UserMemories;
using SessionService.Infrastructure.Embeddings;
using SessionService.Infrastructure.MemorySearch;
using SessionService.Infrastructure.Persistence;
using SessionService.Infrastructure.Search;

namespace SessionService.Infrastructure.UserMemories;

internal sealed class UserMemoryStore(
    SessionDbContext context, Database database, TextAnalyzer analyzer, UserMemoryCreation creation, UserMemoryChanges changes)
    : IUserMemoryStore
{
    /// <summary>How many earlier versions of a memory are kept.</summary>
    public const int MaxVersions = 1_000;

    // By hand for ON CONFLICT: an import that is repeated finds most memories there, which is no error.
    private const string Import =
        """
        INSERT INTO dev.user_memories
            (user_id, memory_id, memory_type, content, metadata, session_id, sequence, importance, valid_until, version,
             created_at, updated_at, vector, words)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
        ON CONFLICT DO NOTHING
        """;

    // By hand for ON CONFLICT, and for the lock: the memory cannot be erased meanwhile.
    private static readonly string ImportVersion =
        $"""
        INSERT INTO dev.user_memory_versions
            (user_id, memory_id, version, memory_type, content, metadata, session_id, sequence, importance, valid_until, written_at)
        SELECT user_id, memory_id, $3, $4, $5, $6, $7, $8, $9, $10, $11
        FROM dev.user_memories
        WHERE user_id = $1 AND memory_id = $2 AND $3 < version AND $3 >= version - {MaxVersions}
        FOR KEY SHARE
        ON CONFLICT DO NOTHING
        RETURNING version
        """;

    public Task<CreateMemoriesResult> CreateAsync(
        IReadOnlyList<UserMemory> memories, IdempotencyKey? key, CancellationToken cancellationToken) =>
        creation.CreateAsync(memories, key, cancellationToken);

    public Task<UserMemory?> FindAsync(string userId, Guid memoryId, CancellationToken cancellationToken) =>
        context.UserMemories.AsNoTracking().SingleOrDefaultAsync(m => m.UserId == userId && m.MemoryId == memoryId, cancellationToken);

    public async Task<StreamedPage<UserMemory>> ListAsync(
        string userId,
        UserMemoryFilter filter,
        DateTimeOffset now,
        PageRange range,
        TimeCursor? cursor,
        CancellationToken cancellationToken)
    {
        var memories = Filter(context.UserMemories.AsNoTracking().Where(m => m.UserId == userId), filter, now);
        var (found, total) = await context.ReadSnapshotAsync(
            () => FindPageAsync(memories, range, cursor, cancellationToken), cancellationToken);

        // A page by number is whole, because the next page begins after so many memories.
        List<PageItem<Guid, UserMemory>> page =
        [
            .. found.Take(range.Size).Select(
                m => new PageItem<Guid, UserMemory>(m.Memory.MemoryId, m.Bytes, m.IsWhole ? m.Memory : null)),
        ];
        page = cursor is null ? page : page[..PagePortions.CountFitting(page)];
        var items = PagePortions.ReadAsync(page, ids => ReadAsync(userId, ids, cancellationToken), memory => memory.MemoryId);
        return new StreamedPage<UserMemory>(items, page.Count == 0 ? null : found[page.Count - 1].Memory, total, found.Count > page.Count);
    }

    private static async Task<(List<Sized> Found, long Total)> FindPageAsync(
        IQueryable<UserMemory> memories, PageRange range, TimeCursor? cursor, CancellationToken cancellationToken)
    {
        var total = await memories.LongCountAsync(cancellationToken);
        if (range.Skip >= total)
        {
            return ([], total);
        }

        if (cursor is { } after)
        {
            memories = memories.Where(m => EF.Functions.LessThan(
                ValueTuple.Create(m.CreatedAt, m.MemoryId), ValueTuple.Create(after.CreatedAt, after.Id)));
        }

        var page = memories.OrderByDescending(m => m.CreatedAt).ThenByDescending(m => m.MemoryId)
            .Skip((int)range.Skip).Take(range.Size + 1);
        return (await page.Select(WithinOf(PagePortions.MaxWholeBytes(range.Size))).ToListAsync(cancellationToken), total);
    }

    private Task<List<UserMemory>> ReadAsync(string userId, Guid[] ids, CancellationToken cancellationToken) =>
        context.UserMemories.AsNoTracking().Where(m => m.UserId == userId && ids.Contains(m.MemoryId)).ToListAsync(cancellationToken);

    /// <summary>A memory, without its texts where they are longer than so many bytes.</summary>
    private static Expression<Func<UserMemory, Sized>> WithinOf(int maxBytes) => m => new Sized(
        new UserMemory
        {
            UserId = m.UserId,
            MemoryId = m.MemoryId,
            MemoryType = m.MemoryType,
            Content = SessionDbContext.TextBytes(m.Content) + SessionDbContext.TextBytes(m.Metadata) <= maxBytes ? m.Content : "",
            Metadata = SessionDbContext.TextBytes(m.Content) + SessionDbContext.TextBytes(m.Metadata) <= maxBytes ? m.Metadata : "{}",
            SessionId = m.SessionId,
            Sequence = m.Sequence,
            Importance = m.Importance,
            ValidUntil = m.ValidUntil,
            Version = m.Version,
            CreatedAt = m.CreatedAt,
            UpdatedAt = m.UpdatedAt,
        },
        SessionDbContext.TextBytes(m.Content) + SessionDbContext.TextBytes(m.Metadata),
        SessionDbContext.TextBytes(m.Content) + SessionDbContext.TextBytes(m.Metadata) <= maxBytes);

    public Task<MemoryVersions?> ListVersionsAsync(string userId, Guid memoryId, PageRange range, CancellationToken cancellationToken) =>
        context.ReadSnapshotAsync(() => FindVersionsAsync(userId, memoryId, range, cancellationToken), cancellationToken);

    private async Task<MemoryVersions?> FindVersionsAsync(
        string userId, Guid memoryId, PageRange range, CancellationToken cancellationToken)
    {
        var memory = context.UserMemories.AsNoTracking().Where(m => m.UserId == userId && m.MemoryId == memoryId);
        var current = await memory
            .Select(m => new
            {
                m.CreatedAt,
                m.Version,
                Bytes = SessionDbContext.TextBytes(m.Content) + SessionDbContext.TextBytes(m.Metadata),
            })
            .SingleOrDefaultAsync(cancellationToken);
        if (current is null)
        {
            return null;
        }

        // The current version is the first item of the first page. A version never changes, so each is read when its turn comes.
        var versions = context.UserMemoryVersions.AsNoTracking().Where(v => v.UserId == userId && v.MemoryId == memoryId);
        var kept = await versions.LongCountAsync(cancellationToken);
        var earlier = range.Skip > kept ? [] : await versions
            .OrderByDescending(v => v.Version)
            .Skip((int)Math.Max(0, range.Skip - 1)).Take(range.Skip == 0 ? range.Size - 1 : range.Size)
            .Select(v => new { v.Version, Bytes = SessionDbContext.TextBytes(v.Content) + SessionDbContext.TextBytes(v.Metadata) })
            .ToListAsync(cancellationToken);
        var page = earlier.ConvertAll(v => new PageItem<int, UserMemoryVersion>(v.Version, v.Bytes, Whole: null));
        if (range.Skip == 0)
        {
            page.Insert(0, new PageItem<int, UserMemoryVersion>(current.Version, current.Bytes, Whole: null));
        }

        return new MemoryVersions(current.CreatedAt, PagePortions.ReadAsync(page, ReadAsync, version => version.Version), kept + 1);

        async Task<List<UserMemoryVersion>> ReadAsync(int[] numbers)
        {
            var found = await versions.Where(v => numbers.Contains(v.Version)).ToListAsync(cancellationToken);
            return found.Count == numbers.Length
                ? found
                : [.. found, .. await memory.Where(m => numbers.Contains(m.Version)).Select(AsVersion).ToListAsync(cancellationToken)];
        }
    }

    private static readonly Expression<Func<UserMemory, UserMemoryVersion>> AsVersion = m => new UserMemoryVersion
    {
        UserId = m.UserId,
        MemoryId = m.MemoryId,
        Version = m.Version,
        MemoryType = m.MemoryType,
        Content = m.Content,
        Metadata = m.Metadata,
        SessionId = m.SessionId,
        Sequence = m.Sequence,
        Importance = m.Importance,
        ValidUntil = m.ValidUntil,
        WrittenAt = m.UpdatedAt,
    };

    public Task<Written<UserMemory>?> ChangeAsync(
        string userId, Guid memoryId, IdempotencyKey? key, Func<UserMemory, UserMemory> change, CancellationToken cancellationToken) =>
        changes.ChangeAsync(userId, memoryId, key, change, cancellationToken);

    public Task<bool?> DeleteAsync(
        string userId,
        Guid memoryId,
        IdempotencyKey? key,
        DateTimeOffset now,
        Action<UserMemory> check,
        CancellationToken cancellationToken) =>
        changes.DeleteAsync(userId, memoryId, key, now, check, cancellationToken);

    public async Task<bool> ImportAsync(UserMemory memory, CancellationToken cancellationToken)
    {
        var words = await database.ReadAsync(
            sql => MemoryWords.OfAsync(memory.Content, analyzer, sql, cancellationToken), cancellationToken);
        var rows = await database.WriteAsync(
            sql => sql
                .Statement(
                    Import,
                    memory.UserId,
                    memory.MemoryId,
                    memory.MemoryType,
                    memory.Content,
                    SqlValue.Json(memory.Metadata),
                    memory.SessionId,
                    memory.Sequence,
                    SqlValue.Of(memory.Importance, NpgsqlDbType.Numeric),
                    memory.ValidUntil,
                    memory.Version,
                    memory.CreatedAt,
                    memory.UpdatedAt,
                    VectorOf(memory),
                    words)
                .ExecuteAsync(cancellationToken),
            cancellationToken);
        return rows > 0;
    }

    public async Task<bool?> ImportAsync(UserMemoryVersion version, CancellationToken cancellationToken)
    {
        var rows = await database.WriteAsync(
            sql => sql
                .Statement(
                    ImportVersion,
                    version.UserId,
                    version.MemoryId,
                    version.Version,
                    version.MemoryType,
                    version.Content,
                    SqlValue.Json(version.Metadata),
                    version.SessionId,
                    version.Sequence,
                    SqlValue.Of(version.Importance, NpgsqlDbType.Numeric),
                    version.ValidUntil,
                    version.WrittenAt)
                .ListAsync(row => row.GetInt32(0), cancellationToken),
            cancellationToken);
        var isThere = rows.Count > 0 || await context.UserMemoryVersions.AnyAsync(
            v => v.UserId == version.UserId && v.MemoryId == version.MemoryId && v.Version == version.Version, cancellationToken);
        return isThere ? rows.Count > 0 : null;
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

    /// <summary>The vector of the content by the embedded model.</summary>
    internal static byte[] VectorOf(UserMemory memory) => PackedVector.Pack(StaticEmbedding.Shipped.Embed(memory.Content));

    private sealed record Sized(UserMemory Memory, int Bytes, bool IsWhole);
}
