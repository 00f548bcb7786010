using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using SessionService.Hosting.Health;

namespace SessionService.Hosting.Telemetry;

/// <summary>
/// Traces and metrics of a host. They are sent only to the endpoint that the standard <c>OTEL_EXPORTER_OTLP_…</c> settings name.
/// </summary>
public static class TelemetryServices
{
    private const string AnyEndpoint = "OTEL_EXPORTER_OTLP_ENDPOINT";
    private const string TracesEndpoint = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT";
    private const string MetricsEndpoint = "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT";

    private static readonly string[] HostMeters =
        ["Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "Microsoft.AspNetCore.RateLimiting", "System.Runtime"];

    public static OpenTelemetryBuilder AddTelemetry(this WebApplicationBuilder builder, string service, string[] meters, string[] sources)
    {
        var version = Assembly.GetExecutingAssembly().GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;
        var telemetry = builder.Services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService(service, serviceVersion: version).AddEnvironmentVariableDetector())
            .WithMetrics(metrics =>
            {
                metrics.AddMeter([.. HostMeters, .. meters]);
                if (IsSet(builder.Configuration, MetricsEndpoint))
                {
                    metrics.AddOtlpExporter();
                }
            });
        if (IsSet(builder.Configuration, TracesEndpoint))
        {
            telemetry.WithTracing(tracing => tracing
                .AddAspNetCoreInstrumentation(requests => requests.Filter = http => !Probes.Include(http.Request.Path))
                .AddSource([.. sources, SpanScrubber.SourceName])
                .AddProcessor<SpanScrubber>()
                .AddOtlpExporter());
        }

        return telemetry;
    }

    private static bool IsSet(ConfigurationManager configuration, string endpoint) =>
        !string.IsNullOrWhiteSpace(configuration[AnyEndpoint]) || !string.IsNullOrWhiteSpace(configuration[endpoint]);
}
