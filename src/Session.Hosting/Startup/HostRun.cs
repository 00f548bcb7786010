using Microsoft.Extensions.Hosting;

namespace SessionService.Hosting.Startup;

/// <summary>Runs a host from its start to its end.</summary>
public static class HostRun
{
    /// <remarks>
    /// The extension of the framework disposes of a host whose start has failed, while the background services that had begun still work
    /// with what is disposed of: each would then log an exception of its own. Here they are stopped first.
    /// </remarks>
    public static async Task RunToEndAsync(this IHost host)
    {
        await using var disposal = (IAsyncDisposable)host;
        try
        {
            await host.StartAsync();
        }
        catch
        {
            await StopAsync(host);
            throw;
        }

        await host.WaitForShutdownAsync();
    }

    private static async Task StopAsync(IHost host)
    {
        try
        {
            await host.StopAsync();
        }
        catch (Exception exception) when (exception is ArgumentNullException or AggregateException or OperationCanceledException)
        {
            // The host throws the first where a hosted service could not be made. The operator needs the reason of the start that failed.
        }
    }
}
