using System.Buffers.Text;
using System.Net.Sockets;

namespace SessionService.Benchmarks.Driving;

/// <summary>The ids of the events of a stream. Every event has a line with its id, and that of a message begins with its number.</summary>
internal sealed class EventIds(NetworkStream stream)
{
    private const int BufferBytes = 4 * 1024;

    private readonly byte[] _buffer = new byte[BufferBytes];
    private int _kept;

    /// <summary>Reads what has come, and waits where nothing has.</summary>
    /// <returns>Whether the stream goes on.</returns>
    public async Task<bool> ReadAsync(Action<long> note, CancellationToken cancellationToken = default)
    {
        var read = await stream.ReadAsync(_buffer.AsMemory(_kept), cancellationToken);
        var rest = _buffer.AsSpan(0, _kept + read);
        while (rest.IndexOf((byte)'\n') is >= 0 and var end)
        {
            if (rest.StartsWith("id: "u8) && Utf8Parser.TryParse(rest[4..end], out long sequence, out _))
            {
                note(sequence);
            }

            rest = rest[(end + 1)..];
        }

        // The rest of a line that is longer than the buffer has no id.
        rest = rest.Length == _buffer.Length ? [] : rest;
        rest.CopyTo(_buffer);
        _kept = rest.Length;
        return read > 0;
    }
}
