using Npgsql;
using SessionService.Application.Paging;
using SessionService.Application.Sessions;
using SessionService.Infrastructure.Persistence;

namespace SessionService.Infrastructure.Sessions;

/// <summary>Reads sessions as answers show them, row by row.</summary>
internal sealed class SessionReader(ReadConnections connections) : ISessionReader
{
    // By hand because of its speed, and because lists read the same columns.
    private static readonly string One =
        $"SELECT {SessionColumns.Of("s")} FROM dev.sessions AS s WHERE s.user_id = $1 AND s.session_id = $2";

    public Task<SessionResponse?> FindAsync(string userId, Guid sessionId, CancellationToken cancellationToken) =>
        connections.Database.ReadAsync(sql => FindAsync(sql, userId, sessionId, cancellationToken), cancellationToken);

    /// <inheritdoc cref="ISessionReader.FindAsync"/>
    internal static Task<SessionResponse?> FindAsync(Sql sql, string userId, Guid sessionId, CancellationToken cancellationToken) =>
        sql.Statement(One, userId, sessionId).FirstAsync(row => SessionColumns.Read(row, first: 0), cancellationToken);

    /// <summary>One statement an answer, so that the total and the sessions tell of one moment.</summary>
    public Task<Paged<SessionResponse>> ListAsync(
        string userId, SessionFilter filter, PageRange range, SessionCursor? cursor, CancellationToken cancellationToken) =>
        connections.Database.ReadAsync(
            sql =>
            {
                var (text, values) = new SessionListStatement(userId, filter, cursor).ToPage(range);
                var statement = sql.Statement(text, values);

                // The common lists are a few statements; the others are too many to keep, and are planned for what they ask.
                return (filter.IsCounted() ? statement : statement.Unprepared()).ReadAsync(
                    reader => ReadAsync(reader, range, cancellationToken), cancellationToken);
            },
            cancellationToken);

    private static async Task<Paged<SessionResponse>> ReadAsync(
        NpgsqlDataReader reader, PageRange range, CancellationToken cancellationToken)
    {
        var page = new List<SessionResponse>();
        long total = 0;
        while (await reader.ReadAsync(cancellationToken))
        {
            total = reader.GetInt64(0);
            if (!reader.IsDBNull(1))
            {
                page.Add(SessionColumns.Read(reader, first: 1));
            }
        }

        // The statement asks for one session more than the page holds: it tells whether there are more.
        var hasMore = page.Count > range.Size;
        return new Paged<SessionResponse>(hasMore ? page[..range.Size] : page, total, hasMore);
    }
}
