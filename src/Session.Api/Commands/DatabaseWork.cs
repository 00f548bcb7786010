using Microsoft.Extensions.Logging.Console;
using SessionService.Api.Exports;
using SessionService.Api.Hosting;
using SessionService.Api.Imports;
using SessionService.Application;
using SessionService.Hosting.Logging;
using SessionService.Hosting.Settings;
using SessionService.Infrastructure;
using SessionService.Infrastructure.Schema;
using SessionService.Infrastructure.Startup;

namespace SessionService.Api.Commands;

/// <summary>Work on the service's database by a command, without the service.</summary>
internal static class DatabaseWork
{
    /// <summary>Works on a database whose schema is the one that this version expects.</summary>
    /// <param name="settings">What of the command line is none of the command's: <c>--name value</c>, <c>--name=value</c>.</param>
    /// <param name="work">The work; the exit code is its outcome.</param>
    /// <exception cref="SchemaMismatchException">It is another.</exception>
    public static async Task<int> RunAsync(
        IEnumerable<string> settings, Func<IServiceProvider, CancellationToken, Task<int>> work, CancellationToken cancellationToken)
    {
        var builder = Host.CreateApplicationBuilder(
            new HostApplicationBuilderSettings { Args = [.. settings], ContentRootPath = AppContext.BaseDirectory });
        builder.AddRenamedSettings(RenamedSettings.All);
        builder.Logging.AddServiceLogging();
        builder.Logging.SetMinimumLevel(LogLevel.Error);
        // The standard output is the command's own: an export may go there.
        builder.Services.Configure<ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        builder.Services.AddApplication();
        builder.Services.AddDatabase();
        builder.Services.AddStores();
        builder.Services.AddExports();
        builder.Services.AddImports();
        // Its background services belong to the service: the host is put together and never started.
        var host = builder.Build();
        await using var disposal = (IAsyncDisposable)host;
        await host.Services.GetRequiredService<DatabaseServer>().StartAsync(cancellationToken);
        var report = await host.Services.GetRequiredService<SchemaCheck>().RunAsync(cancellationToken);
        if (!report.IsUsable)
        {
            throw new SchemaMismatchException(report);
        }

        await using var scope = host.Services.CreateAsyncScope();
        return await work(scope.ServiceProvider, cancellationToken);
    }
}
