using Npgsql;

namespace SessionService.Infrastructure.Persistence;

/// <summary>What the service sets for its connections where the connection string does not say otherwise.</summary>
public static class DatabaseOptions
{
    /// <summary>The name in <c>ConnectionStrings</c>.</summary>
    public const string ConnectionStringName = "SessionDb";

    /// <summary>A few connections a core: more of them only wait for each other in the database.</summary>
    public static int PoolSize => Math.Max(8, 4 * Environment.ProcessorCount);

    // Seconds. A new connection to a coordinator opens others to the workers with its first statement, which takes up to a tenth of a
    // second, more where many do it at once. For the same reason connections stay open.
    private const int ShardedTimeout = 3;

    /// <summary>What is wrong with a connection string that <see cref="IsReadable"/> refuses.</summary>
    public static string Unreadable =>
        $"ConnectionStrings__{ConnectionStringName} is no connection string that Npgsql can read, "
        + "such as Host=db;Database=sessions;Username=sessions;Password=….";

    public static bool IsReadable(string connectionString)
    {
        try
        {
            Complete(connectionString);
            return true;
        }
        catch (InvalidSettingException)
        {
            return false;
        }
    }

    /// <summary>The hosts that a connection string names, each with its port where one is given.</summary>
    /// <exception cref="InvalidSettingException">It is no connection string of Npgsql's.</exception>
    internal static IReadOnlyList<string> HostsOf(string connectionString) =>
        new NpgsqlConnectionStringBuilder(Complete(connectionString)).Host?.Split(
            ',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) is { Length: > 0 } hosts ? hosts : [""];

    /// <summary>The connection string for one host of several.</summary>
    internal static string WithHost(string connectionString, string host)
    {
        var one = new NpgsqlConnectionStringBuilder(connectionString) { Host = host };
        one.Remove("Load Balance Hosts");
        return one.ConnectionString;
    }

    /// <param name="connectionString">What the operator gave.</param>
    /// <param name="isSharded">Whether it leads to a server of a sharded database.</param>
    /// <exception cref="InvalidSettingException">It is no connection string of Npgsql's.</exception>
    public static string Complete(string connectionString, bool isSharded = false)
    {
        try
        {
            return WithDefaults(connectionString, isSharded);
        }
        catch (Exception exception) when (exception is ArgumentException or FormatException)
        {
            // Without the value, which may hold a password.
            throw new InvalidSettingException(Unreadable, exception);
        }
    }

    private static string WithDefaults(string connectionString, bool isSharded)
    {
        var given = new NpgsqlConnectionStringBuilder(connectionString);
        var completed = new NpgsqlConnectionStringBuilder(connectionString)
        {
            // Statements are prepared explicitly, see PreparedCommands.
            MaxAutoPrepare = 0,
            // Statements of the service change settings for their transaction only, so there is nothing to reset. With prepared statements
            // the reset would be six more statements a request, and cost the database more than the request's own.
            NoResetOnClose = true,
            // Do not wait for a statement whose time is up. A commit that waits for a synchronous standby succeeds when it is cancelled,
            // though no standby has it: the service would acknowledge what a failover loses.
            CancellationTimeout = -1,
        };
        // ServerPool chooses among several hosts by what a connection is for.
        completed.Remove("Target Session Attributes");
        SetUnlessGiven("Maximum Pool Size", PoolSize);
        // Also how long a request waits for a connection of the pool: a client has its answer within two seconds.
        SetUnlessGiven("Timeout", isSharded ? ShardedTimeout : 1);
        if (isSharded)
        {
            SetUnlessGiven("Minimum Pool Size", completed.MaxPoolSize);
        }

        SetUnlessGiven("Command Timeout", 15);
        // For the answer to BEGIN, which Npgsql sends with the first statement of a transaction. No cancellation ends that wait, and Npgsql
        // takes no shorter time.
        SetUnlessGiven("Internal Command Timeout", 3);
        // How long Npgsql believes what it knows of a host: a failover is over within two seconds.
        SetUnlessGiven("Host Recheck Seconds", 1);
        SetUnlessGiven("Application Name", "session_service");
        // Bytes. A page of messages is some tens of KiB: a smaller buffer would be filled many times, with a wait each time.
        SetUnlessGiven("Read Buffer Size", 32 * 1024);
        return completed.ConnectionString;

        void SetUnlessGiven(string key, object value)
        {
            if (!given.Keys!.Cast<string>().Contains(key, StringComparer.OrdinalIgnoreCase))
            {
                completed[key] = value;
            }
        }
    }
}
