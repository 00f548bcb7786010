using System.Net;
using System.Net.Sockets;

namespace SessionService.ClientTests.Hosting;

/// <summary>Stands between client and service, and cuts each connection after so many bytes of its answers.</summary>
internal sealed class CuttingProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Func<Uri> _service;
    private readonly int _bytes;
    private readonly Task _accepting;
    private int _cuts;

    public CuttingProxy(Func<Uri> service, int bytes)
    {
        _service = service;
        _bytes = bytes;
        _listener.Start();
        Address = new Uri($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");
        _accepting = AcceptAsync();
    }

    public Uri Address { get; }

    public int Cuts => _cuts;

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
        using var service = new TcpClient();
        try
        {
            await service.ConnectAsync(_service().Host, _service().Port);
            _ = client.GetStream().CopyToAsync(service.GetStream());
            var buffer = new byte[256];
            for (var left = _bytes; left > 0;)
            {
                var count = await service.GetStream().ReadAsync(buffer.AsMemory(0, Math.Min(left, buffer.Length)), _stop.Token);
                if (count == 0)
                {
                    return;
                }

                await client.GetStream().WriteAsync(buffer.AsMemory(0, count), _stop.Token);
                left -= count;
            }

            Interlocked.Increment(ref _cuts);
        }
        catch (Exception exception) when (exception is IOException or SocketException or OperationCanceledException)
        {
            // One of the two has gone, or the test is over.
        }
    }
}
