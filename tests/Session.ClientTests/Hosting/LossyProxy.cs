using System.Net;
using System.Net.Sockets;
using System.Text;

namespace SessionService.ClientTests.Hosting;

/// <summary>
/// Stands between client and service and loses answers: of six answers one never comes, one breaks off halfway, and for one the request did
/// not even reach the service.
/// </summary>
internal sealed class LossyProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Func<Uri> _service;
    private readonly Task _accepting;
    private int _requests;
    private int _lost;

    public LossyProxy(Func<Uri> service)
    {
        _service = service;
        _listener.Start();
        Address = new Uri($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");
        _accepting = AcceptAsync();
    }

    public Uri Address { get; }

    /// <summary>How many answers did not arrive whole.</summary>
    public int Lost => _lost;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _accepting;
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _ = ServeAsync(await _listener.AcceptTcpClientAsync(_stop.Token));
            }
        }
        catch (OperationCanceledException)
        {
            // The test is over.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using var closing = client;
        try
        {
            var stream = client.GetStream();
            if (await ReadRequestAsync(stream) is not { } request)
            {
                return;
            }

            var fate = Interlocked.Increment(ref _requests) % 6;
            if (fate is 1 or 3 or 5)
            {
                Interlocked.Increment(ref _lost);
            }

            if (fate == 5)
            {
                return;
            }

            var answer = await AskAsync(request);
            if (fate != 1)
            {
                await stream.WriteAsync(fate == 3 ? answer.AsMemory(0, HalfOf(answer)) : answer);
            }
        }
        catch (Exception exception) when (exception is IOException or SocketException)
        {
            // The client or the service has gone. The client sees a connection that closes.
        }
    }

    /// <summary>The head and the first half of the body.</summary>
    private static int HalfOf(byte[] answer)
    {
        var body = answer.AsSpan().IndexOf("\r\n\r\n"u8) + 4;
        return body + ((answer.Length - body) / 2);
    }

    private async Task<byte[]> AskAsync(byte[] request)
    {
        using var service = new TcpClient();
        await service.ConnectAsync(_service().Host, _service().Port);
        await service.GetStream().WriteAsync(request);
        using var answer = new MemoryStream();
        await service.GetStream().CopyToAsync(answer);
        return answer.ToArray();
    }

    /// <summary>A request whose length is told. It asks for the connection to be closed, so that the answer ends where the connection does.</summary>
    private static async Task<byte[]?> ReadRequestAsync(NetworkStream stream)
    {
        using var read = new MemoryStream();
        var buffer = new byte[16 * 1024];
        while (true)
        {
            var count = await stream.ReadAsync(buffer);
            if (count == 0)
            {
                return null;
            }

            read.Write(buffer, 0, count);
            var head = read.GetBuffer().AsSpan(0, (int)read.Length).IndexOf("\r\n\r\n"u8);
            if (head < 0)
            {
                continue;
            }

            var text = Encoding.ASCII.GetString(read.GetBuffer(), 0, head);
            var length = text.Split("\r\n")
                .Where(line => line.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase))
                .Select(line => int.Parse(line.AsSpan("Content-Length:".Length)))
                .SingleOrDefault();
            if (read.Length == head + 4 + length)
            {
                var body = read.GetBuffer().AsSpan(head + 4, length).ToArray();
                return [.. Encoding.ASCII.GetBytes(text + "\r\nConnection: close\r\n\r\n"), .. body];
            }
        }
    }
}
