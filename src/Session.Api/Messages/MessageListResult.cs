using System.Net.Mime;
using System.Text;
using Microsoft.AspNetCore.Mvc;
using SessionService.Api.Streaming;
using SessionService.Application.Deltas;
using SessionService.Application.Feedback;
using SessionService.Application.Messages;

namespace SessionService.Api.Messages;

/// <summary>
/// Writes a page of messages (<see cref="MessageListResponse"/>), a portion at a time. Stored text and JSON are copied as bytes; no message
/// becomes an object.
/// </summary>
/// <param name="page">The page.</param>
/// <param name="restored">Puts files back into parts; <see langword="null"/> where they stay attachments.</param>
/// <param name="included">Reads the feedback of the messages; <see langword="null"/> where it is no part of the answer.</param>
/// <param name="open">Reads what messages in progress have so far; <see langword="null"/> where the answer has none of these.</param>
/// <param name="cancellationToken">Ends the answer.</param>
internal sealed class MessageListResult(
    IMessagePage page,
    RestoredFiles? restored,
    IncludedFeedback? included,
    OpenMessagesOfSession? open,
    CancellationToken cancellationToken) : IActionResult
{
    private static readonly string ContentType = $"{MediaTypeNames.Application.Json}; charset={Encoding.UTF8.WebName}";

    public Task ExecuteResultAsync(ActionContext context) =>
        AnswerStream.RunAsync(context.HttpContext, ContentType, "A page of messages", WriteAsync);

    private async Task WriteAsync(AnswerStream answer)
    {
        using var opened = page;
        using var buffer = AnswerBuffer.Rent();
        var writer = new MessageListWriter(buffer.Json, page.UserId, page.SessionId, page.Parents);
        writer.Begin();
        await foreach (var portion in page.ReadAsync(cancellationToken))
        {
            for (var i = 0; i < portion.Count; i++)
            {
                var row = open is null ? portion[i] : await open.IntoAsync(portion[i], cancellationToken);
                row = restored is null ? row : row with { Parts = await restored.IntoAsync(row.Parts, cancellationToken) };
                writer.Write(row, included is null ? null : await included.OfAsync(portion, i, cancellationToken));
                if (buffer.Length >= AnswerStream.ChunkBytes)
                {
                    await answer.SendAsync(buffer.Flush());
                    buffer.Clear();
                }
            }
        }

        writer.End(page);
        await answer.EndAsync(buffer.Flush());
    }
}
