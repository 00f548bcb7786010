using System.Net;
using System.Net.Sockets;

namespace SessionService.IntegrationTests.Hosting;

/// <summary>
/// Ports for processes that are told their port before they listen. The system gives ports of its own range to everybody who asks for any
/// port, so a port of that range may be taken again before the process listens, or while a killed process starts anew. These ports are
/// below that range.
/// </summary>
internal static class FreePorts
{
    private const int First = 12_000;
    private const int Count = 16_000;

    // Other test runs on this machine begin elsewhere.
    private static int _last = Random.Shared.Next(Count);

    /// <summary>A port on which nobody listens, another one at each call.</summary>
    public static int Next()
    {
        while (true)
        {
            var port = First + ((Interlocked.Increment(ref _last) & int.MaxValue) % Count);
            try
            {
                using var probe = new TcpListener(IPAddress.Loopback, port);
                probe.Start();
                return port;
            }
            catch (SocketException)
            {
                // Somebody listens there.
            }
        }
    }
}
