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

    /// <summary>Kills a process, and waits until it is dead: only then is its port free, and its server counts as dead.</summary>
    public static void Kill(int process)
    {
        Signal("KILL", [process]);
        while (IsAlive(process))
        {
            Thread.Sleep(TimeSpan.FromMilliseconds(5));
        }
    }

    // A dead process that nobody has waited for is in the state Z.
    private static bool IsAlive(int pid) => StatusOf(pid) is [not ("Z" or "X"), ..];

    private static List<int> ChildrenOf(int parent) =>
        [.. Directory.EnumerateDirectories("/proc")
            .Select(directory => int.TryParse(Path.GetFileName(directory), CultureInfo.InvariantCulture, out var pid) ? pid : 0)
            .Where(pid => pid != 0 && ParentOf(pid) == parent)];

    private static int ParentOf(int pid) => StatusOf(pid) is [_, var parent, ..] ? int.Parse(parent, CultureInfo.InvariantCulture) : 0;

    /// <summary>State, parent and further fields of <c>/proc/PID/stat</c>; none where there is no such process.</summary>
    private static string[] StatusOf(int pid)
    {
        try
        {
            // After the name, which may hold anything.
            var status = File.ReadAllText($"/proc/{pid}/stat");
            return status[(status.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        }
        catch (IOException)
        {
            return [];
        }
    }
}
