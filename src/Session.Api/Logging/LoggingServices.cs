namespace SessionService.Api.Logging;

internal static class LoggingServices
{
    public static ILoggingBuilder AddServiceLogging(this ILoggingBuilder logging) =>
        logging.AddSimpleConsole(options =>
        {
            options.SingleLine = true;
            options.UseUtcTimestamp = true;
            options.TimestampFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z' ";
        });
}
