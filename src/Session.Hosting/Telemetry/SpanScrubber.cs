using System.Diagnostics;
using OpenTelemetry;

namespace SessionService.Hosting.Telemetry;

/// <summary>
/// Removes from spans, before they are exported, every attribute that is not known to be free of users' data. Paths hold user ids; host,
/// user agent and trace state are text from clients; exceptions are text from the database.
/// </summary>
internal sealed class SpanScrubber : BaseProcessor<Activity>
{
    public const string SourceName = "session_service.scrubbed";

    private static readonly HashSet<string> Kept = new(StringComparer.Ordinal)
    {
        "http.request.method", "http.response.status_code", "http.route", "url.scheme", "network.protocol.name", "network.protocol.version",
        "error.type", "otel.status_code",
        "db.system", "db.system.name", "db.name", "db.namespace", "db.response.status_code", "db.client.connection.pool.name",
        "db.npgsql.data_source", "db.npgsql.prepared",
        "proxy.route_id", "proxy.cluster_id", "proxy.destination_id",
        "kind", "count",
    };

    private static readonly ActivitySource Source = new(SourceName);

    public override void OnEnd(Activity data)
    {
        foreach (var (name, _) in data.TagObjects.Where(tag => !Kept.Contains(tag.Key)).ToList())
        {
            data.SetTag(name, null);
        }

        data.TraceStateString = null;
        if (data.Status == ActivityStatusCode.Error)
        {
            // The status without its description, which may quote a request.
            data.SetStatus(ActivityStatusCode.Error);
        }

        if (data.Recorded && data.Events.Any())
        {
            ReplaceWithoutEvents(data);
        }
    }

    // Events, such as an exception's text, cannot be removed from a span. So the span is replaced by a copy without events. Only spans of
    // the database have events, and they have no child spans.
    private static void ReplaceWithoutEvents(Activity data)
    {
        data.ActivityTraceFlags &= ~ActivityTraceFlags.Recorded;
        var parent = new ActivityContext(data.TraceId, data.ParentSpanId, ActivityTraceFlags.Recorded);
        using var span = Source.StartActivity(
            data.DisplayName, data.Kind, parent, data.TagObjects, data.Links, new DateTimeOffset(data.StartTimeUtc));
        span?.SetStatus(data.Status);
        span?.SetEndTime(data.StartTimeUtc + data.Duration);
    }
}
