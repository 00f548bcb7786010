using SessionService.Gateway.Health;
using SessionService.Gateway.Hosting;
using SessionService.Gateway.Identity;
using SessionService.Gateway.Problems;
using SessionService.Gateway.Proxy;
using SessionService.Hosting.CrossOrigin;
using SessionService.Hosting.Culture;
using SessionService.Hosting.Forwarding;
using SessionService.Hosting.Health;
using SessionService.Hosting.Logging;
using SessionService.Hosting.Server;
using SessionService.Hosting.Startup;
using SessionService.Hosting.Telemetry;

namespace SessionService.Gateway;

internal static class Program
{
    private const string Name = "gateway";
    private const int Failed = 1;

    private const string Usage =
        """
        Usage: dotnet Session.Gateway.dll [--urls ADDRESS] [--Section:Name VALUE …]
               dotnet Session.Gateway.dll health [ADDRESS]    asks a running gateway whether it is ready; exits with 1 where it is not

        The settings are described in docs/operations.md.
        """;

    public static async Task<int> Main(string[] args)
    {
        ProcessCulture.MakeInvariant();
        if (args is ["health", ..])
        {
            return await HealthProbe.RunAsync(args.ElementAtOrDefault(1) ?? GatewayServer.DefaultUrl, CancellationToken.None);
        }

        if (args is ["--help" or "-h", ..])
        {
            Console.WriteLine(Usage);
            return 0;
        }

        try
        {
            await Build(args).RunToEndAsync();
            return 0;
        }
        catch (OperationCanceledException)
        {
            // The gateway was told to stop before it had started.
            return 0;
        }
        catch (Exception exception)
        {
            await Console.Error.WriteLineAsync(Explain(exception));
            return Failed;
        }
    }

    private static WebApplication Build(string[] args)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
        builder.AddGatewaySettings(args);
        builder.ConfigureServer();
        builder.Logging.AddServiceLogging(Name);
        builder.Services.AddProblems();
        builder.Services.AddTrustedProxies();
        builder.Services.AddCrossOrigin();
        builder.Services.AddIdentity(builder.Configuration);
        builder.Services.AddProxy(builder.Configuration);
        builder.AddTelemetry("session-gateway", meters: [], sources: ["Yarp.ReverseProxy"]);

        var app = builder.Build();
        app.UseTraceIds();
        app.UseTrustedProxies();
        app.UseRequestLogging("Gateway");
        app.UseProblems();
        app.UseRouting();
        app.UseCrossOrigin();
        app.UseRequestHeadLimits();
        app.UseAuthentication();
        app.UseAuthorization();
        app.MapHealth();
        app.MapProxy();
        return app;
    }

    // The proxy wraps the exceptions that it met while it built its routes.
    private static string Explain(Exception exception) =>
        exception is InvalidOperationException { Source: "Yarp.ReverseProxy", InnerException: { } reason }
            ? StartFailure.OnOneLine(
                "The section ReverseProxy of the configuration is not valid: "
                + string.Join(' ', Causes(reason).Select(cause => cause.Message)))
            : StartFailure.Explain(Name, exception);

    private static IEnumerable<Exception> Causes(Exception exception) =>
        exception is AggregateException all ? all.InnerExceptions.SelectMany(Causes)
        : exception.InnerException is { } inner ? Causes(inner)
        : [exception];
}
