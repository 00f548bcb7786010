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

    private static readonly string Some =
        $"SELECT {SessionColumns.Of("s")} FROM dev.sessions AS s WHERE s.user_id = $1 AND s.session_id = ANY ($2)";

    public Task<SessionResponse?> FindAsync(string userId, Guid sessionId, CancellationToken cancellationToken) =>
        connections.Database.ReadAsync(sql => FindAsync(sql, userId, sessionId, cancellationToken), cancellationToken);

    /// <inheritdoc cref="ISessionReader.FindAsync"/>
    internal static Task<SessionResponse?> FindAsync(Sql sql, string userId, Guid sessionId, CancellationToken cancellationToken) =>
        sql.Statement(One, userId, sessionId).FirstAsync(row => SessionColumns.Read(row, first: 0), cancellationToken);

    /// <summary>One statement for the total and the small sessions, so that they tell of one moment.</summary>
    public async Task<StreamedPage<SessionResponse>> ListAsync(
        string userId, SessionFilter filter, PageRange range, SessionCursor? cursor, CancellationToken cancellationToken)
    {
        var (found, total) = await connections.Database.ReadAsync(
            sql =>
            {
                var (text, values) = new SessionListStatement(userId, filter, cursor).ToPage(range);
                var statement = sql.Statement(text, values);

                // The common lists are a few statements; the others are too many to keep, and are planned for what they ask.
                return (filter.IsCounted() ? statement : statement.Unprepared()).ReadAsync(
                    reader => ReadAsync(reader, cancellationToken), cancellationToken);
            },
            cancellationToken);

        // The statement asks for one session more than the page holds: it tells whether there are more. A page by number is whole, because
        // the next page begins after so many sessions.
        List<PageItem<Guid, SessionResponse>> page = [.. found.Take(range.Size).Select(row => row.Item)];
        page = cursor is null ? page : page[..PagePortions.CountFitting(page)];
        var items = PagePortions.ReadAsync(page, ids => ReadAsync(userId, ids, cancellationToken), session => session.SessionId);
        return new StreamedPage<SessionResponse>(
            items, page.Count == 0 ? null : found[page.Count - 1].Session, total, found.Count > page.Count);
    }

    private static async Task<(List<(PageItem<Guid, SessionResponse> Item, SessionResponse Session)> Found, long Total)> ReadAsync(
        NpgsqlDataReader reader, CancellationToken cancellationToken)
    {
        var found = new List<(PageItem<Guid, SessionResponse>, SessionResponse)>();
        long total = 0;
        while (await reader.ReadAsync(cancellationToken))
        {
            total = reader.GetInt64(0);
            if (!reader.IsDBNull(1))
            {
                var (session, unread) = SessionColumns.ReadWithin(reader, first: 1);
                var bytes = unread
                    ?? session.ConversationData.Value.Length + session.Metadata.Value.Length + session.SessionSummary.Length;
                found.Add((new PageItem<Guid, SessionResponse>(session.SessionId, bytes, unread is null ? session : null), session));
            }
        }

        return (found, total);
    }

    private Task<List<SessionResponse>> ReadAsync(string userId, Guid[] ids, CancellationToken cancellationToken) =>
        connections.Database.ReadAsync(
            sql => sql.Statement(Some, userId, ids).ListAsync(row => SessionColumns.Read(row, first: 0), cancellationToken),
            cancellationToken);
}
