using System.Net.Sockets;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using SessionService.Infrastructure.Persistence;

namespace SessionService.UnitTests.Persistence;

public sealed class DatabaseFaultsTests
{
    [Theory]
    [InlineData(PostgresErrorCodes.ConnectionFailure)]
    [InlineData(PostgresErrorCodes.TooManyConnections)]
    [InlineData(PostgresErrorCodes.DiskFull)]
    [InlineData(PostgresErrorCodes.QueryCanceled)]
    [InlineData(PostgresErrorCodes.AdminShutdown)]
    [InlineData(PostgresErrorCodes.CrashShutdown)]
    [InlineData(PostgresErrorCodes.CannotConnectNow)]
    [InlineData(PostgresErrorCodes.IoError)]
    [InlineData(PostgresErrorCodes.ReadOnlySqlTransaction)]
    [InlineData(PostgresErrorCodes.LockNotAvailable)]
    [InlineData(PostgresErrorCodes.DeadlockDetected)]
    [InlineData(PostgresErrorCodes.SerializationFailure)]
    public void A_server_that_cannot_serve_at_the_moment_is_unavailable(string sqlState)
    {
        Assert.True(DatabaseFaults.IsUnavailable(Refusal(sqlState)));
        Assert.True(DatabaseFaults.IsUnavailable(new DbUpdateException("", Refusal(sqlState))));
        Assert.True(DatabaseFaults.IsUnavailable(new InvalidOperationException("", new DbUpdateException("", Refusal(sqlState)))));
    }

    [Theory]
    [InlineData(PostgresErrorCodes.UniqueViolation)]
    [InlineData(PostgresErrorCodes.ForeignKeyViolation)]
    [InlineData(PostgresErrorCodes.NumericValueOutOfRange)]
    [InlineData(PostgresErrorCodes.UntranslatableCharacter)]
    [InlineData(PostgresErrorCodes.SyntaxError)]
    [InlineData(PostgresErrorCodes.UndefinedColumn)]
    public void A_statement_that_the_server_refuses_is_a_fault_of_ours(string sqlState)
    {
        Assert.False(DatabaseFaults.IsUnavailable(Refusal(sqlState)));
        Assert.False(DatabaseFaults.IsUnavailable(new DbUpdateException("", Refusal(sqlState))));
    }

    // Fatal is what ends the connection: the database takes no connections, is not there, or does not know us.
    [Theory]
    [InlineData(PostgresErrorCodes.ObjectNotInPrerequisiteState)]
    [InlineData(PostgresErrorCodes.InvalidCatalogName)]
    [InlineData(PostgresErrorCodes.InvalidPassword)]
    public void A_server_that_refuses_the_connection_is_unavailable(string sqlState)
    {
        Assert.True(DatabaseFaults.IsUnavailable(new PostgresException("", "FATAL", "FATAL", sqlState)));
        Assert.False(DatabaseFaults.IsUnavailable(Refusal(sqlState)));
    }

    [Fact]
    public void A_connection_that_fails_is_unavailable()
    {
        Assert.True(DatabaseFaults.IsUnavailable(new NpgsqlException("The connection pool has been exhausted")));
        Assert.True(DatabaseFaults.IsUnavailable(new NpgsqlException("", new TimeoutException())));
        // Npgsql throws this one bare where a connection waits for the first of its pool, and EF wraps it.
        Assert.True(DatabaseFaults.IsUnavailable(new TimeoutException()));
        Assert.True(DatabaseFaults.IsUnavailable(new InvalidOperationException("", new TimeoutException())));
        Assert.True(DatabaseFaults.IsPassing(new TimeoutException()));
        Assert.True(DatabaseFaults.IsUnavailable(new InvalidOperationException("", new NpgsqlException("", new SocketException((int)SocketError.ConnectionRefused)))));
    }

