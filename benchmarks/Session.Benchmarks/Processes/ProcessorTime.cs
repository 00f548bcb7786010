using System.Globalization;

namespace SessionService.Benchmarks.Processes;

/// <summary>Processor time as the kernel counts it, of processes that need not be children of this one.</summary>
internal static class ProcessorTime
{
    // USER_HZ, which is 100 in every Linux that .NET runs on.
    private const double TicksPerSecond = 100;

    // Places after the program's name, which may hold blanks itself; proc(5) counts from 1 and two come before these.
    private const int Parent = 1;
    private const int User = 11;
    private const int Kernel = 12;
    private const int EndedChildrenUser = 13;
    private const int EndedChildrenSystem = 14;

    /// <summary>Seconds of one process, all its threads.</summary>
    public static double OfProcess(int processId) =>
        ReadStat(processId) is { } stat ? (stat[User] + stat[Kernel]) / TicksPerSecond : throw new BenchmarkException($"Process {processId} has ended.");

    /// <summary>Seconds of a process and its children, those that have ended among them.</summary>
    public static double OfFamily(int processId)
    {
        var stat = ReadStat(processId) ?? throw new BenchmarkException($"Process {processId} has ended.");
        return (Sum(stat) + Children(processId).Sum(Sum)) / TicksPerSecond;

        static long Sum(long[] stat) => stat[User] + stat[Kernel] + stat[EndedChildrenUser] + stat[EndedChildrenSystem];
    }

    public static int CountChildren(int processId) => Children(processId).Count();

    /// <summary>The process that started another; none where that is not of this machine.</summary>
    public static int? ParentOf(int processId) => (int?)ReadStat(processId)?[Parent];

    private static IEnumerable<long[]> Children(int processId) =>
        Directory.EnumerateDirectories("/proc")
            .Select(directory => int.TryParse(Path.GetFileName(directory), CultureInfo.InvariantCulture, out var id) ? ReadStat(id) : null)
            .Where(stat => stat is not null && stat[Parent] == processId)!;

    private static long[]? ReadStat(int processId)
    {
        try
        {
            var text = File.ReadAllText($"/proc/{processId}/stat");
            return text[(text.LastIndexOf(')') + 2)..]
                .Split(' ')
                .Take(EndedChildrenSystem + 1)
                .Select(field => long.TryParse(field, CultureInfo.InvariantCulture, out var number) ? number : 0)
                .ToArray();
        }
        catch (IOException)
        {
            // It has ended in the meantime.
            return null;
        }
    }
}
