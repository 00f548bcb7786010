using Npgsql;
using SessionService.Application.Live;
using SessionService.Infrastructure.Persistence;
using SessionService.Infrastructure.Sessions;

namespace SessionService.Infrastructure.Live;

/// <summary>By hand and prepared: each wake-up of a follower asks for these.</summary>
internal sealed class LiveReader(Database database) : ILiveReader
{
    private const string State =
        $"SELECT {ChangedSessionsSql.State} FROM dev.sessions AS s WHERE s.user_id = $1 AND s.session_id = $2";

    private static readonly string Session =
        $"""
        SELECT {ChangedSessionsSql.State}, {SessionColumns.Of("s")}
        FROM dev.sessions AS s
        WHERE s.user_id = $1 AND s.session_id = $2
        """;

    public Task<LiveState?> FindStateAsync(string userId, Guid sessionId, CancellationToken cancellationToken) =>
        database.ReadAsync(
            sql => sql.Statement(State, userId, sessionId).FirstAsync(row => (LiveState?)ReadState(row), cancellationToken),
            cancellationToken);

    public Task<LiveSession?> FindSessionAsync(string userId, Guid sessionId, CancellationToken cancellationToken) =>
        database.ReadAsync(
            sql => sql.Statement(Session, userId, sessionId)
                .FirstAsync(row => new LiveSession(ReadState(row), SessionColumns.Read(row, first: 4)), cancellationToken),
            cancellationToken);

    public Task<ChangedSessions> FindChangedAsync(
        string userId, DateTimeOffset since, Guid[] named, Guid[] known, int limit, CancellationToken cancellationToken) =>
        database.ReadSnapshotAsync(
            sql => ChangedSessionsSql.FindAsync(sql, userId, since, named, known, limit, cancellationToken), cancellationToken);

    private static LiveState ReadState(NpgsqlDataReader row) => ChangedSessionsSql.ReadState(row, first: 0);
}
