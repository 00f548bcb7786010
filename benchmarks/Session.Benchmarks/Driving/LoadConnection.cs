using System.Buffers.Text;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace SessionService.Benchmarks.Driving;

/// <summary>A kept-alive HTTP/1.1 connection with one request on its way at a time.</summary>
internal sealed class LoadConnection : IDisposable
{
    private byte[] _buffer = new byte[64 * 1024];
    private int _received;
    private int _bodyStart;

    // Where the answer ends; unknown (0) until the head is there, and to the end where the body comes in chunks.
    private int _end;

    public Socket Socket { get; } = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };

    public long SentAt { get; private set; }

    public int Status { get; private set; }

    public string Answer => Encoding.UTF8.GetString(_buffer, 0, Math.Min(_received, 2_000));

    private ReadOnlySpan<byte> Received => _buffer.AsSpan(0, _received);

    public void Connect(int port) => Socket.Connect(IPAddress.Loopback, port);

    public void Send(byte[] request, long now)
    {
        _received = _bodyStart = _end = 0;
        SentAt = now;
        for (var sent = 0; sent < request.Length;)
        {
            sent += Socket.Send(request.AsSpan(sent));
        }
    }

    /// <summary>Takes what has come; true when the answer is complete.</summary>
    public bool Receive()
    {
        if (_received == _buffer.Length)
        {
            Array.Resize(ref _buffer, _buffer.Length * 2);
        }

        var count = Socket.Receive(_buffer.AsSpan(_received));
        if (count == 0)
        {
            throw new BenchmarkException("The service closed a connection.");
        }

        _received += count;
        return (_bodyStart > 0 || ReadHead()) && IsComplete();
    }

    public void Dispose() => Socket.Dispose();

    private bool ReadHead()
    {
        var headEnd = Received.IndexOf("\r\n\r\n"u8);
        if (headEnd < 0)
        {
            return false;
        }

        // "HTTP/1.1 201 Created"
        var head = Received[..headEnd];
        Status = Number(head[9..]);
        _bodyStart = headEnd + 4;
        var length = head.IndexOf("\r\nContent-Length: "u8);
        if (length >= 0)
        {
            _end = _bodyStart + Number(head[(length + 18)..]);
        }

        return true;
    }

    private static int Number(ReadOnlySpan<byte> text) =>
        Utf8Parser.TryParse(text, out int number, out _) ? number : throw new BenchmarkException("The service's answer is not HTTP.");

    // JSON has no line breaks of its own, so the last chunk looks like nothing else.
    private bool IsComplete() => _end > 0 ? _received >= _end : Received[_bodyStart..].EndsWith("\r\n0\r\n\r\n"u8);
}