    // The words are Npgsql's own: see the test of a service whose pool is taken.
    [Fact]
    public void A_pool_without_a_free_connection_is_told_from_other_time_outs()
    {
        var exhausted = new NpgsqlException("The connection pool has been exhausted, either raise …", new TimeoutException());

        Assert.True(DatabaseFaults.IsPoolExhausted(exhausted));
        Assert.True(DatabaseFaults.IsPoolExhausted(new InvalidOperationException("", exhausted)));
        Assert.False(DatabaseFaults.IsPoolExhausted(new NpgsqlException("Exception while reading from stream", new TimeoutException())));
        Assert.False(DatabaseFaults.IsPoolExhausted(new TimeoutException("The connection pool has been exhausted")));
    }

    [Fact]
    public async Task A_host_whose_name_nobody_knows_is_unavailable()
    {
        await using var connection = new NpgsqlConnection("Host=nowhere.invalid;Username=anyone;Timeout=5");

        var exception = await Assert.ThrowsAnyAsync<Exception>(() => connection.OpenAsync());

        Assert.True(DatabaseFaults.IsUnavailable(exception));
    }

    [Fact]
    public void A_database_that_is_lost_is_unavailable()
    {
        Assert.True(DatabaseFaults.IsUnavailable(new DatabaseLostException()));
    }

    [Fact]
    public void A_client_that_goes_away_is_no_fault_of_the_database()
    {
        Assert.False(DatabaseFaults.IsUnavailable(new IOException("", new SocketException((int)SocketError.ConnectionReset))));
    }

    [Fact]
    public void A_connection_that_the_server_has_ended_is_lost()
    {
        Assert.True(DatabaseFaults.IsLostConnection(new PostgresException("", "FATAL", "FATAL", PostgresErrorCodes.AdminShutdown)));
        Assert.True(DatabaseFaults.IsLostConnection(new NpgsqlException("", new EndOfStreamException())));
        Assert.True(DatabaseFaults.IsLostConnection(new InvalidOperationException("", new NpgsqlException("", new IOException()))));
        Assert.True(DatabaseFaults.IsLostConnection(Refusal(PostgresErrorCodes.ReadOnlySqlTransaction)));
    }

    [Fact]
    public void Nothing_goes_again_that_may_have_been_made_or_would_only_wait_once_more()
    {
        Assert.False(DatabaseFaults.IsLostConnection(new WriteOutcomeUnknownException(new NpgsqlException("", new EndOfStreamException()))));
        Assert.False(DatabaseFaults.IsLostConnection(new NpgsqlException("", new TimeoutException())));
        Assert.False(DatabaseFaults.IsLostConnection(new NpgsqlException("", new SocketException((int)SocketError.ConnectionRefused))));
        Assert.False(DatabaseFaults.IsLostConnection(Refusal(PostgresErrorCodes.UniqueViolation)));
        Assert.False(DatabaseFaults.IsLostConnection(new IOException()));
    }

    [Theory]
    [InlineData("ERROR", PostgresErrorCodes.ConnectionFailure, true)]
    [InlineData("ERROR", PostgresErrorCodes.ConnectionException, true)]
    [InlineData("ERROR", PostgresErrorCodes.UniqueViolation, false)]
    [InlineData("FATAL", PostgresErrorCodes.ConnectionFailure, false)]
    public void An_error_that_tells_of_a_lost_node_refuses_nothing(string severity, string sqlState, bool isUncertain)
    {
        var exception = new PostgresException("", severity, severity, sqlState);

        Assert.Equal(isUncertain, UncertainWrite.IsSilence(exception));
        Assert.Equal(isUncertain || severity == "FATAL", UncertainWrite.IsUncertainCommit(exception));
    }

    [Fact]
    public void Other_exceptions_say_nothing_of_the_database()
    {
        Assert.False(DatabaseFaults.IsUnavailable(new InvalidOperationException()));
        Assert.False(DatabaseFaults.IsUnavailable(new ArgumentException("", new FormatException())));
    }

    private static PostgresException Refusal(string sqlState) => new("", "ERROR", "ERROR", sqlState);
}
