using Microsoft.Extensions.Options;
using OpenTelemetry.Metrics;
using SessionService.Hosting.Telemetry;
using SessionService.Infrastructure.Writes;

namespace SessionService.Api.Telemetry;

/// <summary>The service's own measurements, and where Prometheus reads them.</summary>
internal static class ServiceTelemetry
{
    private const string Database = "Npgsql";

    public static WebApplicationBuilder AddServiceTelemetry(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<TelemetryOptions>()
            .BindConfiguration(TelemetryOptions.Section)
            .ValidateDataAnnotations()
            .ValidateOnStart();
        builder.AddTelemetry("session-service", [WriteMetrics.MeterName, Database], [WriteTracing.SourceName, Database])
            .WithMetrics(metrics => metrics.AddPrometheusExporter());
        return builder;
    }

    /// <summary>Maps <c>/metrics</c>. Like health it needs no caller and does not count towards rate limits.</summary>
    public static WebApplication MapMetrics(this WebApplication app)
    {
        var options = app.Services.GetRequiredService<IOptions<TelemetryOptions>>();
        app.MapPrometheusScrapingEndpoint("/metrics", meterProvider: null, configureBranchedPipeline: branch => branch.Use((http, next) =>
            {
                if (options.Value.Metrics && (options.Value.MetricsPort == 0 || options.Value.MetricsPort == http.Connection.LocalPort))
                {
                    return next(http);
                }

                http.Response.StatusCode = StatusCodes.Status404NotFound;
                return Task.CompletedTask;
            }), optionsName: null)
            .AllowAnonymous()
            .DisableRateLimiting();
        return app;
    }
}
