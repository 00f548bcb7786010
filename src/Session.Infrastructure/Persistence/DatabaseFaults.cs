using System.Net.Sockets;
using Npgsql;

namespace SessionService.Infrastructure.Persistence;

/// <summary>Tells a database that cannot serve at the moment from a fault of ours.</summary>
public static class DatabaseFaults
{
    /// <summary>Whether an exception, or one that caused it, says that the database is unreachable, overloaded or read-only.</summary>
    public static bool IsUnavailable(Exception exception)
    {
        for (var cause = exception; cause is not null; cause = cause.InnerException)
        {
            switch (cause)
            {
                // A fatal error ends the connection: whatever its reason, it was no statement's fault.
                case PostgresException postgres:
                    return postgres.InvariantSeverity is "FATAL" or "PANIC" || IsUnavailable(postgres.SqlState);

                // Everything of Npgsql's own that the server did not say: no connection, a broken one, a pool without a free one, a time-out.
                case NpgsqlException:
                case DatabaseLostException:
                    return true;

                // A client's connection, which holds such an exception too.
                case IOException:
                    return false;

                // The name of the database's host is not known at the moment.
                case SocketException:
                    return true;
            }
        }

        return false;
    }

    /// <summary>Whether a background job met a database that is away or busy, and may leave its work for the next time.</summary>
    public static bool IsPassing(Exception exception) => exception is NpgsqlException or WriteOutcomeUnknownException || IsUnavailable(exception);

    /// <summary>
    /// Whether the database refused a statement and goes on with the connection, so that nothing of the statement was made. After the end of
    /// a connection it may have been.
    /// </summary>
    public static bool IsRefusal(NpgsqlException exception) => exception is PostgresException { InvariantSeverity: "ERROR" };

    /// <summary>
    /// Whether a connection turned out to be none any more, or to lead to a server that has become read-only: as after a restart or a
    /// failover, so that a new one may do. Of what was to be written, nothing was.
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

    /// <summary>Whether a statement was refused for what another transaction did at the same time, and may succeed or find it the next time.</summary>
    public static bool IsRace(NpgsqlException exception) =>
        IsRefusal(exception)
        && exception.SqlState is PostgresErrorCodes.UniqueViolation or PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.SerializationFailure;

    /// <summary>Whether a statement of several writes was refused for one of them, by its content or for a row that somebody holds.</summary>
    public static bool IsOfOneWrite(PostgresException exception) =>
        IsRefusal(exception) && (exception.SqlState == PostgresErrorCodes.LockNotAvailable || !IsUnavailable(exception.SqlState));

    // The classes of Appendix A of PostgreSQL's manual: connection exception, insufficient resources, operator intervention
    // (shutdown, cancelled by time-out), system error; besides these a read-only server, as after a failover.
    private static bool IsUnavailable(string sqlState) =>
        sqlState.StartsWith("08", StringComparison.Ordinal)
        || sqlState.StartsWith("53", StringComparison.Ordinal)
        || sqlState.StartsWith("57", StringComparison.Ordinal)
        || sqlState.StartsWith("58", StringComparison.Ordinal)
        || sqlState is PostgresErrorCodes.ReadOnlySqlTransaction
            or PostgresErrorCodes.LockNotAvailable
            or PostgresErrorCodes.DeadlockDetected
            or PostgresErrorCodes.SerializationFailure;
}
