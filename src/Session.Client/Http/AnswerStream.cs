using System.Net;

namespace SessionService.Client;

/// <summary>
/// The bytes of an answer, of which some come within each period. Where they break off, the rest is asked for, if it can be.
/// </summary>
internal sealed class AnswerStream(
    Stream bytes, TimeSpan period, Func<long, CancellationToken, Task<HttpResponseMessage>>? resume) : Stream
{
    /// <summary>How often the bytes may break off without one more having come.</summary>
    private const int MaxFailures = 10;

    private Stream _bytes = bytes;
    private long _position;
    private int _failures;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => _position;
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            patience.CancelAfter(period);
            try
            {
                var count = await _bytes.ReadAsync(buffer, patience.Token).ConfigureAwait(false);
                _position += count;
                _failures = count > 0 ? 0 : _failures;
                return count;
            }
            catch (Exception exception) when (
                exception is IOException or HttpRequestException or OperationCanceledException
                && !cancellationToken.IsCancellationRequested)
            {
                if (resume is null || ++_failures > MaxFailures)
                {
                    throw new IOException("The answer has broken off.", exception);
                }
            }

            await ResumeAsync(resume, cancellationToken).ConfigureAwait(false);
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <summary>Only where a caller cannot wait otherwise.</summary>
    public override int Read(byte[] buffer, int offset, int count) =>
        ReadAsync(buffer.AsMemory(offset, count)).AsTask().GetAwaiter().GetResult();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _bytes.Dispose();
        }

        base.Dispose(disposing);
    }

    private async Task ResumeAsync(
        Func<long, CancellationToken, Task<HttpResponseMessage>> resume, CancellationToken cancellationToken)
    {
        await _bytes.DisposeAsync().ConfigureAwait(false);
        var response = await resume(_position, cancellationToken).ConfigureAwait(false);
        if (_position > 0
            && (response.StatusCode != HttpStatusCode.PartialContent || response.Content.Headers.ContentRange?.From != _position))
        {
            response.Dispose();
            throw new IOException("The attachment has changed while it was read.");
        }

        _bytes = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
    }
}
