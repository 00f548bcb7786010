using SessionService.IntegrationTests.Hosting;

namespace SessionService.IntegrationTests.Startup;

/// <summary>Commands on the embedded PostgreSQL, which a running service has started or nobody.</summary>
public sealed class CommandsBesideTheServiceTests : IDisposable
{
    private const string DataDirectory = "EmbeddedPostgres__DataDirectory";

    // Open to others, unlike a temporary directory: as root PostgreSQL runs as another user.
    private readonly DirectoryInfo _folder = Directory.CreateDirectory(Path.Combine(Path.GetTempPath(), $"session-beside-{Guid.NewGuid():N}"));

    private string Data => Path.Combine(_folder.FullName, "data");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Commands_work_on_the_database_of_the_running_service_and_leave_it_running()
    {
        await using var service = new ServiceProcess((DataDirectory, Data));
        await service.StartAsync();
        var user = service.As("beside");
        var session = await user.StartSessionAsync();
        await user.WriteMessageAsync(session, """{"role":"user","content":"Hello"}""");
        var file = Path.Combine(_folder.FullName, "sessions.jsonl");

        var check = await RunAsync("schema", "check");
        var export = await RunAsync("export", "--user", "beside", "--output", file);
        var import = await RunAsync("import", file, "--user", "beside");
        var archive = await RunAsync("archive", "--dry-run");

        Assert.True(check.ExitCode == 0, check.Output);
        Assert.True(export.ExitCode == 0, export.Output);
        Assert.Contains("Hello", await File.ReadAllTextAsync(file), StringComparison.Ordinal);
        Assert.True(import.ExitCode == 0, import.Output);
        Assert.Contains("messages: 0 created, 1 unchanged, 0 failed", import.Output, StringComparison.Ordinal);
        Assert.True(archive.ExitCode == 0, archive.Output);
        await user.WriteMessageAsync(session, """{"role":"user","content":"Still here"}""");
    }

    [Fact]
    public async Task Commands_start_the_database_where_no_service_runs_and_stop_it_again()
    {
        var migrated = await RunAsync("schema", "migrate");
        var check = await RunAsync("schema", "check");

        Assert.True(migrated.ExitCode == 0, migrated.Output);
        Assert.True(check.ExitCode == 0, check.Output);
        Assert.False(File.Exists(Path.Combine(Data, "cluster", "postmaster.pid")));
    }

    private Task<ProgramRun> RunAsync(params string[] command) => ProgramRun.OfServiceAsync([(DataDirectory, Data)], command);
}
