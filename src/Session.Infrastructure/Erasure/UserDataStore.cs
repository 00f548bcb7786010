using Npgsql;
using SessionService.Application.Erasure;
using SessionService.Application.Time;
using SessionService.Infrastructure.Search;

namespace SessionService.Infrastructure.Erasure;

/// <summary>Counts and removes a user's rows in all of <see cref="UserTables"/>.</summary>
internal sealed class UserDataStore(NpgsqlDataSource dataSource, SearchSegments index, TimeProvider time) : IUserDataStore
{
    private const string SessionCounts = "session_counts";
    private const string SearchIndex = "search_segments";

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

    // What is of later than now, by more than clocks differ, has not come since the erasure began: it was imported or adopted so.
    private static readonly TimeSpan ClockSkew = TimeSpan.FromMinutes(1);

    // In the order in which writers lock sessions. Whoever waits for one of them finds it gone.
    private static readonly string LockSome =
        $"""
        SELECT session_id, message_count
        FROM dev.sessions
        WHERE user_id = $1 AND {WasThere("created_at")}
        ORDER BY user_id, session_id
        LIMIT {MaxSessionsAtOnce}
        FOR UPDATE
        """;

    private const string LockCounts = "SELECT FROM dev.session_counts WHERE user_id = $1 FOR UPDATE";

    private const string DeleteCounts =
        "DELETE FROM dev.session_counts WHERE user_id = $1 AND NOT EXISTS (SELECT FROM dev.sessions WHERE user_id = $1)";

    public async Task<UserDataCounts> CountAsync(string userId, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var command = Command(connection, Count, userId);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        var rows = UserTables.NoRows();
        rows[UserTables.Sessions] = reader.GetInt64(0);
        for (var i = 0; i < UserTables.All.Count; i++)
        {
            rows[UserTables.All[i].Name] = reader.GetInt64(2 + i);
        }

        return new UserDataCounts(reader.GetInt64(0), reader.GetInt64(1), rows);
    }

    public async Task<UserDataCounts> EraseAsync(string userId, DateTimeOffset until, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        var rows = UserTables.NoRows();
        long messages = 0;

        // Counted before: to subtract the sessions may take rows of its own.
        rows[SessionCounts] = await CountRowsAsync(connection, SessionCounts, userId, cancellationToken);
        while (await EraseSessionsAsync(connection, userId, until, rows, cancellationToken) is { } erased)
        {
            messages += erased;
        }

        await EraseCountsAsync(connection, userId, cancellationToken);
        rows[SessionCounts] = Math.Max(0, rows[SessionCounts] - await CountRowsAsync(connection, SessionCounts, userId, cancellationToken));
        rows[SearchIndex] = await EraseIndexAsync(connection, userId, cancellationToken);
        foreach (var table in UserTables.All.Where(table => table is { BelongsToSession: false, IsDerived: false }))
        {
            rows[table.Name] += await EraseRowsAsync(connection, table, userId, until, cancellationToken);
        }

        return new UserDataCounts(rows[UserTables.Sessions], messages, rows);
    }

    /// <returns>How many messages some sessions had that were erased; <see langword="null"/> when there was no session left.</returns>
    private async Task<long?> EraseSessionsAsync(
        NpgsqlConnection connection, string userId, DateTimeOffset until, Dictionary<string, long> rows, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var sessions = await LockSomeAsync(connection, userId, until, cancellationToken);
        if (sessions.Length == 0)
        {
            return null;
        }

        var erased = await SessionErasure.EraseAsync(connection, userId, sessions, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        foreach (var (table, count) in erased.Rows)
        {
            rows[table] += count;
        }

        return erased.Messages;
    }

    private async Task<Guid[]> LockSomeAsync(
        NpgsqlConnection connection, string userId, DateTimeOffset until, CancellationToken cancellationToken)
    {
        await using var command = Command(connection, LockSome, userId, until);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var sessions = new List<Guid>();
        long messages = 0;
        while (await reader.ReadAsync(cancellationToken) && (sessions.Count == 0 || messages + reader.GetInt64(1) <= MaxMessagesAtOnce))
        {
            sessions.Add(reader.GetGuid(0));
            messages += reader.GetInt64(1);
        }

        return [.. sessions];
    }

    /// <summary>
    /// The numbers of a user's sessions, once there is none. A session that is being created has its number in a row that is not there yet,
    /// or waits for the lock and makes the row anew.
    /// </summary>
    private static async Task EraseCountsAsync(NpgsqlConnection connection, string userId, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using (var command = Command(connection, LockCounts, userId))
        {
            await command.ExecuteNonQueryAsync(cancellationToken);
        }

        await using var delete = Command(connection, DeleteCounts, userId);
        await delete.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    /// <summary>Takes the sessions that are gone out of the index; a session that came meanwhile stays in it.</summary>
    /// <returns>By how many rows there are fewer.</returns>
    private async Task<long> EraseIndexAsync(NpgsqlConnection connection, string userId, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var before = await CountRowsAsync(connection, SearchIndex, userId, cancellationToken);
        await index.RemoveGoneAsync(connection, userId, cancellationToken);
        var after = await CountRowsAsync(connection, SearchIndex, userId, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return before - after;
    }

    private static async Task<long> CountRowsAsync(NpgsqlConnection connection, string table, string userId, CancellationToken cancellationToken)
    {
        await using var command = Command(connection, $"SELECT count(*) FROM dev.{table} WHERE user_id = $1", userId);
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    private async Task<long> EraseRowsAsync(
        NpgsqlConnection connection, UserTable table, string userId, DateTimeOffset until, CancellationToken cancellationToken)
    {
        var sql =
            $"""
            DELETE FROM dev.{table.Name}
            WHERE user_id = $1 AND ctid = ANY (ARRAY(
                SELECT ctid FROM dev.{table.Name} WHERE user_id = $1 AND {WasThere(table.Time ?? "$2")} LIMIT {MaxRowsAtOnce}))
            """;
        long all = 0;
        int some;
        do
        {
            await using var command = Command(connection, sql, userId, until);
            some = await command.ExecuteNonQueryAsync(cancellationToken);
            all += some;
        }
        while (some == MaxRowsAtOnce);
        return all;
    }

    /// <summary>The condition for rows that came before the erasure began.</summary>
    private static string WasThere(string came) => $"({came} <= $2 OR {came} > $3)";

    private NpgsqlCommand Command(NpgsqlConnection connection, string sql, string userId, DateTimeOffset until)
    {
        var command = Command(connection, sql, userId);
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = until });
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = time.GetDatabaseNow() + ClockSkew });
        return command;
    }

#pragma warning disable CA2100 // Constant texts and names of tables.
    private static NpgsqlCommand Command(NpgsqlConnection connection, string sql, string userId) => new(sql, connection)
#pragma warning restore CA2100
    {
        Parameters = { new NpgsqlParameter<string> { TypedValue = userId } },
        CommandTimeout = SessionErasure.StatementSeconds,
    };
}
