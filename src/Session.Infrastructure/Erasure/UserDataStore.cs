using SessionService.Application.Erasure;
using SessionService.Application.Time;
using SessionService.Infrastructure.Attachments;
using SessionService.Infrastructure.Persistence;
using SessionService.Infrastructure.Search;
using SessionService.Infrastructure.Sessions;
using SessionService.Infrastructure.Statistics;

namespace SessionService.Infrastructure.Erasure;

/// <summary>Counts and removes a user's rows in all of <see cref="UserTables"/>.</summary>
/// <remarks>By hand: tables by name, FOR UPDATE, and rows in portions by their place.</remarks>
internal sealed class UserDataStore(
    Database database,
    SearchSegments index,
    UnusedAttachments attachments,
    TotalsOwner totals,
    ISessionIds ids,
    IUserLocks locks,
    TimeProvider time)
    : IUserDataStore
{
    private const int MaxSessionsAtOnce = 100;

    /// <summary>Sessions are removed together until they hold this many messages; one that holds more, alone.</summary>
    private const int MaxMessagesAtOnce = 20_000;

    private const int MaxRowsAtOnce = 5_000;

    private static readonly string Count =
        $"""
        SELECT (SELECT count(*) FROM dev.sessions WHERE user_id = $1),
               (SELECT coalesce(sum(message_count), 0)::bigint FROM dev.sessions WHERE user_id = $1),
               {string.Join(", ", UserTables.All.Select(table => $"(SELECT count(*) FROM dev.{table.Name} WHERE user_id = $1)"))}
        """;

    // A row whose time lies further in the future than clocks differ was imported or adopted so. It did not come since the erasure began.
    private static readonly TimeSpan ClockSkew = TimeSpan.FromMinutes(1);

    // In the order in which writers lock sessions. A writer that waits for one of them finds it gone.
    private static readonly string LockSome =
        $"""
        SELECT session_id, message_count
        FROM dev.sessions
        WHERE user_id = $1 AND {WasThere("created_at")}
        ORDER BY user_id, session_id
        LIMIT {MaxSessionsAtOnce}
        FOR UPDATE
        """;

    // The tables that count a user's sessions, in the order in which writers lock their rows.
    private static readonly string[] Counting = [UserTables.SessionCounts, UserTables.SessionStatistics];

    private static readonly string[] EraseCounts =
    [
        "SELECT 1 FROM dev.session_counts WHERE user_id = $1 FOR UPDATE",
        "SELECT 1 FROM dev.session_statistics WHERE user_id = $1 FOR UPDATE",
        "DELETE FROM dev.session_counts WHERE user_id = $1 AND NOT EXISTS (SELECT 1 FROM dev.sessions WHERE user_id = $1)",
        "DELETE FROM dev.session_statistics WHERE user_id = $1 AND NOT EXISTS (SELECT 1 FROM dev.sessions WHERE user_id = $1)",
    ];

    public Task<UserDataCounts> CountAsync(string userId, CancellationToken cancellationToken) =>
        database.ReadAsync(
            async sql =>
            {
                var counts = await Statement(sql, Count, userId).FirstAsync(
                    row => Enumerable.Range(0, row.FieldCount).Select(row.GetInt64).ToList(), cancellationToken);
                var rows = UserTables.NoRows();
                rows[UserTables.Sessions] = counts![0];
                foreach (var (table, count) in UserTables.All.Zip(counts.Skip(2)))
                {
                    rows[table.Name] = count;
                }

                return new UserDataCounts(counts[0], counts[1], rows);
            },
            cancellationToken);

    public async Task<UserDataCounts> EraseAsync(string userId, DateTimeOffset until, CancellationToken cancellationToken)
    {
        var rows = UserTables.NoRows();
        long messages = 0;

        // Counted first, because the statement that subtracts sessions may add rows.
        foreach (var table in Counting)
        {
            rows[table] = await database.ReadAsync(sql => CountRowsAsync(sql, table, userId, cancellationToken), cancellationToken);
        }

        while (await database.InTransactionAsync(
            sql => EraseSessionsAsync(sql, userId, until, cancellationToken), cancellationToken) is { } erased)
        {
            messages += erased.Messages;
            foreach (var (table, count) in erased.Rows)
            {
                rows[table] += count;
            }
        }

        var kept = await database.InTransactionAsync(
            sql => EraseCountsAsync(sql, userId, cancellationToken), cancellationToken);
        foreach (var (table, count) in kept)
        {
            rows[table] = Math.Max(0, rows[table] - count);
        }

        rows[UserTables.SearchSegments] = await database.InTransactionAsync(
            sql => EraseIndexAsync(sql, userId, cancellationToken), cancellationToken);
        foreach (var table in UserTables.All.Where(
            table => table is { BelongsToSession: false, IsDerived: false } or { Outlives: true }))
        {
            rows[table.Name] += await EraseRowsAsync(table, userId, until, cancellationToken);
        }

        // Late: a bucket that cannot be reached keeps nothing else from being erased.
        var erasedAttachments = await attachments.EraseAsync(userId, until, cancellationToken);
        rows[UserTables.Attachments] = erasedAttachments.Attachments;
        rows[UserTables.AttachmentPieces] = erasedAttachments.Pieces;
        rows[UserTables.AttachmentRemovals] = erasedAttachments.Removals;

        // After everything that takes a lock.
        await locks.RemoveAsync(userId, cancellationToken);
        rows[UserTables.ApiKeys] = await EraseRowsAsync(
            UserTables.All.Single(table => table.Name == UserTables.ApiKeys), userId, until, cancellationToken);
        return new UserDataCounts(rows[UserTables.Sessions], messages, rows);
    }

    /// <summary>Erases some of a user's sessions; <see langword="null"/> when there was none left.</summary>
    private async Task<ErasedSessions?> EraseSessionsAsync(
        Sql sql, string userId, DateTimeOffset until, CancellationToken cancellationToken)
    {
        var locked = await Statement(sql, LockSome, userId, until)
            .ListAsync(row => (SessionId: row.GetGuid(0), Messages: row.GetInt64(1)), cancellationToken);
        var sessions = new List<Guid>();
        long messages = 0;
        foreach (var session in locked.TakeWhile(session => sessions.Count == 0 || messages + session.Messages <= MaxMessagesAtOnce))
        {
            sessions.Add(session.SessionId);
            messages += session.Messages;
        }

        return sessions.Count == 0
            ? null
            : await SessionErasure.EraseAsync(sql, totals, ids, userId, [.. sessions], cancellationToken);
    }

    /// <summary>
    /// Erases the counts of a user's sessions, once there is none. A session that is being created has its count in a row that does not
    /// exist yet, or waits for the lock and makes the row anew.
    /// </summary>
    /// <returns>How many rows there are afterwards.</returns>
    private static async Task<Dictionary<string, long>> EraseCountsAsync(Sql sql, string userId, CancellationToken cancellationToken)
    {
        foreach (var text in EraseCounts)
        {
            await Statement(sql, text, userId).ExecuteAsync(cancellationToken);
        }

        var kept = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var table in Counting)
        {
            kept[table] = await CountRowsAsync(sql, table, userId, cancellationToken);
        }

        return kept;
    }

    /// <summary>Removes the sessions that no longer exist from the index; a session that came meanwhile stays in it.</summary>
    /// <returns>How many rows were removed.</returns>
    private async Task<long> EraseIndexAsync(Sql sql, string userId, CancellationToken cancellationToken)
    {
        var before = await CountRowsAsync(sql, UserTables.SearchSegments, userId, cancellationToken);
        await index.RemoveGoneAsync(sql, userId, cancellationToken);
        return before - await CountRowsAsync(sql, UserTables.SearchSegments, userId, cancellationToken);
    }

    private static Task<long> CountRowsAsync(Sql sql, string table, string userId, CancellationToken cancellationToken) =>
        Statement(sql, $"SELECT count(*) FROM dev.{table} WHERE user_id = $1", userId).ValueAsync<long>(cancellationToken);

    private async Task<long> EraseRowsAsync(UserTable table, string userId, DateTimeOffset until, CancellationToken cancellationToken)
    {
        var text =
            $"""
            DELETE FROM dev.{table.Name}
            WHERE user_id = $1 AND ctid = ANY (ARRAY(
                SELECT ctid FROM dev.{table.Name} WHERE user_id = $1 AND {WasThere(table.Time ?? "$2")} LIMIT {MaxRowsAtOnce}))
            """;
        long all = 0;
        int some;
        do
        {
            some = await database.WriteAsync(
                sql => Statement(sql, text, userId, until).ExecuteAsync(cancellationToken), cancellationToken);
            all += some;
        }
        while (some == MaxRowsAtOnce);
        return all;
    }

    /// <summary>The condition for rows that came before the erasure began.</summary>
    private static string WasThere(string came) => $"({came} <= $2 OR {came} > $3)";

    private SqlStatement Statement(Sql sql, string text, string userId, DateTimeOffset until) =>
        Statement(sql, text, userId, [until, time.GetDatabaseNow() + ClockSkew]);

    private static SqlStatement Statement(Sql sql, string text, string userId, params ReadOnlySpan<SqlValue> more) =>
        sql.Statement(text, [userId, .. more]).Unprepared().WithTimeout(SessionErasure.StatementTimeout);
}
