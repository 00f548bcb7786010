using Npgsql;

namespace SessionService.Infrastructure.Persistence;

/// <summary>
/// A pool of connections to the database. The database may have several hosts: Npgsql then finds out which of them is the primary, and
/// does so again whenever that is in doubt.
/// </summary>
public sealed class ServerPool : IAsyncDisposable
{
    private readonly NpgsqlDataSource _hosts;

    public ServerPool(NpgsqlDataSourceBuilder builder)
    {
        if (HasSeveralHosts(builder.ConnectionStringBuilder))
        {
            var hosts = builder.BuildMultiHost();
            _hosts = hosts;
            Primary = hosts.WithTargetSession(TargetSessionAttributes.ReadWrite);
            Standby = hosts.WithTargetSession(TargetSessionAttributes.PreferStandby);
        }
        else
        {
            _hosts = Primary = Standby = builder.Build();
        }
    }

    /// <summary>Connections to the server that takes writes: what it answers holds everything that was acknowledged.</summary>
    public NpgsqlDataSource Primary { get; }

    /// <summary>Connections to a server that may be behind, where there is one.</summary>
    public NpgsqlDataSource Standby { get; }

    /// <summary>Closes what is idle and forgets which host is which: nothing that was opened before is used again.</summary>
    public void Forget()
    {
        (_hosts as NpgsqlMultiHostDataSource)?.ClearDatabaseStates();
        _hosts.Clear();
    }

    public ValueTask DisposeAsync() => _hosts.DisposeAsync();

    private static bool HasSeveralHosts(NpgsqlConnectionStringBuilder connection) =>
        connection.Host?.Contains(',', StringComparison.Ordinal) ?? false;
}
