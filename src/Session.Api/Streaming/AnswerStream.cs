using Microsoft.AspNetCore.Http.Timeouts;
using SessionService.Api.Compression;
using SessionService.Api.Turns;
using SessionService.Hosting.Problems;

namespace SessionService.Api.Streaming;

/// <summary>
/// Sends an answer of unknown length. A short answer is sent as a whole, with its length. A long one is sent in chunks, each of which the
/// client must take within some time. No connection to the database may be held while a chunk is sent.
/// </summary>
internal sealed partial class AnswerStream(HttpContext http, string contentType) : IDisposable
{
    /// <summary>
    /// An answer is buffered up to this size before anything is sent. Until then a failure is still answered with a problem document.
    /// </summary>
    public const int ChunkBytes = 256 * 1024;

    /// <summary>How long a client may take for a chunk.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    private readonly LargeAnswers _answers = http.RequestServices.GetRequiredService<LargeAnswers>();
    private IDisposable? _place;

    /// <summary>Sends the answer of an action, and ends the connection if the answer breaks off.</summary>
    /// <remarks>An answer that has begun can no longer become a problem document, and must not end as if it were complete.</remarks>
    public static async Task RunAsync(HttpContext http, string contentType, string what, Func<AnswerStream, Task> write)
    {
        using var answer = new AnswerStream(http, contentType);
        try
        {
            await write(answer);
        }
        catch (Exception exception) when (http.Response.HasStarted)
        {
            if (!http.RequestAborted.IsCancellationRequested)
            {
                LogBrokenOff(
                    http.RequestServices.GetRequiredService<ILogger<AnswerStream>>(), what, ProblemFactory.TraceId(http), exception);
            }

            http.Abort();
        }
    }

    /// <summary>Sends a part of an answer: a chunk at least, or the end.</summary>
    /// <param name="bytes">The part.</param>
    /// <param name="isOfStrings">Whether its texts were read as strings, see <see cref="LargeAnswers.NoteSent"/>.</param>
    /// <exception cref="AnswersOverloadedException">There are too many long answers. Nothing was sent.</exception>
    public async Task SendAsync(ReadOnlyMemory<byte> bytes, bool isOfStrings = false)
    {
        if (_place is null && bytes.Length < ChunkBytes)
        {
            await EndAsync(bytes);
            return;
        }

        Begin(bytes.Length);
        if (isOfStrings)
        {
            _answers.NoteSent(bytes.Length);
        }

        for (; bytes.Length > 0; bytes = bytes[Math.Min(bytes.Length, ChunkBytes)..])
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted);
            patience.CancelAfter(Patience);
            var written = http.Response.BodyWriter.WriteAsync(bytes[..Math.Min(bytes.Length, ChunkBytes)], patience.Token);
            await (http.Features.Get<HeldTurn>()?.WaitForClientAsync(written, http.RequestAborted) ?? written);
        }
    }

    /// <summary>Sends the end of the answer, or an answer that is short.</summary>
    /// <exception cref="AnswersOverloadedException">There are too many long answers. Nothing was sent.</exception>
    public async Task EndAsync(ReadOnlyMemory<byte> bytes)
    {
        if (bytes.Length > ChunkBytes)
        {
            Begin(bytes.Length);
        }

        if (!http.Response.HasStarted)
        {
            http.Response.ContentType = contentType;
            http.Response.ContentLength = bytes.Length;
        }

        if (_place is null)
        {
            await http.Response.BodyWriter.WriteAsync(bytes, http.RequestAborted);
        }
        else
        {
            await SendAsync(bytes);
        }
    }

    /// <summary>
    /// Waits until a large list may read on, if this answer is one. No client is waited for until the result is disposed.
    /// </summary>
    public ValueTask<IDisposable?> BeginWorkAsync(CancellationToken cancellationToken) =>
        _place is null ? ValueTask.FromResult<IDisposable?>(null) : _answers.BeginWorkAsync(cancellationToken);

    public void Dispose() => _place?.Dispose();

    private void Begin(long bytes)
    {
        if (_place is not null)
        {
            return;
        }

        _place = _answers.Enter(http, bytes, mayRefuse: !http.Response.HasStarted && IsRead());
        if (!http.Response.HasStarted)
        {
            http.Response.ContentType = contentType;
        }

        // The request timeout ends here. From now on each chunk has a limit of its own.
        http.Features.Get<IHttpRequestTimeoutFeature>()?.DisableTimeout();
    }

    // Actions whose answers are compressed are those that only read, searches by POST among them.
    private bool IsRead() =>
        HttpMethods.IsGet(http.Request.Method)
        || HttpMethods.IsHead(http.Request.Method)
        || http.GetEndpoint()?.Metadata.GetMetadata<CompressesAttribute>() is not null;

    [LoggerMessage(EventId = 1, Level = LogLevel.Warning, Message = "{What} broke off. {TraceId}")]
    private static partial void LogBrokenOff(ILogger logger, string what, string traceId, Exception exception);
}
