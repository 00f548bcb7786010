using System.Diagnostics.Metrics;
using SessionService.Infrastructure.Writes;

namespace SessionService.Infrastructure.Embeddings;

/// <summary>Metrics of embedding by the model that is set.</summary>
public sealed class EmbeddingMetrics
{
    private long _embedded;
    private long _failures;
    private long _waiting;
    private long _looked;
    private int _isFailing;

    public EmbeddingMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(WriteMetrics.MeterName);
        meter.CreateObservableCounter(
            "session_service.embedded_items",
            () => Volatile.Read(ref _embedded),
            "{item}",
            "Messages and memories that this instance has had embedded.");
        meter.CreateObservableCounter(
            "session_service.embedding_failures",
            () => Volatile.Read(ref _failures),
            "{failure}",
            "Requests to the embeddings endpoint that failed.");
        meter.CreateObservableGauge(
            "session_service.embedding.waiting_items",
            () => Waiting,
            "{item}",
            "Messages and memories that were not embedded by the model that is set when last looked.");
    }

    /// <summary>How many items waited when the job last looked, less those that were embedded since.</summary>
    public long Waiting => Math.Max(0, Volatile.Read(ref _waiting));

    /// <summary>How often the job has looked.</summary>
    public long Looked => Volatile.Read(ref _looked);

    /// <summary>The name of the model that embeds beside the vectors of words; <see langword="null"/> where none does.</summary>
    public string? Model { get; internal set; }

    /// <summary>Whether the last request failed.</summary>
    public bool IsFailing => Volatile.Read(ref _isFailing) == 1;

    internal void CountEmbedded(int items)
    {
        Interlocked.Add(ref _embedded, items);
        Interlocked.Add(ref _waiting, -items);
        CountSuccess();
    }

    /// <summary>Whether the model that is set has embedded everything, so that no vector of another model is left.</summary>
    internal bool IsComplete => Looked > 0 && Waiting == 0;

    internal void CountSuccess() => Volatile.Write(ref _isFailing, 0);

    internal void CountFailure()
    {
        Interlocked.Increment(ref _failures);
        Volatile.Write(ref _isFailing, 1);
    }

    internal void SetWaiting(long items)
    {
        Volatile.Write(ref _waiting, items);
        Interlocked.Increment(ref _looked);
    }
}
