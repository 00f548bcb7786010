using System.Buffers;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Infrastructure;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Net.Http.Headers;
using SessionService.Api.Hosting;
using SessionService.Api.Streaming;
using SessionService.Application.Attachments;
using SessionService.Domain.Attachments;
using SessionService.Hosting.Problems;

namespace SessionService.Api.Attachments;

/// <summary>
/// Sends attachments. The framework answers conditions and ranges (RFC 9110, 13 and 14); the bytes go out as every long answer does. Its
/// own log lines, one a file, are left out.
/// </summary>
internal sealed class AttachmentExecutor() : FileResultExecutorBase(NullLogger.Instance)
{
    // What may be shown in place loads itself and nothing else.
    private const string OfShown =
        "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'none'";

    // What a browser might run has no origin, even where it is shown although it was offered as a download.
    private const string OfOthers = "default-src 'none'; frame-ancestors 'none'; sandbox";

    public async Task ExecuteAsync(ActionContext context, AttachmentResult result)
    {
        var http = context.HttpContext;
        var attachment = result.Attachment;
        var etag = new EntityTagHeaderValue($"\"{Convert.ToHexStringLower(attachment.Sha256)}\"");
        var (range, rangeLength, servesBody) = SetHeadersAndLog(
            context, result, attachment.Size, enableRangeProcessing: true, lastModified: null, etag);
        switch (http.Response.StatusCode)
        {
            case StatusCodes.Status304NotModified:
                http.Response.ContentType = null;
                return;

            case StatusCodes.Status412PreconditionFailed:
                throw AttachmentErrors.Changed();

            case StatusCodes.Status416RangeNotSatisfiable:
                await RefuseRangeAsync(http);
                return;
        }

        var isShown = MediaTypes.IsShown(attachment.MediaType);
        var disposition = new ContentDispositionHeaderValue(isShown ? "inline" : "attachment");
        if (attachment.Name is { } name)
        {
            disposition.SetHttpFileName(name);
        }

        http.Response.Headers.ContentDisposition = disposition.ToString();
        http.Response.Headers.ContentSecurityPolicy = isShown ? OfShown : OfOthers;
        if (servesBody && !http.IsHead())
        {
            var length = range is null ? attachment.Size : rangeLength;
            await AnswerStream.RunAsync(
                http, result.ContentType, "An attachment", answer => SendAsync(http, answer, attachment, range?.From ?? 0, length));
        }
    }

    private static async Task SendAsync(HttpContext http, AnswerStream answer, StoredAttachment attachment, long from, long length)
    {
        var attachments = http.RequestServices.GetRequiredService<AttachmentsService>();
        var buffer = ArrayPool<byte>.Shared.Rent((int)Math.Min(AnswerStream.ChunkBytes, length));
        try
        {
            await using var content = await attachments.OpenAsync(attachment, from, length, http.RequestAborted);
            for (var rest = length; rest > 0;)
            {
                var chunk = buffer.AsMemory(0, (int)Math.Min(AnswerStream.ChunkBytes, rest));
                await content.ReadExactlyAsync(chunk, http.RequestAborted);
                await answer.SendAsync(chunk);
                rest -= chunk.Length;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static Task RefuseRangeAsync(HttpContext http)
    {
        http.Response.ContentLength = null;
        http.Response.Headers.ETag = default;
        return ProblemFactory.WriteAsync(
            http,
            ProblemFactory.Create(
                http, StatusCodes.Status416RangeNotSatisfiable, ProblemCodes.RangeNotSatisfiable, AttachmentErrors.NoSuchRange),
            http.RequestAborted);
    }
}
