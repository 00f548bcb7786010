using Microsoft.Extensions.Options;
using SessionService.Gateway.Health;
using SessionService.Gateway.Hosting;
using SessionService.Gateway.Identity;
using SessionService.Gateway.Problems;
using SessionService.Gateway.Proxy;
using SessionService.Hosting.Culture;
using SessionService.Hosting.Health;
using SessionService.Hosting.Identity;
using SessionService.Hosting.Logging;
using SessionService.Hosting.Settings;
using SessionService.Hosting.Telemetry;

namespace SessionService.Gateway;

internal static class Program
{
    private const int Failed = 1;

    public static async Task<int> Main(string[] args)
    {
        ProcessCulture.MakeInvariant();
        if (args is ["health", ..])
        {
            return await HealthProbe.RunAsync(args.ElementAtOrDefault(1) ?? GatewayServer.DefaultUrl, CancellationToken.None);
        }

        try
        {
            await using var app = Build(args);
            await app.RunAsync();
            return 0;
        }
        catch (Exception exception)
        {
            await Console.Error.WriteLineAsync(Explain(exception) ?? exception.ToString());
            return Failed;
        }
    }

    private static WebApplication Build(string[] args)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
        builder.AddRenamedSettings(IdentityOptions.Renamed);
        builder.ConfigureServer();
        builder.Logging.AddServiceLogging();
        builder.Services.AddProblems();
        builder.Services.AddIdentity(builder.Configuration);
        builder.Services.AddProxy(builder.Configuration);
        builder.AddTelemetry("session-gateway", meters: [], sources: ["Yarp.ReverseProxy"]);

        var app = builder.Build();
        app.UseTraceIds();
        app.UseMiddleware<RequestLogging>();
        app.UseProblems();
        app.UseRouting();
        app.UseAuthentication();
        app.UseAuthorization();
        app.MapHealth();
        app.MapProxy();
        return app;
    }

    /// <summary>The message for the operator in place of a stack trace; <see langword="null"/> for an unexpected exception.</summary>
    private static string? Explain(Exception exception) => exception switch
    {
        // The proxy wraps the exception that it met while it built its routes.
        InvalidOperationException { InnerException: OptionsValidationException reason } => Explain(reason),
        OptionsValidationException => $"The configuration is not valid: {exception.Message}",
        InvalidOperationException { Source: "Microsoft.Extensions.Configuration.Binder" } => exception.Message,
        InvalidOperationException { Source: "Yarp.ReverseProxy", InnerException: { } reason } =>
            $"The section ReverseProxy of the configuration is not valid: {reason.Message}",
        FormatException { Source: "Microsoft.AspNetCore.Http" } => exception.Message,
        IOException { InnerException: Microsoft.AspNetCore.Connections.AddressInUseException } =>
            $"The gateway cannot listen: {exception.Message}",
        _ => null,
    };
}
