using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;
using SessionService.Application.Exports;
using SessionService.Domain.Sessions;
using SessionService.Infrastructure.Persistence;

namespace SessionService.Infrastructure.Exports;

internal sealed class ExportReader(SessionDbContext context) : IExportReader
{
    // Each may be some MiB with its free JSON and its memory.
    private const int SessionsAtOnce = 16;

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

            page = await WithMemory(rest.OrderBy(s => s.CreatedAt).ThenBy(s => s.SessionId).Take(SessionsAtOnce)).ToListAsync(cancellationToken);
            foreach (var session in page)
            {
                yield return session;
            }
        }
        while (page.Count == SessionsAtOnce);
    }

    private IQueryable<ExportedSession> WithMemory(IQueryable<Session> sessions) =>
        sessions
            .Select(s => new ExportedSession(
                s, context.Memories.SingleOrDefault(m => m.UserId == s.UserId && m.SessionId == s.SessionId && m.IsActive)))
            .AsNoTracking();
}
