namespace SessionService.Infrastructure.Persistence;

/// <summary>How the tables lie on servers. Section <c>Database</c>.</summary>
public sealed class ShardingOptions
{
    public const string Section = "Database";

    /// <summary>
    /// Whether the tables are distributed over several servers by user, as the command <c>schema distribute</c> leaves them. The service
    /// starts only where the database agrees.
    /// </summary>
    public bool Sharded { get; set; }
}
