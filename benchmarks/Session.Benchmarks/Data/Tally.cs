namespace SessionService.Benchmarks.Data;

/// <summary>What was loaded and what was acknowledged since: neither less nor more may be in the database.</summary>
internal sealed class Tally
{
    public long Sessions { get; private set; }

    public long Messages { get; private set; }

    public void AddSessions(long count) => Sessions += count;

    public void AddMessages(long count) => Messages += count;
}
