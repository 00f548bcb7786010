using System.Net;
using System.Net.Sockets;
using System.Text;

namespace SessionService.IntegrationTests.Faults;

internal enum Direction
{
    ToServer,
    ToService,
}

internal enum Fault
{
    /// <summary>The connection ends as if the other side had closed it.</summary>
    End,

    /// <summary>The connection ends with a reset, as from a host that has started anew.</summary>
    Reset,

    /// <summary>No connection passes a byte on any more.</summary>
    Silence,
}

/// <summary>Stands between a service and PostgreSQL. Breaks a connection after a number of bytes, without a word of the server's.</summary>
internal sealed class DatabaseProxy : IAsyncDisposable
{
    // The pulse clears the pools when its connection breaks, and the digest works at any time: neither is what a test breaks.
    private static readonly string[] Spared = ["pg_is_in_recovery", "session_service_digest"];

    private readonly string _host;
    private readonly int _port;
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _lock = new();
    private readonly HashSet<Link> _links = [];
    private readonly List<int> _broken = [];
    private readonly Task _accepting;
    private TaskCompletionSource _open = Opened();
    private (Direction Direction, Fault Fault, string Marker)? _armed;
    private int _armings;
    private long _rest;
    private long _passed;

    public DatabaseProxy(string host, int port)
    {
        (_host, _port) = (host, port);
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _accepting = AcceptAsync();
    }

    public int Port { get; }

    /// <summary>
    /// Breaks a connection after so many bytes in one direction. They are counted on all connections from the moment when one sends the marker, such as
    /// the id of a user for whom nothing else happens.
    /// </summary>
    public void BreakAfter(long bytes, Direction direction, Fault fault, string marker)
    {
        lock (_lock)
        {
            (_armed, _armings, _rest, _passed) = ((direction, fault, marker), _armings + 1, bytes, 0);
        }
    }

    /// <summary>Passes on nothing more, until <see cref="Restore"/>: connections stay and can be made, and nobody answers.</summary>
    public void Silence()
    {
        lock (_lock)
        {
            _open = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    /// <summary>Breaks nothing any more, and passes on what was held.</summary>
    /// <returns>Whether a connection was broken, and how many bytes had passed in the direction in which one was to be.</returns>
    public (bool HasBroken, long Passed) Restore()
    {
        lock (_lock)
        {
            var hasBroken = _armed is null;
            _armed = null;
            _open.TrySetResult();
            return (hasBroken, _passed);
        }
    }

    /// <summary>
    /// The ports at which the server knew the connections that were broken since the last call, as clients' in <c>pg_stat_activity</c>.
    /// </summary>
    public IReadOnlyList<int> TakeBroken()
    {
        lock (_lock)
        {
            int[] broken = [.. _broken];
            _broken.Clear();
            return broken;
        }
    }

    /// <summary>Resets all connections, those that are idle too.</summary>
    public void ResetAll()
    {
        lock (_lock)
        {
            foreach (var link in _links.Where(link => !link.IsSpared))
            {
                link.Break(Fault.Reset);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Dispose();
        Restore();
        await _accepting;
        lock (_lock)
        {
            foreach (var link in _links)
            {
                link.Break(Fault.End);
            }
        }

        _stopping.Dispose();
    }

    private static TaskCompletionSource Opened()
    {
        var open = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        open.SetResult();
        return open;
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var service = await _listener.AcceptSocketAsync(_stopping.Token);
                _ = ServeAsync(service);
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
        {
        }
    }

    private async Task ServeAsync(Socket service)
    {
        var server = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        service.NoDelay = true;
        var link = new Link(service, server);
        lock (_lock)
        {
            _links.Add(link);
        }

        try
        {
            await server.ConnectAsync(_host, _port, _stopping.Token);
            await Task.WhenAny(PassAsync(link, Direction.ToServer), PassAsync(link, Direction.ToService));
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
        {
        }

        lock (_lock)
        {
            _links.Remove(link);
            link.Break(Fault.End);
        }
    }

    private async Task PassAsync(Link link, Direction direction)
    {
        var (from, to) = direction == Direction.ToServer ? (link.Service, link.Server) : (link.Server, link.Service);
        var buffer = new byte[64 * 1024];
        try
        {
            while (await from.ReceiveAsync(buffer) is var count and > 0)
            {
                if (direction == Direction.ToServer && !link.IsSpared)
                {
                    Mark(link, Encoding.Latin1.GetString(buffer, 0, count));
                }

                var open = _open.Task;
                var passed = Take(link, direction, count, out var fault);
                await open;
                await SendAsync(to, buffer.AsMemory(0, passed));
                switch (fault)
                {
                    case Fault.Silence:
                        await _open.Task;
                        await SendAsync(to, buffer.AsMemory(passed, count - passed));
                        break;

                    case { } breaks:
                        NoteBroken(link);
                        link.Break(breaks);
                        return;
                }
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
        }
    }

    private void NoteBroken(Link link)
    {
        lock (_lock)
        {
            if (link.Server.LocalEndPoint is IPEndPoint { Port: var port })
            {
                _broken.Add(port);
            }
        }
    }

    private void Mark(Link link, string text)
    {
        lock (_lock)
        {
            link.IsSpared = Array.Exists(Spared, spared => text.Contains(spared, StringComparison.Ordinal));
            if (!link.IsSpared && _armed is { } armed && text.Contains(armed.Marker, StringComparison.Ordinal))
            {
                link.MarkedAt = _armings;
            }
        }
    }

    /// <summary>How much of what has come is passed on, and what happens after it.</summary>
    private int Take(Link link, Direction direction, int count, out Fault? fault)
    {
        lock (_lock)
        {
            fault = null;
            if (_armed is not { } armed || armed.Direction != direction || link.MarkedAt != _armings)
            {
                return count;
            }

            var passed = (int)Math.Min(_rest, count);
            _rest -= passed;
            _passed += passed;
            if (_rest == 0)
            {
                (_armed, fault) = (null, armed.Fault);
                if (fault == Fault.Silence)
                {
                    _open = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                }
            }

            return passed;
        }
    }

    private static async Task SendAsync(Socket to, ReadOnlyMemory<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            bytes = bytes[await to.SendAsync(bytes)..];
        }
    }

    private sealed class Link(Socket service, Socket server)
    {
        public Socket Service => service;

        public Socket Server => server;

        public bool IsSpared { get; set; }

        /// <summary>With which arming the connection sent its marker.</summary>
        public int MarkedAt { get; set; }

        public void Break(Fault fault)
        {
            if (fault == Fault.Reset)
            {
                service.LingerState = new LingerOption(enable: true, seconds: 0);
            }

            service.Dispose();

            // What was passed on must reach the server, which a reset would drop.
            server.Dispose();
        }
    }
}
