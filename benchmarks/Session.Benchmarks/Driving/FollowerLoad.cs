using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Sockets;
using SessionService.Benchmarks.Measuring;

namespace SessionService.Benchmarks.Driving;

/// <summary>Followers of sessions, each on a connection of its own, and when each was told which message.</summary>
internal sealed class FollowerLoad : IDisposable
{
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

    private async Task ReadAsync(NetworkStream stream)
    {
        var ids = new EventIds(stream);
        var isFirst = true;
        try
        {
            while (await ids.ReadAsync(sequence => Note(sequence, Stopwatch.GetTimestamp(), ref isFirst)))
            {
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
