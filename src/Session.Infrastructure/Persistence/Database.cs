using System.Data;
using Npgsql;

namespace SessionService.Infrastructure.Persistence;

/// <summary>
/// Runs units of work, each on a connection of the pool. A pooled connection may be dead, as after a restart of the database or a
/// failover: the unit of work then runs once more, from its first statement, on another connection. It does so only where nothing can have
/// been committed; otherwise it throws <see cref="WriteOutcomeUnknownException"/>. A unit of work must have no effects but on the database.
/// </summary>
/// <param name="dataSource">Where the next connection is opened: another host may answer the second attempt.</param>
internal sealed class Database(Func<NpgsqlDataSource> dataSource)
{
    public Database(NpgsqlDataSource dataSource)
        : this(() => dataSource)
    {
    }

    /// <summary>
    /// How often a write runs while it loses races. Every write can lose one: PostgreSQL may find a deadlock although all statements lock
    /// rows in the same order, where a row was updated while others hold it for their foreign keys.
    /// </summary>
    public const int RaceAttempts = 3;

    /// <summary>Statements that write nothing.</summary>
    public Task<T> ReadAsync<T>(Func<Sql, Task<T>> work, CancellationToken cancellationToken) =>
        RunAsync(work, commitsItself: false, attempts: 1, cancellationToken);

    /// <summary>Statements that write nothing and see one snapshot, so that their answers tell of one moment.</summary>
    public Task<T> ReadSnapshotAsync<T>(Func<Sql, Task<T>> work, CancellationToken cancellationToken) =>
        RunAsync(
            async sql =>
            {
                await using var transaction = await sql.Connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken);
                return await work(sql);
            },
            commitsItself: false,
            attempts: 1,
            cancellationToken);

    /// <summary>One statement that writes and commits by itself; others before it only read.</summary>
    /// <param name="work">The statements.</param>
    /// <param name="cancellationToken">A token that is cancelled when the caller has gone or the database is lost.</param>
    public Task<T> WriteAsync<T>(Func<Sql, Task<T>> work, CancellationToken cancellationToken) =>
        RunAsync(work, commitsItself: true, RaceAttempts, cancellationToken);

    /// <summary>Statements in a transaction, which is committed unless the work throws, or has a result that leaves nothing.</summary>
    /// <param name="work">The statements.</param>
    /// <param name="cancellationToken">A token that is cancelled when the caller has gone or the database is lost.</param>
    /// <param name="leavesNothing">Whether the transaction is rolled back.</param>
    public Task<T> InTransactionAsync<T>(
        Func<Sql, Task<T>> work, CancellationToken cancellationToken, Predicate<T>? leavesNothing = null) =>
        RunAsync(
            async sql =>
            {
                await using var transaction = await sql.Connection.BeginTransactionAsync(cancellationToken);
                var result = await work(sql);
                if (leavesNothing?.Invoke(result) == true)
                {
                    return result;
                }

                return await UncertainWrite.CommitAsync(async () =>
                {
                    await transaction.CommitAsync(cancellationToken);
                    return result;
                });
            },
            commitsItself: false,
            RaceAttempts,
            cancellationToken);

    /// <summary>Opens a connection and runs work that keeps the connection, such as a reader that a response is streamed from.</summary>
    /// <remarks>The work disposes of the connection, also where it throws.</remarks>
    public Task<T> OpenAsync<T>(Func<NpgsqlConnection, Task<T>> work, CancellationToken cancellationToken) =>
        RunAsync(sql => work(sql.Connection), commitsItself: false, attempts: 1, cancellationToken, keepsConnection: true);

    private async Task<T> RunAsync<T>(
        Func<Sql, Task<T>> work, bool commitsItself, int attempts, CancellationToken cancellationToken, bool keepsConnection = false)
    {
        var isOnSecondConnection = false;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var connection = await dataSource().OpenConnectionAsync(cancellationToken);
                await using (keepsConnection ? null : connection)
                {
                    return await work(new Sql(connection, commitsItself));
                }
            }
            catch (PostgresException exception) when (attempt < attempts && DatabaseFaults.IsRace(exception))
            {
                // Nothing was written. The next attempt sees what the other transaction did.
            }
            catch (Exception exception) when (!isOnSecondConnection && DatabaseFaults.IsLostConnection(exception))
            {
                isOnSecondConnection = true;
                attempt--;
            }
        }
    }
}
