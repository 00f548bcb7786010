using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Sockets;
using SessionService.Benchmarks.Measuring;

namespace SessionService.Benchmarks.Driving;

/// <summary>Followers of sessions, each on a connection of its own, and when each was told which message.</summary>
internal sealed class FollowerLoad : IDisposable
{
    private const int BufferBytes = 4 * 1024;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly List<TcpClient> _connections = [];
    private readonly ConcurrentDictionary<long, long> _written = new();
    private readonly ConcurrentBag<double> _milliseconds = [];
    private int _open;
    private long _told;

    /// <summary>Opens followers, and waits until each has its first event.</summary>
    public async Task OpenAsync(int port, IEnumerable<byte[]> requests, CancellationToken cancellationToken)
    {
        var count = 0;
        foreach (var some in requests.Chunk(100))
        {
            foreach (var request in some)
            {
                var connection = new TcpClient();
                await connection.ConnectAsync("127.0.0.1", port, cancellationToken);
                await connection.GetStream().WriteAsync(request, cancellationToken);
                _connections.Add(connection);
                _ = ReadAsync(connection.GetStream());
                count++;
            }

            await WaitAsync(() => Volatile.Read(ref _open) >= count, cancellationToken);
        }
    }

    /// <summary>Notes when a message was sent. Its number must not have been told before.</summary>
    public void NoteWritten(long sequence) => _written[sequence] = Stopwatch.GetTimestamp();

    /// <summary>Waits until all followers were told so many messages since the last time, and tells how long each took.</summary>
    public async Task<Percentiles> TakeAsync(int messages, CancellationToken cancellationToken)
    {
        await WaitAsync(() => Volatile.Read(ref _told) >= (long)messages * _connections.Count, cancellationToken);
        var taken = Percentiles.Sort(_milliseconds);
        _milliseconds.Clear();
        Volatile.Write(ref _told, 0);
        return taken;
    }

    public void Dispose() => _connections.ForEach(connection => connection.Dispose());

    // Every event has a line with its id, and that of a message begins with its number.
    private async Task ReadAsync(NetworkStream stream)
    {
        var buffer = new byte[BufferBytes];
        var kept = 0;
        var isFirst = true;
        try
        {
            while (await stream.ReadAsync(buffer.AsMemory(kept)) is > 0 and var read)
            {
                var now = Stopwatch.GetTimestamp();
                var rest = buffer.AsSpan(0, kept + read);
                while (rest.IndexOf((byte)'\n') is >= 0 and var end)
                {
                    if (rest.StartsWith("id: "u8) && Utf8Parser.TryParse(rest[4..end], out long sequence, out _))
                    {
                        Note(sequence, now, ref isFirst);
                    }

                    rest = rest[(end + 1)..];
                }

                // The rest of a line that is longer than the buffer has no id.
                rest = rest.Length == buffer.Length ? [] : rest;
                rest.CopyTo(buffer);
                kept = rest.Length;
            }
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException)
        {
            // The measurement is over.
        }
    }

    private void Note(long sequence, long now, ref bool isFirst)
    {
        if (isFirst)
        {
            isFirst = false;
            Interlocked.Increment(ref _open);
        }
        else if (_written.TryGetValue(sequence, out var written))
        {
            _milliseconds.Add(Stopwatch.GetElapsedTime(written, now).TotalMilliseconds);
            Interlocked.Increment(ref _told);
        }
    }

    private static async Task WaitAsync(Func<bool> isSo, CancellationToken cancellationToken)
    {
        var start = Stopwatch.GetTimestamp();
        while (!isSo())
        {
            if (Stopwatch.GetElapsedTime(start) > Patience)
            {
                throw new BenchmarkException("Followers were not told in time.");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(20), cancellationToken);
        }
    }
}
