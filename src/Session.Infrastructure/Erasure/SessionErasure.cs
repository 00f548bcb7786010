using SessionService.Domain.Webhooks;
using SessionService.Infrastructure.Outbox;
using SessionService.Infrastructure.Persistence;
using SessionService.Infrastructure.Sessions;
using SessionService.Infrastructure.Statistics;
using SessionService.Infrastructure.Usage;

namespace SessionService.Infrastructure.Erasure;

/// <summary>How much was removed with some sessions.</summary>
/// <param name="Messages">The number of their messages.</param>
/// <param name="Rows">The number of removed rows, by table.</param>
internal sealed record ErasedSessions(long Messages, IReadOnlyDictionary<string, long> Rows);

/// <summary>
/// Removes sessions with everything that belongs to them, and subtracts them from all counts. The caller removes them from the search
/// index, a row of which holds many sessions.
/// </summary>
/// <remarks>By hand: tables by name, and statements that write to several tables.</remarks>
internal static class SessionErasure
{
    /// <summary>How long a statement may take. A session of a million messages goes in one piece; nobody else waits for that.</summary>
    public static readonly TimeSpan StatementTimeout = TimeSpan.FromMinutes(5);

    private const string DeleteKeys = $"DELETE FROM dev.{UserTables.Keys} WHERE user_id = $1 AND session_id = ANY ($2)";

    // Messages that were copied into a session were never counted with it.
    private const string DeleteSessions =
        """
        WITH gone AS (
            DELETE FROM dev.sessions
            WHERE user_id = $1 AND session_id = ANY ($2)
            RETURNING status, starred_at IS NOT NULL AS is_starred, message_count,
                      message_count - copied_messages AS own_messages,
                      total_tokens - copied_tokens AS own_tokens,
                      total_cost - copied_cost AS own_cost)
        SELECT status, is_starred, -count(*), -sum(own_messages)::bigint, -sum(own_tokens)::bigint, -sum(own_cost),
               sum(message_count)::bigint
        FROM gone
        GROUP BY status, is_starred
        """;

    /// <param name="sql">A transaction in which the sessions are locked.</param>
    /// <param name="totals">Whose totals the sessions count in.</param>
    /// <param name="ids">Which ids are taken.</param>
    /// <param name="userId">The owner.</param>
    /// <param name="sessions">At least one.</param>
    /// <param name="cancellationToken">Ends the erasure; the caller rolls back.</param>
    /// <param name="toldAt">
    /// The time that webhooks are told; <see langword="null"/> where they are told nothing, as of a user who is erased as a whole.
    /// </param>
    public static async Task<ErasedSessions> EraseAsync(
        Sql sql,
        TotalsOwner totals,
        ISessionIds ids,
        string userId,
        Guid[] sessions,
        CancellationToken cancellationToken,
        DateTimeOffset? toldAt = null)
    {
        var rows = UserTables.NoRows();
        foreach (var table in UserTables.All.Where(table => table is { BelongsToSession: true, IsDerived: false }))
        {
            rows[table.Name] = await Statement($"DELETE FROM dev.{table.Name} WHERE user_id = $1 AND session_id = ANY ($2)")
                .ExecuteAsync(cancellationToken);
        }

        rows[UserTables.Keys] = await Statement(DeleteKeys).ExecuteAsync(cancellationToken);
        var gone = await Statement(DeleteSessions).ListAsync(
            row => (
                Total: new SessionTotal(
                    row.GetString(0), row.GetBoolean(1), row.GetInt64(2), row.GetInt64(3), row.GetInt64(4), row.GetDecimal(5)),
                Messages: row.GetInt64(6)),
            cancellationToken);

        await ids.FreeAsync(sql, userId, sessions, cancellationToken);

        // Last come the rows that others write to as well. So those wait for the commit alone, and not for what is deleted here.
        rows[UserTables.Usage] = await Statement(UsageSql.Erase).ValueAsync<long>(cancellationToken);
        await SessionTotal.AddAsync(sql, totals, userId, gone.ConvertAll(some => some.Total), cancellationToken);
        if (toldAt is { } now)
        {
            await SessionOutbox.TellAsync(sql, userId, sessions, WebhookEvents.SessionDeleted, now, cancellationToken);
        }

        rows[UserTables.Sessions] = -gone.Sum(some => some.Total.Sessions);
        return new ErasedSessions(gone.Sum(some => some.Messages), rows);

        SqlStatement Statement(string text) => sql.Statement(text, userId, sessions).Unprepared().WithTimeout(StatementTimeout);
    }
}
