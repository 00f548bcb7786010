using Microsoft.Extensions.Options;
using Npgsql;
using SessionService.Application.Paging;
using SessionService.Application.Sessions;
using SessionService.Infrastructure.Persistence;

namespace SessionService.Infrastructure.Sessions;

/// <summary>Reads sessions as answers show them, row by row.</summary>
internal sealed class SessionReader(ReadConnections connections, IOptions<ShardingOptions> layout) : ISessionReader
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

    /// <summary>One statement for the total and the small sessions, or one snapshot, so that they tell of one moment.</summary>
    public async Task<StreamedPage<SessionResponse>> ListAsync(
        string userId, SessionFilter filter, PageRange range, SessionCursor? cursor, CancellationToken cancellationToken)
    {
        var (found, total) = await connections.Database.ReadAsync(
            sql =>
            {
                if (layout.Value.Sharded && SessionListStatement.IsOneWalk(filter))
                {
                    return ReadInPartsAsync(sql.Connection, userId, filter, range, cursor, cancellationToken);
                }

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
                found.Add(ReadItem(reader, first: 1));
            }
        }

        return (found, total);
    }

    // A sharded database plans a statement of several tables anew each time, and twice, which costs several times as much as two of one
    // table.
    private static async Task<(List<(PageItem<Guid, SessionResponse> Item, SessionResponse Session)> Found, long Total)> ReadInPartsAsync(
        NpgsqlConnection connection,
        string userId,
        SessionFilter filter,
        PageRange range,
        SessionCursor? cursor,
        CancellationToken cancellationToken)
    {
        var batch = new SqlBatch(connection);
        var (countText, countValues) = new SessionListStatement(userId, filter, cursor).ToTotalAlone();
        batch.Add(countText, countValues);
        var (pageText, pageValues) = new SessionListStatement(userId, filter, cursor).ToPageAlone(range);
        batch.Add(pageText, pageValues);
        return await batch.ReadSnapshotAsync(
            async reader =>
            {
                await reader.ReadAsync(cancellationToken);
                var total = reader.GetInt64(0);
                await reader.NextResultAsync(cancellationToken);
                var found = new List<(PageItem<Guid, SessionResponse>, SessionResponse)>();
                while (await reader.ReadAsync(cancellationToken))
                {
                    found.Add(ReadItem(reader, first: 0));
                }

                return (found, total);
            },
            cancellationToken);
    }

    private static (PageItem<Guid, SessionResponse> Item, SessionResponse Session) ReadItem(NpgsqlDataReader reader, int first)
    {
        var (session, unread) = SessionColumns.ReadWithin(reader, first);
        var bytes = unread
            ?? session.ConversationData.Value.Length + session.Metadata.Value.Length + session.SessionSummary.Length;
        return (new PageItem<Guid, SessionResponse>(session.SessionId, bytes, unread is null ? session : null), session);
    }

    private Task<List<SessionResponse>> ReadAsync(string userId, Guid[] ids, CancellationToken cancellationToken) =>
        connections.Database.ReadAsync(
            sql => sql.Statement(Some, userId, ids).ListAsync(row => SessionColumns.Read(row, first: 0), cancellationToken),
            cancellationToken);
}
