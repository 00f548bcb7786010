using Microsoft.EntityFrameworkCore;
using SessionService.Infrastructure.Persistence;

namespace SessionService.Infrastructure.Sessions;

/// <summary>
/// In a sharded database no index spans the users. A table that is divided by the ids has those that clients gave. Ids that the service
/// makes are unique in themselves. They are not in the table, so that most creations commit on one server: what such an id can belong to,
/// all shards are asked.
/// </summary>
/// <remarks>By hand: ON CONFLICT, and batches.</remarks>
internal sealed class RegisteredSessionIds : ISessionIds
{
    // A row of the user's own stays.
    private const string TakeOne =
        """
        INSERT INTO dev.session_ids AS i (session_id, user_id)
        VALUES ($1, $2)
        ON CONFLICT (session_id) DO UPDATE SET user_id = excluded.user_id WHERE i.user_id = excluded.user_id
        RETURNING session_id
        """;

    private const string FreeOne = "DELETE FROM dev.session_ids WHERE session_id = $1 AND user_id = $2";

    private const string FindOthers = "SELECT session_id FROM dev.sessions WHERE session_id = ANY ($2) AND user_id <> $1";

    /// <summary>
    /// Fills the table where it is new. Which of the ids clients gave, nobody knows any more. Two users may have one id where the tables
    /// were distributed before there was this table: one of the two is registered.
    /// </summary>
    public const string Fill =
        "INSERT INTO dev.session_ids (session_id, user_id) SELECT session_id, user_id FROM dev.sessions ON CONFLICT DO NOTHING";

    private static readonly Func<SessionDbContext, Guid, CancellationToken, Task<string?>> Registered =
        EF.CompileAsyncQuery((SessionDbContext context, Guid sessionId, CancellationToken _) =>
            context.SessionIds.Where(i => i.SessionId == sessionId).Select(i => i.UserId).SingleOrDefault());

    private static readonly Func<SessionDbContext, Guid, CancellationToken, Task<string?>> OnAnyShard =
        EF.CompileAsyncQuery((SessionDbContext context, Guid sessionId, CancellationToken _) =>
            context.Sessions.Where(s => s.SessionId == sessionId).Select(s => s.UserId).FirstOrDefault());

    public async Task<IReadOnlyCollection<Guid>> TakeAsync(
        Sql sql, string userId, IReadOnlyCollection<Guid> sessionIds, CancellationToken cancellationToken)
    {
        var others = await FindOthersAsync(sql, userId, sessionIds, cancellationToken);
        var taken = new List<Guid>();
        var batch = new SqlBatch(sql.Connection);
        foreach (var id in sessionIds.Except(others).Order())
        {
            Take(batch, taken.Add, userId, id);
        }

        await batch.ExecuteAsync(cancellationToken);
        return taken;
    }

    public Task FreeAsync(Sql sql, string userId, IReadOnlyCollection<Guid> sessionIds, CancellationToken cancellationToken)
    {
        var batch = new SqlBatch(sql.Connection);
        foreach (var id in sessionIds.Order())
        {
            // The row may come from a transaction that has not ended everywhere: this waits for its end, where a removal would see no row.
            Take(batch, _ => { }, userId, id);
            batch.Add(FreeOne, id, userId);
        }

        return batch.ExecuteAsync(cancellationToken);
    }

    public async Task<string?> FindOwnerAsync(SessionDbContext context, Guid sessionId, CancellationToken cancellationToken) =>
        await Registered(context, sessionId, cancellationToken)
        ?? (IsAsOfService(sessionId) ? await OnAnyShard(context, sessionId, cancellationToken) : null);

    /// <summary>
    /// Takes an id in a batch that adds its session. The batches of everybody take ids in their order, so that two never wait for each
    /// other in a circle.
    /// </summary>
    /// <param name="batch">The batch.</param>
    /// <param name="taken">Called where no other user has the id.</param>
    /// <param name="userId">The owner of the session.</param>
    /// <param name="sessionId">The id.</param>
    public static void Take(SqlBatch batch, Action<Guid> taken, string userId, Guid sessionId) =>
        batch.Query(row => taken(row.GetGuid(0)), TakeOne, sessionId, userId);

    /// <summary>Those of the ids that the service may have made, and that sessions of other users have.</summary>
    public static async Task<IReadOnlyCollection<Guid>> FindOthersAsync(
        Sql sql, string userId, IEnumerable<Guid> sessionIds, CancellationToken cancellationToken) =>
        sessionIds.Where(IsAsOfService).ToArray() is { Length: > 0 } ids
            ? await sql.Statement(FindOthers, userId, ids).ListAsync(row => row.GetGuid(0), cancellationToken)
            : [];

    // Clients may make such ids too.
    private static bool IsAsOfService(Guid sessionId) => sessionId.Version == 7;
}
