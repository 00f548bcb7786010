using System.Net;
using System.Net.Sockets;
using System.Text;

namespace SessionService.IntegrationTests.Gateway;

/// <summary>Reads requests and breaks their connections off, the given number of them, and then answers.</summary>
internal sealed class BreakingService : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _serving;
    private int _requests;

    public BreakingService(int breaks)
    {
        _listener.Start();
        _serving = ServeAsync(breaks);
    }

    public Uri Address => new($"http://{_listener.LocalEndpoint}");

    /// <summary>How many requests arrived, those for health aside.</summary>
    public int Requests => Volatile.Read(ref _requests);

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Dispose();
        await _serving;
        _stopping.Dispose();
    }

    private async Task ServeAsync(int breaks)
    {
        try
        {
            while (true)
            {
                using var client = await _listener.AcceptTcpClientAsync(_stopping.Token);
                var stream = client.GetStream();
                var head = await ReadHeadAsync(stream);
                var isProbe = head.StartsWith("GET /health", StringComparison.Ordinal);
                if (!isProbe && head.Length > 0 && Interlocked.Increment(ref _requests) <= breaks)
                {
                    continue;
                }

                await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n{}"u8.ToArray(), _stopping.Token);
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
        {
        }
    }

    private async Task<string> ReadHeadAsync(NetworkStream stream)
    {
        var head = new StringBuilder();
        var buffer = new byte[4096];
        while (!head.ToString().Contains("\r\n\r\n", StringComparison.Ordinal))
        {
            var read = await stream.ReadAsync(buffer, _stopping.Token);
            if (read == 0)
            {
                break;
            }

            head.Append(Encoding.Latin1.GetString(buffer, 0, read));
        }

        return head.ToString();
    }
}
