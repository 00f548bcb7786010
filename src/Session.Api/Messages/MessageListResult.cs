using System.Net.Mime;
using System.Text;
using Microsoft.AspNetCore.Http.Timeouts;
using Microsoft.AspNetCore.Mvc;
using SessionService.Application.Messages;
using SessionService.Hosting.Problems;

namespace SessionService.Api.Messages;

/// <summary>
/// Writes a page of messages (<see cref="MessageListResponse"/>) while the database sends it. Stored text and JSON are copied as bytes; no
/// message becomes an object.
/// </summary>
internal sealed partial class MessageListResult(MessagePage page, CancellationToken cancellationToken) : IActionResult
{
    /// <summary>
    /// A page is buffered up to this size before anything is sent. A smaller page returns its database connection before the client
    /// receives a byte, so a slow client holds none. Until then a failure is still answered with a problem document.
    /// </summary>
    private const int ChunkBytes = 256 * 1024;

    /// <summary>How long a client may take for a chunk while its page holds a connection to the database.</summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    private static readonly string ContentType = $"{MediaTypeNames.Application.Json}; charset={Encoding.UTF8.WebName}";

    public async Task ExecuteResultAsync(ActionContext context)
    {
        var http = context.HttpContext;
        await using var rows = page.Rows;
        using var buffer = MessageListBuffer.Rent();
        try
        {
            await WriteAsync(buffer, http);
        }
        catch (Exception exception) when (http.Response.HasStarted)
        {
            // An answer that has begun can no longer become a problem document, and must not end as if it were complete.
            if (!http.RequestAborted.IsCancellationRequested)
            {
                LogBrokenOff(
                    http.RequestServices.GetRequiredService<ILogger<MessageListResult>>(), ProblemFactory.TraceId(http), exception);
            }

            http.Abort();
        }
    }

    private async Task WriteAsync(MessageListBuffer buffer, HttpContext http)
    {
        var writer = new MessageListWriter(buffer.Json, page.UserId, page.SessionId);
        writer.Begin();
        await foreach (var message in page.Rows.ReadAsync(cancellationToken))
        {
            writer.Write(message);
            if (buffer.Length >= ChunkBytes)
            {
                await SendChunkAsync(buffer, http);
            }
        }

        writer.End(page);
        await page.Rows.DisposeAsync();
        var rest = buffer.Flush();
        if (!http.Response.HasStarted)
        {
            http.Response.ContentType = ContentType;
            http.Response.ContentLength = rest.Length;
        }

        await http.Response.BodyWriter.WriteAsync(rest, http.RequestAborted);
    }

    private static async Task SendChunkAsync(MessageListBuffer buffer, HttpContext http)
    {
        if (!http.Response.HasStarted)
        {
            http.Response.ContentType = ContentType;
            // The request timeout ends here. From now on each chunk has a limit of its own.
            http.Features.Get<IHttpRequestTimeoutFeature>()?.DisableTimeout();
        }

        using var patience = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted);
        patience.CancelAfter(Patience);
        await http.Response.BodyWriter.WriteAsync(buffer.Flush(), patience.Token);
        buffer.Clear();
    }

    [LoggerMessage(EventId = 1, Level = LogLevel.Warning, Message = "A page of messages broke off. {TraceId}")]
    private static partial void LogBrokenOff(ILogger logger, string traceId, Exception exception);
}
