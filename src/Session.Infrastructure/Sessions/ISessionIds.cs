using SessionService.Infrastructure.Persistence;

namespace SessionService.Infrastructure.Sessions;

/// <summary>Keeps two users from having sessions of the same id, and tells whose session has an id.</summary>
internal interface ISessionIds
{
    /// <summary>Takes ids that clients gave, in the transaction that has added their sessions.</summary>
    /// <returns>Those that no other user has.</returns>
    Task<IReadOnlyCollection<Guid>> TakeAsync(
        Sql sql, string userId, IReadOnlyCollection<Guid> sessionIds, CancellationToken cancellationToken);

    /// <summary>Lets the ids of sessions go, in the transaction that has removed the sessions.</summary>
    Task FreeAsync(Sql sql, string userId, IReadOnlyCollection<Guid> sessionIds, CancellationToken cancellationToken);

    /// <summary>The owner of a session, among all users.</summary>
    Task<string?> FindOwnerAsync(SessionDbContext context, Guid sessionId, CancellationToken cancellationToken);
}
