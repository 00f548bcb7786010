using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace SessionService.Hosting.Startup;

/// <summary>Runs a host from its start to its end.</summary>
public static class HostRun
{
    /// <remarks>
    /// The extension of the framework disposes of a host whose start has failed, while the background services that had begun still work
    /// with what is disposed of: each would then log an exception of its own. Here they are stopped first.
    /// </remarks>
    /// <exception cref="OperationCanceledException">The host was told to stop before it had started.</exception>
    /// <exception cref="BackgroundServiceException">The host stopped because a background service failed.</exception>
    public static async Task RunToEndAsync(this IHost host)
    {
        await using var disposal = (IAsyncDisposable)host;
        try
        {
            await host.StartAsync();
        }
        catch (OperationCanceledException exception)
        {
            var isStopped = host.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping.IsCancellationRequested;
            await StopAsync(host);
            ThrowWhereOneFailed(host);
            if (isStopped)
            {
                throw;
            }

            throw new InvalidOperationException("A step of the start was cancelled.", exception);
        }
        catch
        {
            await StopAsync(host);
            throw;
        }

        await host.WaitForShutdownAsync();
        ThrowWhereOneFailed(host);
    }

    // The framework stops the host then, as if it had been told to. Whoever started the process must see that it failed.
    private static void ThrowWhereOneFailed(IHost host)
    {
        foreach (var service in host.Services.GetServices<IHostedService>().OfType<BackgroundService>())
        {
            if (service.ExecuteTask?.Exception is { } failure)
            {
                throw new BackgroundServiceException(service.GetType().Name, failure.GetBaseException());
            }
        }
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
