using Npgsql;
using SessionService.Infrastructure.Persistence;
using SessionService.IntegrationTests.Hosting;

namespace SessionService.IntegrationTests.Databases;

/// <summary>Statements that are sent together with the commit of their transaction.</summary>
public sealed class CommittedBatchTests : IAsyncLifetime
{
    private const string Insert = "INSERT INTO written (number) VALUES ($1)";

    private TestDatabase _database = null!;
    private NpgsqlConnection _connection = null!;

    public async Task InitializeAsync()
    {
        _database = await TestDatabase.CreateEmptyAsync();
        await _database.ExecuteAsync("CREATE TABLE written (number integer PRIMARY KEY)");
        _connection = await _database.DataSource.OpenConnectionAsync();
    }

    [Fact]
    public async Task They_are_written_and_the_connection_is_free_for_the_next()
    {
        await WriteAsync(1, 2);
        await WriteAsync(3);

        Assert.Equal(["1", "2", "3"], await WrittenAsync());
    }

    [Fact]
    public async Task A_refused_statement_leaves_nothing_and_the_connection_is_free_for_the_next()
    {
        await WriteAsync(1);

        var refusal = await Assert.ThrowsAsync<PostgresException>(() => WriteAsync(2, 1, 3));
        await WriteAsync(4);

        Assert.Equal(PostgresErrorCodes.UniqueViolation, refusal.SqlState);
        Assert.Equal(["1", "4"], await WrittenAsync());
    }

    [Fact]
    public async Task A_refused_commit_leaves_nothing()
    {
        await AtCommitAsync("RAISE EXCEPTION 'no' USING ERRCODE = 'check_violation'");

        await Assert.ThrowsAsync<PostgresException>(() => WriteAsync(1, 2));

        Assert.Empty(await WrittenAsync());
    }

    [Fact]
    public async Task A_connection_that_ends_before_the_commit_left_nothing()
    {
        await using var other = await _database.DataSource.OpenConnectionAsync();
        await using var transaction = await other.BeginTransactionAsync();
        await using var hold = new NpgsqlCommand("INSERT INTO written (number) VALUES (2)", other, transaction);
        await hold.ExecuteNonQueryAsync();
        var write = WriteAsync(1, 2);

        await EndAsync("Lock");

        var end = await Assert.ThrowsAsync<PostgresException>(() => write);
        Assert.True(DatabaseFaults.IsLostConnection(end));
        await transaction.RollbackAsync();
        Assert.Empty(await WrittenAsync());
    }

    [Fact]
    public async Task A_connection_that_ends_during_the_commit_leaves_the_outcome_unknown()
    {
        await AtCommitAsync("PERFORM pg_sleep(60)");
        var write = WriteAsync(1);

        await EndAsync("Timeout");

        await Assert.ThrowsAsync<WriteOutcomeUnknownException>(() => write);
    }

    [Fact]
    public async Task A_node_that_is_lost_before_the_commit_left_nothing()
    {
        await AtInsertAsync("RAISE EXCEPTION 'connection to the remote node failed' USING ERRCODE = '08006'");

        await Assert.ThrowsAsync<PostgresException>(() => WriteAsync(1));
        Assert.Empty(await WrittenAsync());
    }

    [Theory]
    [InlineData("connection to the remote node failed", "08006")]
    [InlineData("could not commit transaction for shard 102022 on at least one active node", "XX000")]
    public async Task A_node_that_is_lost_during_the_commit_leaves_the_outcome_unknown(string message, string sqlState)
    {
        await AtCommitAsync($"RAISE EXCEPTION '{message}' USING ERRCODE = '{sqlState}'");

        await Assert.ThrowsAsync<WriteOutcomeUnknownException>(() => WriteAsync(1));
    }

    public async Task DisposeAsync()
    {
        await _connection.DisposeAsync();
        await _database.DisposeAsync();
    }

    private async Task WriteAsync(params int[] numbers)
    {
        await using var transaction = await _connection.BeginTransactionAsync();
        var batch = new SqlBatch(_connection);
        foreach (var number in numbers)
        {
            batch.Add(Insert, number);
        }

        await batch.CommitAsync(CancellationToken.None);
    }

    private Task<string[]> WrittenAsync() => _database.QueryAsync("SELECT number FROM written ORDER BY number");

    private Task AtCommitAsync(string statement) =>
        OnInsertAsync(statement, "CONSTRAINT TRIGGER happen AFTER INSERT ON written DEFERRABLE INITIALLY DEFERRED");

    private Task AtInsertAsync(string statement) => OnInsertAsync(statement, "TRIGGER happen AFTER INSERT ON written");

    private Task OnInsertAsync(string statement, string trigger) => _database.ExecuteAsync(
        $"""
        CREATE FUNCTION happen() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {statement}; RETURN NULL; END $$;
        CREATE {trigger} FOR EACH ROW EXECUTE FUNCTION happen();
        """);

    /// <summary>Ends the connection once its server process waits for something.</summary>
    private Task EndAsync(string waitsFor) => Eventually.IsSoAsync(async () => (await _database.QueryAsync(
        $"""
        SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE pid = {_connection.ProcessID} AND wait_event_type = '{waitsFor}'
        """)) is ["true"]);
}
