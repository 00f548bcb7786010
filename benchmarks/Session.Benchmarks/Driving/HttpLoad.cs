using System.Diagnostics;
using System.Net.Sockets;
using SessionService.Benchmarks.Measuring;

namespace SessionService.Benchmarks.Driving;

/// <summary>
/// Keeps a number of connections busy from one thread, as pgbench does. Whatever the driver uses of the processors it takes from what
/// it measures; waiting for all connections at once costs a fraction of an HTTP client's tasks.
/// </summary>
internal static class HttpLoad
{
    // Until connections are open and this code is compiled.
    private static readonly TimeSpan LongestRamp = TimeSpan.FromMilliseconds(300);

    // A minute: the service has stopped answering.
    private const int AnswerTimeoutMicroseconds = 60_000_000;

    public static LoadResult Run(int port, int connections, TimeSpan duration, byte[][] requests)
    {
        var ramp = duration / 4 < LongestRamp ? duration / 4 : LongestRamp;
        var random = new Random();
        var latencies = new List<double>(capacity: 1 << 18);
        long acknowledged = 0, refused = 0, counted = 0;
        string? firstRefusal = null;

        var open = new Dictionary<Socket, LoadConnection>(connections);
        try
        {
            for (var i = 0; i < connections; i++)
            {
                var connection = new LoadConnection();
                open.Add(connection.Socket, connection);
                connection.Connect(port);
            }

            var counting = Stopwatch.GetTimestamp() + Ticks(ramp);
            var end = counting + Ticks(duration);
            var busy = new List<Socket>(open.Keys);
            var ready = new List<Socket>(connections);
            foreach (var connection in open.Values)
            {
                connection.Send(Pick(), Stopwatch.GetTimestamp());
            }

            while (busy.Count > 0)
            {
                ready.Clear();
                ready.AddRange(busy);
                Socket.Select(ready, checkWrite: null, checkError: null, AnswerTimeoutMicroseconds);
                if (ready.Count == 0)
                {
                    throw new BenchmarkException("The service does not answer.");
                }

                foreach (var socket in ready)
                {
                    var connection = open[socket];
                    if (!connection.Receive())
                    {
                        continue;
                    }

                    var now = Stopwatch.GetTimestamp();
                    if (connection.Status is >= 200 and < 300)
                    {
                        acknowledged++;
                    }
                    else
                    {
                        refused++;
                        firstRefusal ??= connection.Answer;
                    }

                    if (now >= counting && now < end)
                    {
                        counted++;
                        latencies.Add(Stopwatch.GetElapsedTime(connection.SentAt, now).TotalMilliseconds);
                    }

                    if (now < end)
                    {
                        connection.Send(Pick(), now);
                    }
                    else
                    {
                        busy.Remove(socket);
                    }
                }
            }
        }
        finally
        {
            foreach (var connection in open.Values)
            {
                connection.Dispose();
            }
        }

        var sorted = Percentiles.Sort(latencies);
        return new LoadResult(acknowledged, counted / duration.TotalSeconds, sorted.At(0.5), sorted.At(0.99), refused, firstRefusal);

        byte[] Pick() => requests[random.Next(requests.Length)];
    }

    private static long Ticks(TimeSpan duration) => (long)(duration.TotalSeconds * Stopwatch.Frequency);
}
