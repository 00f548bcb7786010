using Microsoft.Extensions.Logging.Console;
using SessionService.Api.Exports;
using SessionService.Api.Hosting;
using SessionService.Api.Imports;
using SessionService.Application;
using SessionService.Hosting.Logging;
using SessionService.Infrastructure;
using SessionService.Infrastructure.Persistence;
using SessionService.Infrastructure.Schema;
using SessionService.Infrastructure.Startup;

namespace SessionService.Api.Commands;

/// <summary>Runs a command's work on the service's database. The service itself does not start.</summary>
internal static class DatabaseWork
{
    /// <summary>Runs the work if the database has the schema that this version expects.</summary>
    /// <param name="settings">
    /// The settings on the command line, which are no options of the command: <c>--name value</c>, <c>--name=value</c>.
    /// </param>
    /// <param name="work">The work; the exit code is its outcome.</param>
    /// <exception cref="SchemaMismatchException">The database has another schema.</exception>
    public static async Task<int> RunAsync(
        IReadOnlyList<string> settings, Func<IServiceProvider, CancellationToken, Task<int>> work, CancellationToken cancellationToken)
    {
        var builder = Host.CreateApplicationBuilder(
            new HostApplicationBuilderSettings { Args = [.. settings], ContentRootPath = AppContext.BaseDirectory });
        builder.AddServiceSettings(settings);
        builder.Logging.AddServiceLogging(ServiceCommands.Program);
        builder.Logging.SetMinimumLevel(LogLevel.Error);
        // Standard output is for the command's result, such as an export.
        builder.Services.Configure<ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        builder.Services.AddApplication();
        builder.Services.AddDatabase();
        builder.Services.AddStores();
        builder.Services.AddExports();
        builder.Services.AddImports();
        // The host is built, but not started: its background services belong to the service.
        var host = builder.Build();
        await using var disposal = (IAsyncDisposable)host;
        await host.Services.GetRequiredService<DatabaseServer>().StartOrJoinAsync(cancellationToken);
        var report = await host.Services.GetRequiredService<SchemaCheck>().RunAsync(cancellationToken);
        if (!report.IsUsable)
        {
            throw new SchemaMismatchException(report);
        }

        host.Services.GetRequiredService<LayoutCheck>().Demand(report);

        await using var scope = host.Services.CreateAsyncScope();
        return await work(scope.ServiceProvider, cancellationToken);
    }
}
