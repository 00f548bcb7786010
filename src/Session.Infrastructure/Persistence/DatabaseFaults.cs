using System.Net.Sockets;
using Npgsql;

namespace SessionService.Infrastructure.Persistence;

/// <summary>Tells a database that cannot serve at the moment from a fault of ours.</summary>
public static class DatabaseFaults
{
    private const string ConnectionExceptions = "08";
    private const string ConstraintViolations = "23";
    private const string Rollbacks = "40";

    // Citus: the commit was sent to another server, and did not come back as done.
    private const string FailedCommitOfShard = "could not commit transaction for shard";

    // Citus: the server that passed a statement or a commit on was killed while it waited for the answer.
    private const string EndOfCoordinator = "postmaster was shut down";

    /// <summary>Whether an exception, or one that caused it, says that the database is unreachable, overloaded or read-only.</summary>
    public static bool IsUnavailable(Exception exception)
    {
        for (var cause = exception; cause is not null; cause = cause.InnerException)
        {
            switch (cause)
            {
                // A fatal error ends the connection; no statement is at fault.
                case PostgresException postgres:
                    return postgres.InvariantSeverity is "FATAL" or "PANIC" || IsUnavailable(postgres.SqlState);

                // What Npgsql says itself, not the server: no connection, a broken one, no free one in the pool, a time-out.
                case NpgsqlException:
                case DatabaseLostException:
                    return true;

                // A client's connection, which holds such an exception too.
                case IOException:
                    return false;

                // Npgsql's own, without a wrapper, where the time to connect ended while it waited for itself: the first connections of a
                // pool wait for one of them to load the types.
                case TimeoutException:
                    return true;

                // The name of the database's host is not known at the moment.
                case SocketException:
                    return true;
            }
        }

        return false;
    }

    /// <summary>
    /// Whether no connection of the pool became free in time. Npgsql tells this from other timeouts only by the text, which begins so in
    /// all its versions.
    /// </summary>
    public static bool IsPoolExhausted(Exception exception)
    {
        for (var cause = exception; cause is not null; cause = cause.InnerException)
        {
            if (cause is NpgsqlException { InnerException: TimeoutException } and not PostgresException
                && cause.Message.StartsWith("The connection pool has been exhausted", StringComparison.Ordinal))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether a background job met a database that is away or busy, and may leave its work for the next time.</summary>
    public static bool IsPassing(Exception exception) =>
        exception is NpgsqlException or WriteOutcomeUnknownException || IsUnavailable(exception);

    /// <summary>
    /// Whether the database refused a statement and keeps the connection, so that the statement had no effect. When the connection ends,
    /// the statement may have had one.
    /// </summary>
    public static bool IsRefusal(NpgsqlException exception) => exception is PostgresException { InvariantSeverity: "ERROR" };

    /// <summary>
    /// Whether the server lost its connection to another server that was to do a part of the statement, as the coordinator of a sharded
    /// database does when a worker dies. The server keeps our connection, so the error is none of ours, and yet it refuses nothing.
    /// </summary>
    public static bool IsLostNode(PostgresException exception) =>
        exception.InvariantSeverity == "ERROR"
        && (exception.SqlState.StartsWith(ConnectionExceptions, StringComparison.Ordinal)
            || exception.MessageText.StartsWith(FailedCommitOfShard, StringComparison.Ordinal)
            || exception.MessageText.StartsWith(EndOfCoordinator, StringComparison.Ordinal));

    /// <summary>
    /// Whether a commit failed for a constraint or for another transaction, so that nothing was written. Of any other error at a commit
    /// nobody knows whether a server of a sharded database has committed before.
    /// </summary>
    public static bool IsRefusedCommit(PostgresException exception) =>
        IsRefusal(exception)
        && (StateOf(exception).StartsWith(ConstraintViolations, StringComparison.Ordinal)
            || StateOf(exception).StartsWith(Rollbacks, StringComparison.Ordinal));

    /// <summary>
    /// Whether a connection turned out to be dead or to lead to a server that has become read-only, as after a restart or a failover.
    /// Nothing was written, and another connection may succeed.
    /// </summary>
    public static bool IsLostConnection(Exception exception)
    {
        for (var cause = exception; cause is not null and not WriteOutcomeUnknownException; cause = cause.InnerException)
        {
            switch (cause)
            {
                case PostgresException postgres:
                    return !IsRefusal(postgres) || postgres.SqlState == PostgresErrorCodes.ReadOnlySqlTransaction;

                case NpgsqlException:
                    return cause.InnerException is IOException;
            }
        }

        return false;
    }

    /// <summary>
    /// Whether a statement was refused because of another transaction at the same time. The next attempt may succeed, or see what that did.
    /// </summary>
    public static bool IsRace(NpgsqlException exception) =>
        IsRefusal(exception)
        && StateOf(exception) is PostgresErrorCodes.UniqueViolation
            or PostgresErrorCodes.DeadlockDetected
            or PostgresErrorCodes.SerializationFailure;

    /// <summary>Whether a row named another one that is not there.</summary>
    public static bool IsForeignKeyViolation(PostgresException exception) =>
        StateOf(exception) == PostgresErrorCodes.ForeignKeyViolation;

    /// <summary>
    /// Whether a statement broke a constraint. In a sharded database each shard has the constraint under a longer name, and the error of
    /// another server has the name in its text alone.
    /// </summary>
    public static bool IsViolationOf(string constraint, PostgresException exception) =>
        StateOf(exception).StartsWith(ConstraintViolations, StringComparison.Ordinal)
        && (exception.ConstraintName ?? exception.MessageText).Contains(constraint, StringComparison.Ordinal);

    /// <summary>Whether one of several writes is why their statement was refused: its content, or a row that is locked.</summary>
    public static bool IsOfOneWrite(PostgresException exception) =>
        IsRefusal(exception) && (exception.SqlState == PostgresErrorCodes.LockNotAvailable || !IsUnavailable(exception.SqlState));

    // Citus copies the rows of some statements to a shard, and then reports what another server refused as a fault of its own.
    private static string StateOf(NpgsqlException exception) => exception switch
    {
        { SqlState: not PostgresErrorCodes.InternalError } => exception.SqlState ?? "",
        PostgresException { MessageText: var text } when text.StartsWith("duplicate key value violates", StringComparison.Ordinal) =>
            PostgresErrorCodes.UniqueViolation,
        PostgresException { MessageText: var text } when text.Contains("violates foreign key constraint", StringComparison.Ordinal) =>
            PostgresErrorCodes.ForeignKeyViolation,
        _ => PostgresErrorCodes.InternalError,
    };

    // The classes of Appendix A of PostgreSQL's manual: connection exception, insufficient resources, operator intervention
    // (shutdown, cancelled by time-out), system error; besides these a read-only server, as after a failover.
    private static bool IsUnavailable(string sqlState) =>
        sqlState.StartsWith(ConnectionExceptions, StringComparison.Ordinal)
        || sqlState.StartsWith("53", StringComparison.Ordinal)
        || sqlState.StartsWith("57", StringComparison.Ordinal)
        || sqlState.StartsWith("58", StringComparison.Ordinal)
        || sqlState is PostgresErrorCodes.ReadOnlySqlTransaction
            or PostgresErrorCodes.LockNotAvailable
            or PostgresErrorCodes.DeadlockDetected
            or PostgresErrorCodes.SerializationFailure;
}
