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
                    return true;
            }
        }

        return false;
    }

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
