using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace SessionService.Hosting.Logging;

public static class LoggingServices
{
    private const string RequestActivities = "Microsoft.AspNetCore";

    private const string Timestamp = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";
    private const string TimeOfDay = "HH:mm:ss.fff";

    /// <summary>
    /// Logs to the console: in a terminal one coloured line per event, with the time of day; elsewhere in the format that
    /// <c>Logging:Console:FormatterName</c> names, such as <c>json</c>.
    /// </summary>
    public static ILoggingBuilder AddServiceLogging(this ILoggingBuilder logging)
    {
        // AddSimpleConsole and AddJsonConsole would each override the configured formatter.
        logging.AddConsole();
        var isTerminal = !Console.IsOutputRedirected;
        if (isTerminal)
        {
            // The options below apply only to a formatter that is named.
            logging.Services.Configure<ConsoleLoggerOptions>(options => options.FormatterName ??= ConsoleFormatterNames.Simple);
        }

        logging.Services.Configure<SimpleConsoleFormatterOptions>(options =>
        {
            options.SingleLine = true;
            options.UseUtcTimestamp = !isTerminal;
            options.TimestampFormat = (isTerminal ? TimeOfDay : Timestamp) + " ";
        });
        logging.Services.Configure<JsonConsoleFormatterOptions>(options =>
        {
            // The scope of a request holds its trace id.
            options.IncludeScopes = true;
            options.UseUtcTimestamp = true;
            options.TimestampFormat = Timestamp;
        });
        return logging;
    }

    /// <summary>
    /// Gives every request a trace id. The host does so only while its own request logging is on. That logging is off (appsettings.json),
    /// because its scope holds paths, and these hold user ids.
    /// </summary>
    public static WebApplication UseTraceIds(this WebApplication app)
    {
        var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == RequestActivities,
            Sample = (ref _) => ActivitySamplingResult.PropagationData,
        };
        ActivitySource.AddActivityListener(listener);
        app.Lifetime.ApplicationStopped.Register(listener.Dispose);
        return app;
    }
}
