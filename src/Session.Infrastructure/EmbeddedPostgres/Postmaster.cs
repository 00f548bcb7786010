using System.Globalization;

namespace SessionService.Infrastructure.EmbeddedPostgres;

/// <summary>
/// The process that <c>postmaster.pid</c> names. It runs the cluster when it <see cref="IsOurs"/>; otherwise the file is left
/// over from a crash, and the number is free or belongs to another program by now.
/// </summary>
internal sealed record Postmaster(string PidFile, int ProcessId, bool IsOurs)
{
    public static async Task<Postmaster?> FindAsync(string cluster, CancellationToken cancellationToken)
    {
        var pidFile = Path.Combine(cluster, "postmaster.pid");
        string[] lines;
        try
        {
            lines = await File.ReadAllLinesAsync(pidFile, cancellationToken);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }

        // The second line is the directory as the postmaster's command line has it, which may differ from ours by a symbolic link.
        if (lines.Length < 2 || !int.TryParse(lines[0], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var processId))
        {
            return new Postmaster(pidFile, ProcessId: 0, IsOurs: false);
        }

        return new Postmaster(pidFile, processId, await CommandLineAsync(processId, cancellationToken) is { } commandLine
            && commandLine.Contains("postgres", StringComparison.Ordinal)
            && commandLine.Contains(lines[1], StringComparison.Ordinal));
    }

    /// <summary>
    /// Makes a file left over from a crash harmless. PostgreSQL does not start while any process has the number in the file,
    /// which in a container is often one of the service's own threads, nor when the file is empty. With a number that no
    /// process can have it still looks whether processes of the last run use its shared memory.
    /// </summary>
    public void Disown()
    {
        if (ProcessId == 0)
        {
            File.Delete(PidFile);
            return;
        }

        var lines = File.ReadAllLines(PidFile);
        lines[0] = $"{int.MaxValue}";
        File.WriteAllText(PidFile, string.Join('\n', lines) + '\n');
    }

    private static async Task<string?> CommandLineAsync(int processId, CancellationToken cancellationToken)
    {
        if (!OperatingSystem.IsLinux())
        {
            return (await Command.RunAsync("ps", ["-o", "command=", "-p", $"{processId}"], cancellationToken)).StandardOutput;
        }

        try
        {
            return await File.ReadAllTextAsync($"/proc/{processId}/cmdline", cancellationToken);
        }
        catch (IOException)
        {
            return null;
        }
    }
}
