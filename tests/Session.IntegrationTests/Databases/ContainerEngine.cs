using System.Net.Sockets;
using System.Text;

namespace SessionService.IntegrationTests.Databases;

/// <summary>Whether a container engine answers, asked without waiting for one that does not.</summary>
internal static class ContainerEngine
{
    private const string DefaultSocket = "/var/run/docker.sock";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    public static async Task<bool> AnswersAsync()
    {
        var host = Environment.GetEnvironmentVariable("DOCKER_HOST");
        var uri = new Uri(string.IsNullOrWhiteSpace(host) ? $"unix://{DefaultSocket}" : host);
        using var timeout = new CancellationTokenSource(Patience);
        try
        {
            using var socket = await ConnectAsync(uri, timeout.Token);
            await socket.SendAsync(Encoding.ASCII.GetBytes("GET /_ping HTTP/1.0\r\nHost: localhost\r\n\r\n"), timeout.Token);
            var buffer = new byte[64];
            var received = await socket.ReceiveAsync(buffer, timeout.Token);
            return Encoding.ASCII.GetString(buffer, 0, received).Contains(" 200 ", StringComparison.Ordinal);
        }
        catch (Exception exception) when (exception is SocketException or OperationCanceledException)
        {
            return false;
        }
    }

    private static async Task<Socket> ConnectAsync(Uri uri, CancellationToken cancellationToken)
    {
        var isUnix = string.Equals(uri.Scheme, "unix", StringComparison.Ordinal);
        var socket = isUnix
            ? new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)
            : new Socket(SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await (isUnix
                ? socket.ConnectAsync(new UnixDomainSocketEndPoint(uri.AbsolutePath), cancellationToken)
                : socket.ConnectAsync(uri.Host, uri.Port, cancellationToken));
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
