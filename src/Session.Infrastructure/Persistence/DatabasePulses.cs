namespace SessionService.Infrastructure.Persistence;

/// <summary>
/// The pulses of the server that takes writes, and of the one for reads that may lag: often the same. Among equal hosts they are those of
/// the host for what is done now. So the database is lost for everybody only when no host answers.
/// </summary>
public sealed class DatabasePulses(DatabaseHosts hosts)
{
    public DatabasePulse Primary => hosts.Current.Primary;

    public DatabasePulse Standby => hosts.Current.Standby;

    /// <summary>Raised when a server is lost or back, or has ended its connections.</summary>
    public event EventHandler? Interrupted
    {
        add
        {
            foreach (var host in hosts.All)
            {
                host.Primary.Interrupted += value;
                host.Standby.Interrupted += value;
            }
        }

        remove
        {
            foreach (var host in hosts.All)
            {
                host.Primary.Interrupted -= value;
                host.Standby.Interrupted -= value;
            }
        }
    }
}
