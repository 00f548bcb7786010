namespace SessionService.Infrastructure.EmbeddedPostgres;

/// <summary>Makes the cluster beside its place and moves it there complete: a crash leaves all of it or nothing.</summary>
/// <param name="directory">The data directory.</param>
/// <param name="parameters">PostgreSQL's parameters for this run.</param>
/// <param name="account">The user that owns the cluster.</param>
/// <param name="binaries">The programs of PostgreSQL.</param>
internal sealed class NewCluster(string directory, ServerParameters parameters, ServerAccount account, PostgresBinaries binaries)
{
    /// <param name="path">Where the cluster is to be.</param>
    /// <param name="name">The name of its user and of its database.</param>
    /// <param name="password">The password of the user.</param>
    /// <param name="cancellationToken">Ends the work, and leaves nothing.</param>
    /// <exception cref="EmbeddedPostgresException">PostgreSQL cannot make it; the message says why.</exception>
    public async Task CreateAsync(string path, string name, string password, CancellationToken cancellationToken)
    {
        var staging = Path.Combine(directory, "cluster.new");
        var newCluster = Path.Combine(staging, "cluster");
        var passwordFile = Path.Combine(staging, "password");
        DataDirectory.Delete(staging);
        DataDirectory.Create(newCluster);
        try
        {
            DataDirectory.Protect(staging, newCluster);
            await File.WriteAllTextAsync(passwordFile, password, cancellationToken);
            await account.OwnAsync(staging, cancellationToken);

            // Text compares by bytes, which is fastest, and upper and lower case are those of Unicode.
            var initDb = await account.RunAsync(
                binaries.InitDb,
                [
                    "--pgdata", newCluster, "--username", name, "--pwfile", passwordFile, "--auth", "scram-sha-256",
                    "--encoding", "UTF8", "--locale", "C", "--lc-ctype", OperatingSystem.IsMacOS() ? "en_US.UTF-8" : "C.UTF-8",
                    .. parameters.Syncs ? (string[])[] : ["--no-sync"],
                ],
                cancellationToken);
            if (!initDb.Succeeded)
            {
                throw new EmbeddedPostgresException($"PostgreSQL's initdb failed: {initDb.LastLine}");
            }

            var createDatabase = await account.RunAsync(
                binaries.Postgres,
                ["--single", "-D", newCluster, .. parameters.With(("exit_on_error", "on")), "postgres"],
                cancellationToken,
                input: $"CREATE DATABASE {name}\n");
            if (!createDatabase.Succeeded)
            {
                throw new EmbeddedPostgresException($"The embedded database could not be created: {createDatabase.LastLine}");
            }

            Directory.Move(newCluster, path);
        }
        finally
        {
            DataDirectory.Delete(staging);
        }
    }
}
