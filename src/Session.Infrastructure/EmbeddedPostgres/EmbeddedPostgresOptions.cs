using System.ComponentModel.DataAnnotations;

namespace SessionService.Infrastructure.EmbeddedPostgres;

/// <summary>Settings of the private PostgreSQL cluster that the service runs when no connection string is given.</summary>
public sealed class EmbeddedPostgresOptions
{
    public const string Section = "EmbeddedPostgres";

    /// <summary>Directory of the cluster, its password and its lock; created on first start.</summary>
    [Required]
    public string DataDirectory { get; set; } = DefaultDataDirectory();

    // PostgreSQL does not run as root, and the unprivileged user it runs as cannot reach into root's home.
    private static string DefaultDataDirectory() => Path.Combine(
        Environment.IsPrivilegedProcess
            ? "/var/lib"
            : Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify),
        "session-service",
        "postgres");
}
