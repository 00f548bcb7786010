using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;
using Microsoft.Extensions.Options;

namespace SessionService.Hosting.Logging;

public static class LoggingServices
{
    private const string RequestActivities = "Microsoft.AspNetCore";

    private const string Timestamp = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";
    private const string TimeOfDay = "HH:mm:ss.fff";

    /// <summary>
    /// Logs to the console, one line per event: in the format that <c>Logging:Console:FormatterName</c> names, such as <c>json</c>, else
    /// with the time of day and the name of the program.
    /// </summary>
    /// <param name="logging">The logging of the host.</param>
    /// <param name="program">The name: service and gateway often write to one terminal.</param>
    public static ILoggingBuilder AddServiceLogging(this ILoggingBuilder logging, string program)
    {
        // AddSimpleConsole and AddJsonConsole would each override the configured formatter.
        logging.AddConsole();
        logging.Services.AddSingleton<IPostConfigureOptions<LoggerFilterOptions>, FrameworkLogs>();
        var isTerminal = !Console.IsOutputRedirected;
        // The options below apply only to a formatter that is named.
        logging.Services.Configure<ConsoleLoggerOptions>(options => options.FormatterName ??= ConsoleFormatterNames.Simple);
        logging.Services.Configure<SimpleConsoleFormatterOptions>(options =>
        {
            options.SingleLine = true;
            options.UseUtcTimestamp = !isTerminal;
            // The formatter has no place of its own for the program's name: the name stands as quoted text in the format of the time.
            options.TimestampFormat = $"{(isTerminal ? TimeOfDay : Timestamp)} '{program}' ";
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

    /// <summary>Logs each request under the program's own category.</summary>
    /// <param name="app">The program.</param>
    /// <param name="name">The part of the category that is the program's.</param>
    public static WebApplication UseRequestLogging(this WebApplication app, string name)
    {
        app.UseMiddleware<RequestLogging>($"SessionService.{name}.{nameof(RequestLogging)}");
        return app;
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
