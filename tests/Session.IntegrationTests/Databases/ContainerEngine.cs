using System.Net.Sockets;
using System.Text;

namespace SessionService.IntegrationTests.Databases;

/// <summary>Whether a container engine that Testcontainers can use answers, asked without waiting for one that does not.</summary>
internal static class ContainerEngine
{
    private const string DefaultSocket = "/var/run/docker.sock";

    // The version that Testcontainers asks for unless told another: an older engine (Docker 24 and before) refuses it.
    private const string DefaultApiVersion = "1.44";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    public static async Task<bool> AnswersAsync()
    {
        var host = Setting("DOCKER_HOST", $"unix://{DefaultSocket}");
        if (!Uri.TryCreate(host, UriKind.Absolute, out var uri) || (!IsUnix(uri) && uri.Port < 0))
        {
            return false;
        }

        var ping = $"GET /v{Setting("DOCKER_API_VERSION", DefaultApiVersion)}/_ping HTTP/1.0\r\nHost: localhost\r\n\r\n";
        using var timeout = new CancellationTokenSource(Patience);
        try
        {
            using var socket = await ConnectAsync(uri, timeout.Token);
            await socket.SendAsync(Encoding.ASCII.GetBytes(ping), timeout.Token);
            var buffer = new byte[64];
            var received = await socket.ReceiveAsync(buffer, timeout.Token);
            return Encoding.ASCII.GetString(buffer, 0, received).Contains(" 200 ", StringComparison.Ordinal);
        }
        catch (Exception exception) when (exception is SocketException or OperationCanceledException)
        {
            return false;
        }
    }

    private static string Setting(string variable, string otherwise) =>
        Environment.GetEnvironmentVariable(variable) is { } value && !string.IsNullOrWhiteSpace(value) ? value : otherwise;

    private static bool IsUnix(Uri uri) => string.Equals(uri.Scheme, "unix", StringComparison.Ordinal);

    private static async Task<Socket> ConnectAsync(Uri uri, CancellationToken cancellationToken)
    {
        var isUnix = IsUnix(uri);
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
