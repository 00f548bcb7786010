using System.Net;
using System.Text;
using System.Threading.Channels;

namespace SessionService.IntegrationTests.Deltas;

/// <summary>A body whose lines are sent when a test says so.</summary>
internal sealed class SlowLines : HttpContent
{
    private readonly Channel<string> _lines = Channel.CreateUnbounded<string>();

    public ValueTask WriteAsync(string line) => _lines.Writer.WriteAsync(line);

    public void End() => _lines.Writer.Complete();

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
    {
        await foreach (var line in _lines.Reader.ReadAllAsync())
        {
            await stream.WriteAsync(Encoding.UTF8.GetBytes(line + "\n"));
            await stream.FlushAsync();
        }
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }
}
