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
    /// In a terminal a line an event, with colours and the time of day. Elsewhere what <c>Logging:Console:FormatterName</c> says:
    /// <c>json</c> gives an object an event.
    /// </summary>
    public static ILoggingBuilder AddServiceLogging(this ILoggingBuilder logging)
    {
        // Of the two formatters' own methods either would choose its formatter, whatever the setting says.
        logging.AddConsole();
        var isTerminal = !Console.IsOutputRedirected;
        if (isTerminal)
        {
            // Only a formatter that is named takes the options below.
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
            // Of scopes there is the request's trace id.
            options.IncludeScopes = true;
            options.UseUtcTimestamp = true;
            options.TimestampFormat = Timestamp;
        });
        return logging;
    }

    /// <summary>
    /// Gives every request its trace id. The host would do so only while it logs requests itself, in a scope that holds their paths and
    /// with them user ids; that logging is off (appsettings.json).
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
