using System.Diagnostics;
using OpenTelemetry;

namespace SessionService.Hosting.Telemetry;

/// <summary>
/// Takes from spans whatever is not known to be free of users' data, before they are exported: paths hold user ids, and hosts, agents and
/// trace states are a client's words, exceptions the database's.
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
            // Without the words that go with it.
            data.SetStatus(ActivityStatusCode.Error);
        }

        if (data.Recorded && data.Events.Any())
        {
            ReplaceWithoutEvents(data);
        }
    }

    // Events, an exception's text among them, cannot be taken from a span. Only those of the database have any, and they have no children
    // who would miss them.
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
