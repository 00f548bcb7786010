using System.Diagnostics;
using Npgsql;

namespace SessionService.IntegrationTests.Limits;

/// <summary>Holds a session's row, so that whoever writes to it waits until this is disposed.</summary>
internal sealed class LockedSession : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly NpgsqlConnection _connection;
    private readonly NpgsqlTransaction _transaction;

    private LockedSession(NpgsqlConnection connection, NpgsqlTransaction transaction)
    {
        _connection = connection;
        _transaction = transaction;
    }

    public static async Task<LockedSession> OfAsync(string connectionString, string session)
    {
        // The service's time for a connection may be short; the test has all the time that a busy machine takes.
        var connection = new NpgsqlConnection(
            new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false, Timeout = 60 }.ConnectionString);
        await connection.OpenAsync();
        var transaction = await connection.BeginTransactionAsync();
        await using var command = new NpgsqlCommand("SELECT FROM dev.sessions WHERE session_id = $1 FOR UPDATE", connection, transaction)
        {
            Parameters = { new NpgsqlParameter<Guid> { TypedValue = Guid.Parse(session.Split('/')[^1]) } },
        };
        await command.ExecuteNonQueryAsync();
        return new LockedSession(connection, transaction);
    }

    /// <summary>Returns when so many connections wait for the row.</summary>
    public async Task WaitForWaitersAsync(int count)
    {
        // A transaction sees the activity of the moment when it first looked, unless it forgets that.
        await using var forget = new NpgsqlCommand("SELECT pg_stat_clear_snapshot()", _connection, _transaction);
        await using var command = new NpgsqlCommand(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'", _connection, _transaction);
        var watch = Stopwatch.StartNew();
        while ((long)(await command.ExecuteScalarAsync())! < count)
        {
            Assert.True(watch.Elapsed < Patience, "Too few wait.");
            await forget.ExecuteNonQueryAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _transaction.DisposeAsync();
        await _connection.DisposeAsync();
    }
}
