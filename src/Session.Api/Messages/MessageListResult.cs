using System.Net.Mime;
using System.Text;
using Microsoft.AspNetCore.Http.Timeouts;
using Microsoft.AspNetCore.Mvc;
using SessionService.Application.Messages;
using SessionService.Hosting.Problems;

namespace SessionService.Api.Messages;

/// <summary>
/// Writes a page of messages as <see cref="MessageListResponse"/> shows it, while the database sends it: stored text and JSON are
/// copied, and no message becomes an object on the way.
/// </summary>
internal sealed partial class MessageListResult(MessagePage page, CancellationToken cancellationToken) : IActionResult
{
    /// <summary>
    /// What is gathered before anything is sent. A page below this size gives its connection back before the client, however slow,
    /// sees a byte of it; and until then a failure is still a problem document.
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
            // An answer that has begun cannot become a problem, nor may it end as if it were whole.
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
            // An answer under way takes as long as its client, which has a limit for every chunk.
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
