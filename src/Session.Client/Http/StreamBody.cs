using System.Net;

namespace SessionService.Client;

/// <summary>
/// A stream as the body of a request. One that can seek is sent again from where it stood at first; any other one is sent once. The stream
/// stays open: it is the caller's.
/// </summary>
internal sealed class StreamBody : OnceBody
{
    private readonly Stream _stream;
    private readonly long? _start;

    public StreamBody(Stream stream)
    {
        _stream = stream;
        _start = stream.CanSeek ? stream.Position : null;
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        if (_start is { } start)
        {
            _stream.Position = start;
        }
        else
        {
            IsSent = true;
        }

        return _stream.CopyToAsync(stream, cancellationToken);
    }

    protected override bool TryComputeLength(out long length)
    {
        length = _start is { } start ? _stream.Length - start : 0;
        return _start is not null;
    }
}
