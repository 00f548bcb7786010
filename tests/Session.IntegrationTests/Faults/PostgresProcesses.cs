using System.Diagnostics;
using System.Globalization;

namespace SessionService.IntegrationTests.Faults;

/// <summary>The processes of a running PostgreSQL, and signals to them.</summary>
internal static class PostgresProcesses
{
    public static void Freeze(string cluster)
    {
        // Without the first no other is made.
        var first = First(cluster);
        Signal("STOP", [first]);
        Signal("STOP", ChildrenOf(first));
    }

    public static void Thaw(string cluster)
    {
        var first = First(cluster);
        Signal("CONT", [first, .. ChildrenOf(first)]);
    }

    public static int First(string cluster) =>
        int.Parse(File.ReadLines(Path.Combine(cluster, "postmaster.pid")).First(), CultureInfo.InvariantCulture);

    public static void Signal(string signal, IEnumerable<int> processes)
    {
        // One that has ended meanwhile is none to complain of.
        using var kill = Process.Start(
            new ProcessStartInfo("kill", ["-s", signal, .. processes.Select(pid => $"{pid}")]) { UseShellExecute = false, RedirectStandardError = true })!;
        kill.WaitForExit();
    }

    /// <summary>Kills a process, and waits until it is dead: only then does its server count as dead.</summary>
    public static void Kill(int process)
    {
        Signal("KILL", [process]);
        while (HasCommandLine(process))
        {
            Thread.Sleep(TimeSpan.FromMilliseconds(5));
        }
    }

    // One that is dead and that nobody has waited for has none.
    private static bool HasCommandLine(int process)
    {
        try
        {
            return File.ReadAllText($"/proc/{process}/cmdline").Length > 0;
        }
        catch (IOException)
        {
            return false;
        }
    }

    private static List<int> ChildrenOf(int parent) =>
        [.. Directory.EnumerateDirectories("/proc")
            .Select(directory => int.TryParse(Path.GetFileName(directory), CultureInfo.InvariantCulture, out var pid) ? pid : 0)
            .Where(pid => pid != 0 && ParentOf(pid) == parent)];

    private static int ParentOf(int pid)
    {
        try
        {
            // After the name, which may hold anything, and the state.
            var status = File.ReadAllText($"/proc/{pid}/stat");
            return int.Parse(status[(status.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return 0;
        }
    }
}
