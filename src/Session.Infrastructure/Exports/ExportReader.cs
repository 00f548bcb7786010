using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;
using SessionService.Application.Exports;
using SessionService.Domain.Sessions;
using SessionService.Domain.UserMemories;
using SessionService.Infrastructure.Persistence;

namespace SessionService.Infrastructure.Exports;

internal sealed class ExportReader(SessionDbContext context) : IExportReader
{
    // Each may be some MiB with its free JSON and its memory.
    private const int SessionsAtOnce = 16;
    private const int MemoriesAtOnce = 16;

    public Task<ExportedSession?> FindAsync(string userId, Guid sessionId, CancellationToken cancellationToken) =>
        WithMemory(context.Sessions.Where(s => s.UserId == userId && s.SessionId == sessionId)).SingleOrDefaultAsync(cancellationToken);

    public async IAsyncEnumerable<ExportedSession> ReadAsync(string userId, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        List<ExportedSession> page = [];
        do
        {
            var rest = context.Sessions.Where(s => s.UserId == userId);
            if (page is [.., { Session: var last }])
            {
                rest = rest.Where(s => EF.Functions.GreaterThan(
                    ValueTuple.Create(s.CreatedAt, s.SessionId), ValueTuple.Create(last.CreatedAt, last.SessionId)));
            }

            page = await WithMemory(rest.OrderBy(s => s.CreatedAt).ThenBy(s => s.SessionId).Take(SessionsAtOnce))
                .ToListAsync(cancellationToken);
            foreach (var session in page)
            {
                yield return session;
            }
        }
        while (page.Count == SessionsAtOnce);
    }

    public async IAsyncEnumerable<UserMemory> ReadMemoriesAsync(string userId, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        List<UserMemory> page = [];
        do
        {
            var rest = context.UserMemories.AsNoTracking().Where(m => m.UserId == userId);
            if (page is [.., var last])
            {
                rest = rest.Where(m => EF.Functions.GreaterThan(
                    ValueTuple.Create(m.CreatedAt, m.MemoryId), ValueTuple.Create(last.CreatedAt, last.MemoryId)));
            }

            page = await rest.OrderBy(m => m.CreatedAt).ThenBy(m => m.MemoryId).Take(MemoriesAtOnce).ToListAsync(cancellationToken);
            foreach (var memory in page)
            {
                yield return memory;
            }
        }
        while (page.Count == MemoriesAtOnce);
    }

    public async IAsyncEnumerable<UserMemoryVersion> ReadEarlierAsync(
        UserMemory memory, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var last = 0;
        while (last < memory.Version - 1)
        {
            var page = await context.UserMemoryVersions.AsNoTracking()
                .Where(v => v.UserId == memory.UserId && v.MemoryId == memory.MemoryId && v.Version > last && v.Version < memory.Version)
                .OrderBy(v => v.Version)
                .Take(MemoriesAtOnce)
                .ToListAsync(cancellationToken);
            foreach (var version in page)
            {
                yield return version;
            }

            last = page.Count < MemoriesAtOnce ? memory.Version : page[^1].Version;
        }
    }

    private IQueryable<ExportedSession> WithMemory(IQueryable<Session> sessions) =>
        sessions
            .Select(s => new ExportedSession(
                s, context.Memories.SingleOrDefault(m => m.UserId == s.UserId && m.SessionId == s.SessionId && m.IsActive)))
            .AsNoTracking();
}
