using System.Collections.Concurrent;
using System.Diagnostics;

namespace SessionService.IntegrationTests.Databases;

/// <summary>Collects the texts of the statements that this process sends to one database.</summary>
internal sealed class SentStatements : IDisposable
{
    private readonly ConcurrentDictionary<string, bool> _texts = new(StringComparer.Ordinal);
    private readonly ActivityListener _listener;

    public SentStatements(string databaseName)
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "Npgsql",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = activity =>
            {
                if (activity.GetTagItem("db.namespace") as string == databaseName && activity.GetTagItem("db.query.text") is string text)
                {
                    _texts.TryAdd(text, true);
                }
            },
        };
        ActivitySource.AddActivityListener(_listener);
    }

    public ICollection<string> Texts => _texts.Keys;

    public void Dispose() => _listener.Dispose();
}
