using System.Diagnostics;

namespace SessionService.Infrastructure.Writes;

/// <summary>The span of a group, which belongs to no request alone and is linked to those of all whose writes it makes.</summary>
public static class WriteTracing
{
    public const string SourceName = WriteMetrics.MeterName;

    // What OpenTelemetry keeps of a span's links by default.
    private const int MaxLinks = 128;

    private static readonly ActivitySource Source = new(SourceName);

    /// <summary>The span of the request that is being answered, where anybody traces.</summary>
    internal static ActivityContext Origin() =>
        // Without the trace state, which holds a client's words.
        Source.HasListeners() && Activity.Current is { } request
            ? new ActivityContext(request.TraceId, request.SpanId, request.ActivityTraceFlags)
            : default;

    internal static Activity? StartGroup(KeyValuePair<string, object?> kind, int count, IEnumerable<ActivityContext> origins) =>
        !Source.HasListeners() ? null : Source.StartActivity(
            "write group",
            ActivityKind.Internal,
            parentContext: default,
            [kind, new("count", count)],
            origins.Where(origin => origin != default).Take(MaxLinks).Select(origin => new ActivityLink(origin)));
}
