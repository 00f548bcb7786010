using Npgsql;
using SessionService.Infrastructure.Sessions;
using SessionService.Infrastructure.Statistics;
using SessionService.Infrastructure.Usage;

namespace SessionService.Infrastructure.Erasure;

/// <summary>How much was removed with some sessions.</summary>
/// <param name="Messages">The messages that they had.</param>
/// <param name="Rows">The rows, by table.</param>
internal sealed record ErasedSessions(long Messages, IReadOnlyDictionary<string, long> Rows);

/// <summary>
/// Removes sessions with everything of theirs, and takes them out of all that is counted. The search index, which holds many sessions in a row, is
/// left to the caller.
/// </summary>
internal static class SessionErasure
{
    // A session of a million messages goes in one piece; nobody else waits for that.
    public const int StatementSeconds = 300;

    private const string Usage = "usage";

    private const string DeleteKeys = $"DELETE FROM dev.{UserTables.Keys} WHERE user_id = $1 AND session_id = ANY ($2)";

    // What was copied into a session was never counted with it.
    private static readonly string DeleteSessions =
        $"""
        WITH gone AS (
            DELETE FROM dev.sessions
            WHERE user_id = $1 AND session_id = ANY ($2)
            RETURNING user_id, status, starred_at IS NOT NULL AS is_starred, message_count, is_active,
                      message_count - copied_messages AS own_messages, total_tokens - copied_tokens AS own_tokens, total_cost - copied_cost AS own_cost),
        listed AS (
            {SessionCountsSql.Add("SELECT user_id, status, is_starred, -count(*) AS sessions FROM gone GROUP BY user_id, status, is_starred")}),
        counted AS (
            {StatisticsSql.Add(
                "gone HAVING count(*) > 0",
                sessions: "-count(*)",
                activeSessions: "-count(*) FILTER (WHERE is_active)",
                messages: "-sum(own_messages)",
                tokens: "-sum(own_tokens)",
                cost: "-sum(own_cost)")})
        SELECT count(*), coalesce(sum(message_count), 0)::bigint FROM gone
        """;

    /// <param name="connection">In a transaction, in which the sessions are locked.</param>
    /// <param name="userId">Whose they are.</param>
    /// <param name="sessions">At least one.</param>
    /// <param name="cancellationToken">Ends it; the caller rolls back.</param>
    public static async Task<ErasedSessions> EraseAsync(
        NpgsqlConnection connection, string userId, Guid[] sessions, CancellationToken cancellationToken)
    {
        var rows = UserTables.NoRows();
        foreach (var table in UserTables.All.Where(table => table is { BelongsToSession: true, IsDerived: false }))
        {
            await using var delete = Command(connection, $"DELETE FROM dev.{table.Name} WHERE user_id = $1 AND session_id = ANY ($2)", userId, sessions);
            rows[table.Name] = await delete.ExecuteNonQueryAsync(cancellationToken);
        }

        await using (var deleteKeys = Command(connection, DeleteKeys, userId, sessions))
        {
            rows[UserTables.Keys] = await deleteKeys.ExecuteNonQueryAsync(cancellationToken);
        }

        await using (var subtract = Command(connection, UsageSql.Erase, userId, sessions))
        {
            rows[Usage] = (long)(await subtract.ExecuteScalarAsync(cancellationToken))!;
        }

        await using var command = Command(connection, DeleteSessions, userId, sessions);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        rows[UserTables.Sessions] = reader.GetInt64(0);
        return new ErasedSessions(reader.GetInt64(1), rows);
    }

#pragma warning disable CA2100 // Constant texts and names of tables.
    private static NpgsqlCommand Command(NpgsqlConnection connection, string sql, string userId, Guid[] sessions) => new(sql, connection)
#pragma warning restore CA2100
    {
        Parameters = { new NpgsqlParameter<string> { TypedValue = userId }, new NpgsqlParameter<Guid[]> { TypedValue = sessions } },
        CommandTimeout = StatementSeconds,
    };
}
