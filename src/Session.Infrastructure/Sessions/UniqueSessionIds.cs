using Microsoft.EntityFrameworkCore;
using SessionService.Infrastructure.Persistence;

namespace SessionService.Infrastructure.Sessions;

/// <summary>On one server an index keeps the ids unique, and finds them.</summary>
internal sealed class UniqueSessionIds : ISessionIds
{
    private static readonly Func<SessionDbContext, Guid, CancellationToken, Task<string?>> Owner =
        EF.CompileAsyncQuery((SessionDbContext context, Guid sessionId, CancellationToken _) =>
            context.Sessions.Where(s => s.SessionId == sessionId).Select(s => s.UserId).SingleOrDefault());

    public Task<IReadOnlyCollection<Guid>> TakeAsync(
        Sql sql, string userId, IReadOnlyCollection<Guid> sessionIds, CancellationToken cancellationToken) => Task.FromResult(sessionIds);

    public Task FreeAsync(Sql sql, string userId, IReadOnlyCollection<Guid> sessionIds, CancellationToken cancellationToken) =>
        Task.CompletedTask;

    public Task<string?> FindOwnerAsync(SessionDbContext context, Guid sessionId, CancellationToken cancellationToken) =>
        Owner(context, sessionId, cancellationToken);
}
