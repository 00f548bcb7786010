namespace SessionService.Infrastructure.Persistence;

/// <summary>One of <see cref="DatabaseHosts"/>.</summary>
public sealed class DatabaseHost(int index, Func<string> connectionString, DatabasePulse primary, DatabasePulse standby)
{
    private volatile int _node = DatabaseHosts.NoNode;

    /// <summary>Its place among the hosts.</summary>
    public int Index => index;

    public string ConnectionString => connectionString();

    /// <summary>The pulse of the server that takes writes.</summary>
    public DatabasePulse Primary => primary;

    /// <summary>The pulse of the server for reads that may lag; the same where there is none of its own.</summary>
    public DatabasePulse Standby => standby;

    /// <summary>The node of the sharded database that the host is.</summary>
    internal int Node
    {
        get => _node;
        set => _node = value;
    }
}
