using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Options;
using SessionService.Application.Webhooks;

namespace SessionService.Infrastructure.Webhooks;

/// <summary>
/// Connects to receivers. The name of a host is looked up once, every address is checked, and the connection goes to one of those very
/// addresses: a name cannot lead elsewhere after the check. Redirects are not followed and proxies not used, as they would go round it.
/// </summary>
internal sealed class WebhookConnections(HostAddresses hosts, IOptions<WebhookOptions> options)
{
    // What is left of an answer is read so far, to use the connection again, and else the connection is closed.
    private const int MaxDrainedBytes = 16 * 1024;
    private const int MaxHeaderKilobytes = 32;

    private static readonly TimeSpan MaxDrainTime = TimeSpan.FromSeconds(1);

    public SocketsHttpHandler NewHandler() => new()
    {
        AllowAutoRedirect = false,
        UseProxy = false,
        UseCookies = false,
        AutomaticDecompression = DecompressionMethods.None,
        ConnectTimeout = options.Value.Timeout,
        PooledConnectionLifetime = TimeSpan.FromMinutes(2),
        PooledConnectionIdleTimeout = TimeSpan.FromSeconds(30),
        MaxResponseDrainSize = MaxDrainedBytes,
        ResponseDrainTimeout = MaxDrainTime,
        MaxResponseHeadersLength = MaxHeaderKilobytes,
        ActivityHeadersPropagator = null,
        ConnectCallback = (context, cancellationToken) =>
            ConnectAsync(context.DnsEndPoint.Host, context.DnsEndPoint.Port, cancellationToken),
    };

    private async ValueTask<Stream> ConnectAsync(string host, int port, CancellationToken cancellationToken)
    {
        var addresses = IPAddress.TryParse(host, out var literal) ? [literal] : await hosts(host, cancellationToken);
        if (addresses.Length == 0)
        {
            throw new SocketException((int)SocketError.HostNotFound);
        }

        // One that is not public among several is an attempt to get there by chance.
        if (!options.Value.AllowPrivateAddresses && !Array.TrueForAll(addresses, PublicAddresses.Has))
        {
            throw new RefusedAddressException();
        }

        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(addresses, port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}

/// <summary>A host has an address that webhooks may not reach.</summary>
internal sealed class RefusedAddressException() : IOException("The host has an address that is not public.");
