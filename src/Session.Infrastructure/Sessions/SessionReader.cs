using Npgsql;
using SessionService.Application.Paging;
using SessionService.Application.Sessions;
using SessionService.Infrastructure.Persistence;

namespace SessionService.Infrastructure.Sessions;

/// <summary>Reads sessions row by row, without what it takes to change them.</summary>
internal sealed class SessionReader(ReadConnections connections) : ISessionReader
{
    private static readonly string One =
        $"SELECT {SessionColumns.Of("s")} FROM dev.sessions AS s WHERE s.user_id = $1 AND s.session_id = $2";

    public async Task<SessionResponse?> FindAsync(string userId, Guid sessionId, CancellationToken cancellationToken)
    {
        await using var connection = await connections.OpenConnectionAsync(cancellationToken);
        await using var command = new NpgsqlCommand(One, connection)
        {
            Parameters =
            {
                new NpgsqlParameter<string> { TypedValue = userId },
                new NpgsqlParameter<Guid> { TypedValue = sessionId },
            },
        };
        await command.PrepareAsync(cancellationToken);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? SessionColumns.Read(reader, first: 0) : null;
    }

    /// <summary>
    /// One statement an answer, so that the total and the sessions tell of one moment: the total, joined with the sessions of the page, if any.
    /// </summary>
    public async Task<Paged<SessionResponse>> ListAsync(
        string userId, SessionFilter filter, PageRange range, SessionCursor? cursor, CancellationToken cancellationToken)
    {
        await using var connection = await connections.OpenConnectionAsync(cancellationToken);
        await using var command = new SessionListStatement(userId, filter, cursor).ToCommand(range);
        command.Connection = connection;

        // The common lists are a few statements; the others are too many to keep, and are planned for what they ask.
        if (filter.IsCounted())
        {
            await command.PrepareAsync(cancellationToken);
        }

        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
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

        // One more than is asked for tells whether there are more.
        var hasMore = page.Count > range.Size;
        return new Paged<SessionResponse>(hasMore ? page[..range.Size] : page, total, hasMore);
    }
}
