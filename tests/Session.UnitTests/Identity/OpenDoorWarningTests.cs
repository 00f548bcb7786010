using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using SessionService.Api.Identity;
using SessionService.Hosting.Identity;

namespace SessionService.UnitTests.Identity;

public sealed class OpenDoorWarningTests
{
    [Theory]
    [InlineData("http://localhost:8205", false)]
    [InlineData("http://127.0.0.1:8205", false)]
    [InlineData("http://[::1]:8205", false)]
    [InlineData("http://unix:/run/session.sock", false)]
    [InlineData("http://0.0.0.0:8205", true)]
    [InlineData("http://[::]:8205", true)]
    [InlineData("http://+:8205", true)]
    [InlineData("http://192.168.1.5:8205", true)]
    [InlineData("https://sessions.example.com", true)]
    public async Task Who_is_believed_and_can_be_reached_from_elsewhere_is_warned_of(string address, bool warned)
    {
        Assert.Equal(warned, await WarnsAsync(new IdentityOptions(), "http://localhost:1", address));
    }

    [Fact]
    public async Task A_secret_or_tokens_close_the_door()
    {
        Assert.False(await WarnsAsync(new IdentityOptions { GatewaySecret = new string('s', 32) }, "http://0.0.0.0:8205"));
        Assert.False(await WarnsAsync(new IdentityOptions { Mode = IdentityMode.Jwt }, "http://0.0.0.0:8205"));
        Assert.False(await WarnsAsync(new IdentityOptions { Mode = IdentityMode.ApiKey }, "http://0.0.0.0:8205"));
    }

    private static async Task<bool> WarnsAsync(IdentityOptions options, params string[] addresses)
    {
        using var server = new Server(addresses);
        var log = new RecordingLogger();
        await new OpenDoorWarning(server, Options.Create(options), log).StartedAsync(CancellationToken.None);
        return log.Warnings > 0;
    }

    private sealed class Server : IServer
    {
        public Server(string[] addresses)
        {
            var feature = new Listening();
            Array.ForEach(addresses, feature.Addresses.Add);
            Features.Set<IServerAddressesFeature>(feature);
        }

        public IFeatureCollection Features { get; } = new FeatureCollection();

        public Task StartAsync<TContext>(IHttpApplication<TContext> application, CancellationToken cancellationToken)
            where TContext : notnull => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public void Dispose()
        {
        }
    }

    private sealed class Listening : IServerAddressesFeature
    {
        public ICollection<string> Addresses { get; } = [];

        public bool PreferHostingUrls { get; set; }
    }

    private sealed class RecordingLogger : ILogger<OpenDoorWarning>
    {
        public int Warnings { get; private set; }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Warnings += logLevel == LogLevel.Warning ? 1 : 0;
    }
}
