using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;
using NpgsqlTypes;
using SessionService.Application.Exports;
using SessionService.Domain.Sessions;
using SessionService.Domain.UserMemories;
using SessionService.Infrastructure.Persistence;

namespace SessionService.Infrastructure.Exports;

internal sealed class ExportReader(SessionDbContext context) : IExportReader
{
    // So many are chosen at once. The large ones among them are read a few at a time, see PagePortions.
    private const int AtOnce = 100;

    public Task<ExportedSession?> FindAsync(string userId, Guid sessionId, CancellationToken cancellationToken) =>
        WithMemory(userId, context.Sessions.Where(s => s.UserId == userId && s.SessionId == sessionId))
            .SingleOrDefaultAsync(cancellationToken);

    public async IAsyncEnumerable<ExportedSession> ReadAsync(string userId, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        (DateTimeOffset CreatedAt, Guid Id)? last = null;
        int chosen;
        do
        {
            var rest = context.Sessions.AsNoTracking().Where(s => s.UserId == userId);
            if (last is { } after)
            {
                rest = rest.Where(s => EF.Functions.GreaterThan(
                    ValueTuple.Create(s.CreatedAt, s.SessionId), ValueTuple.Create(after.CreatedAt, after.Id)));
            }

            var page = await rest.OrderBy(s => s.CreatedAt).ThenBy(s => s.SessionId).Take(AtOnce)
                .Select(s => new
                {
                    s.CreatedAt,
                    s.SessionId,
                    Bytes = SessionDbContext.TextBytes(s.ConversationData)
                        + SessionDbContext.TextBytes(s.Metadata)
                        + SessionDbContext.TextBytes(s.SessionSummary)
                        + (context.Memories.Where(m => m.UserId == userId && m.SessionId == s.SessionId && m.IsActive)
                            .Select(m => (int?)(SessionDbContext.TextBytes(m.Content)
                                + SessionDbContext.TextBytes(m.Metadata)
                                + SessionDbContext.TextBytes(m.UserPreferences)
                                + SessionDbContext.TextBytes(m.OngoingTasks)))
                            .FirstOrDefault() ?? 0),
                })
                .ToListAsync(cancellationToken);
            var sessions = PagePortions.ReadAsync(
                page.ConvertAll(s => new PageItem<Guid, ExportedSession>(s.SessionId, s.Bytes, Whole: null)),
                ids => WithMemory(userId, context.Sessions.Where(s => s.UserId == userId && ids.Contains(s.SessionId)))
                    .ToListAsync(cancellationToken),
                session => session.Session.SessionId);
            await foreach (var session in sessions.WithCancellation(cancellationToken))
            {
                yield return session;
            }

            chosen = page.Count;
            last = chosen == 0 ? null : (page[^1].CreatedAt, page[^1].SessionId);
        }
        while (chosen == AtOnce);
    }

    public async IAsyncEnumerable<UserMemory> ReadMemoriesAsync(string userId, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        (DateTimeOffset CreatedAt, Guid Id)? last = null;
        int chosen;
        do
        {
            var all = context.UserMemories.AsNoTracking().Where(m => m.UserId == userId);
            var rest = last is not { } after ? all : all.Where(m => EF.Functions.GreaterThan(
                ValueTuple.Create(m.CreatedAt, m.MemoryId), ValueTuple.Create(after.CreatedAt, after.Id)));
            var page = await rest.OrderBy(m => m.CreatedAt).ThenBy(m => m.MemoryId).Take(AtOnce)
                .Select(m => new
                {
                    m.CreatedAt,
                    m.MemoryId,
                    Bytes = SessionDbContext.TextBytes(m.Content) + SessionDbContext.TextBytes(m.Metadata),
                })
                .ToListAsync(cancellationToken);
            var memories = PagePortions.ReadAsync(
                page.ConvertAll(m => new PageItem<Guid, UserMemory>(m.MemoryId, m.Bytes, Whole: null)),
                ids => all.Where(m => ids.Contains(m.MemoryId)).ToListAsync(cancellationToken),
                memory => memory.MemoryId);
            await foreach (var memory in memories.WithCancellation(cancellationToken))
            {
                yield return memory;
            }

            chosen = page.Count;
            last = chosen == 0 ? null : (page[^1].CreatedAt, page[^1].MemoryId);
        }
        while (chosen == AtOnce);
    }

    public async IAsyncEnumerable<UserMemoryVersion> ReadEarlierAsync(
        UserMemory memory, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (memory.Version == 1)
        {
            yield break;
        }

        var all = context.UserMemoryVersions.AsNoTracking()
            .Where(v => v.UserId == memory.UserId && v.MemoryId == memory.MemoryId && v.Version < memory.Version);
        var sizes = await all.OrderBy(v => v.Version)
            .Select(v => new { v.Version, Bytes = SessionDbContext.TextBytes(v.Content) + SessionDbContext.TextBytes(v.Metadata) })
            .ToListAsync(cancellationToken);
        var versions = PagePortions.ReadAsync(
            sizes.ConvertAll(v => new PageItem<int, UserMemoryVersion>(v.Version, v.Bytes, Whole: null)),
            numbers => all.Where(v => numbers.Contains(v.Version)).ToListAsync(cancellationToken),
            version => version.Version);
        await foreach (var version in versions.WithCancellation(cancellationToken))
        {
            yield return version;
        }
    }

    private IQueryable<ExportedSession> WithMemory(string userId, IQueryable<Session> sessions) =>
        sessions
            .Select(s => new ExportedSession(
                s,
                context.Memories.SingleOrDefault(m => m.UserId == userId && m.SessionId == s.SessionId && m.IsActive),
                s.CurrentBranch != null || context.SessionBranches.Any(b => b.UserId == userId && b.SessionId == s.SessionId),
                EF.Property<NpgsqlRange<long>[]?>(s, "ForkedFromPath") != null))
            .AsNoTracking();
}
