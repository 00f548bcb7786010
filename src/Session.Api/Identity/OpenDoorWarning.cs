using System.Net;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Options;
using SessionService.Hosting.Identity;

namespace SessionService.Api.Identity;

/// <summary>
/// Warns at start where the service believes the caller's header and listens at an address that other machines can reach.
/// </summary>
internal sealed partial class OpenDoorWarning(
    IServer server, IOptions<IdentityOptions> options, ILogger<OpenDoorWarning> logger)
    : IHostedLifecycleService
{
    /// <summary>The addresses are known only after the start.</summary>
    public Task StartedAsync(CancellationToken cancellationToken)
    {
        var addresses = server.Features.Get<IServerAddressesFeature>()?.Addresses ?? [];
        if (options.Value is { Mode: IdentityMode.TrustedHeader, GatewaySecret: null } && addresses.FirstOrDefault(IsOpen) is { } address)
        {
            LogOpenDoor(address);
        }

        return Task.CompletedTask;
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    internal static bool IsOpen(string address)
    {
        var binding = BindingAddress.Parse(address);
        return !binding.IsUnixPipe
            && !binding.IsNamedPipe
            && !string.Equals(binding.Host, "localhost", StringComparison.OrdinalIgnoreCase)
            && !(IPAddress.TryParse(binding.Host, out var ip) && IPAddress.IsLoopback(ip));
    }

    [LoggerMessage(1, LogLevel.Warning,
        "The service listens at {Address} and believes every request's X-User-Id: let only a gateway reach it, "
        + "set Identity:GatewaySecret, or set Identity:Mode to Jwt or ApiKey.")]
    private partial void LogOpenDoor(string address);
}
