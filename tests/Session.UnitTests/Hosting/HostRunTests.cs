using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using SessionService.Hosting.Startup;

namespace SessionService.UnitTests.Hosting;

public sealed class HostRunTests
{
    [Fact]
    public async Task A_background_service_that_fails_ends_the_run_with_a_failure()
    {
        var failure = await Assert.ThrowsAsync<BackgroundServiceException>(
            () => Run(new Work(() => Task.FromException(new TimeoutException("of the database")))));

        Assert.Equal("The background service Work failed: TimeoutException. The log has the details.", failure.Message);
    }

    [Fact]
    public async Task A_background_service_that_fails_during_the_start_is_told_too()
    {
        await Assert.ThrowsAsync<BackgroundServiceException>(() => Run(
            new Work(() => Task.FromException(new InvalidOperationException())),
            new Step(cancellationToken => Task.Delay(Timeout.Infinite, cancellationToken))));
    }

    [Fact]
    public async Task A_start_that_is_told_to_stop_is_cancelled()
    {
        using var host = Build(new Step(cancellationToken => Task.Delay(Timeout.Infinite, cancellationToken)));
        var run = host.RunToEndAsync();
        host.Services.GetRequiredService<IHostApplicationLifetime>().StopApplication();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
    }

    [Fact]
    public async Task A_step_of_the_start_that_cancels_itself_is_a_failure()
    {
        await Assert.ThrowsAsync<InvalidOperationException>(() => Run(new Step(_ => throw new OperationCanceledException())));
    }

    [Fact]
    public async Task A_host_that_is_told_to_stop_ends_well()
    {
        using var host = Build(new Work(() => Task.CompletedTask));
        var run = host.RunToEndAsync();
        host.Services.GetRequiredService<IHostApplicationLifetime>().StopApplication();

        await run;
    }

    private static async Task Run(params IHostedService[] services)
    {
        using var host = Build(services);
        await host.RunToEndAsync();
    }

    private static IHost Build(params IHostedService[] services)
    {
        var builder = Host.CreateEmptyApplicationBuilder(settings: null);
        builder.Logging.ClearProviders();
        foreach (var service in services)
        {
            builder.Services.AddSingleton(service);
        }

        return builder.Build();
    }

    private sealed class Work(Func<Task> work) : BackgroundService
    {
        protected override async Task ExecuteAsync(CancellationToken stoppingToken)
        {
            await Task.Yield();
            await work();
        }
    }

    private sealed class Step(Func<CancellationToken, Task> start) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken) => start(cancellationToken);

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
