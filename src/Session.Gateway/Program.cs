using Microsoft.Extensions.Options;
using SessionService.Api.Commands;
using SessionService.Api.Hosting;
using SessionService.Api.Logging;
using SessionService.Api.Telemetry;
using SessionService.Gateway.Health;
using SessionService.Gateway.Hosting;
using SessionService.Gateway.Identity;
using SessionService.Gateway.Problems;
using SessionService.Gateway.Proxy;

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

    /// <summary>What the operator should read in place of a stack trace, or <see langword="null"/> where only that one helps.</summary>
    private static string? Explain(Exception exception) => exception switch
    {
        // The proxy wraps what went wrong while it put its routes together.
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
