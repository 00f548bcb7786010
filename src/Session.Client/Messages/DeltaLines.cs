using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;

namespace SessionService.Client;

/// <summary>Deltas as a body of NDJSON. Each line is sent as soon as its delta is there.</summary>
internal sealed class DeltaLines : OnceBody
{
    private readonly IAsyncEnumerable<AddDeltaRequest> _deltas;

    public DeltaLines(IAsyncEnumerable<AddDeltaRequest> deltas)
    {
        _deltas = deltas;
        Headers.ContentType = new MediaTypeHeaderValue("application/x-ndjson");
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        IsSent = true;
        await foreach (var delta in _deltas.WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            byte[] line = [.. JsonSerializer.SerializeToUtf8Bytes(delta, SessionServiceJson.Default.AddDeltaRequest), (byte)'\n'];
            await stream.WriteAsync(line, cancellationToken).ConfigureAwait(false);
            await stream.FlushAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }
}
