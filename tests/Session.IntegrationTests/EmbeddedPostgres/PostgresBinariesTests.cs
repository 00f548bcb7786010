using SessionService.Infrastructure.EmbeddedPostgres;

namespace SessionService.IntegrationTests.EmbeddedPostgres;

public sealed class PostgresBinariesTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("session-binaries-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task Where_there_are_none_the_message_says_what_to_install_or_to_set()
    {
        var missing = await Assert.ThrowsAsync<EmbeddedPostgresException>(() => PostgresBinaries.FindAsync(null, [_directory, "/nowhere"]));

        Assert.StartsWith("PostgreSQL 15 or later is not installed", missing.Message, StringComparison.Ordinal);
        Assert.Contains("ConnectionStrings__SessionDb", missing.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', missing.Message);
    }

    [Fact]
    public async Task A_version_that_is_too_old_is_none()
    {
        await Assert.ThrowsAsync<EmbeddedPostgresException>(() => PostgresBinaries.FindAsync(null, [Install("14.9")]));
    }

    [Fact]
    public async Task Without_a_cluster_the_first_usable_version_is_taken()
    {
        var found = await PostgresBinaries.FindAsync(null, [Install("14.9"), Install("17.1"), Install("16.2")]);

        Assert.Equal(17, found.MajorVersion);
        Assert.Equal(Path.Combine(_directory, "17.1"), found.Directory);
    }

    [Fact]
    public async Task A_cluster_gets_the_version_that_made_it()
    {
        var found = await PostgresBinaries.FindAsync(16, [Install("17.1"), Install("16.2")]);

        Assert.Equal(16, found.MajorVersion);
    }

    [Fact]
    public async Task A_cluster_of_another_version_is_refused_and_both_versions_are_named()
    {
        var refusal = await Assert.ThrowsAsync<EmbeddedPostgresException>(() => PostgresBinaries.FindAsync(15, [Install("17.1")]));

        Assert.StartsWith(
            "The embedded database was made by PostgreSQL 15, but version 17 is installed",
            refusal.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_programs_of_this_machine_are_found()
    {
        var found = await PostgresBinaries.FindAsync(null);

        Assert.True(found.MajorVersion >= PostgresBinaries.OldestVersion);
        Assert.True(File.Exists(found.InitDb));
    }

    private string Install(string version)
    {
        var directory = Directory.CreateDirectory(Path.Combine(_directory, version)).FullName;
        foreach (var program in new[] { "postgres", "initdb", "pg_ctl" })
        {
            var file = Path.Combine(directory, program);
            File.WriteAllText(file, $"#!/bin/sh\necho '{program} (PostgreSQL) {version}'\n");
            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            }
        }

        return directory;
    }
}
