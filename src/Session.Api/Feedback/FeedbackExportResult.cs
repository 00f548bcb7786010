using System.Buffers;
using System.Text;
using System.Text.Json;
using AutoMapper;
using Microsoft.AspNetCore.Mvc;
using SessionService.Api.Exports;
using SessionService.Api.Json;
using SessionService.Api.Streaming;
using SessionService.Application.Exports;
using SessionService.Application.Json;
using SessionService.Domain.Feedback;
using SessionService.Domain.Messages;

namespace SessionService.Api.Feedback;

/// <summary>Streams feedback with its messages, a line each.</summary>
internal sealed class FeedbackExportResult(
    IAsyncEnumerable<(MessageFeedback Feedback, SessionMessage Message)> judged, IMapper mapper, CancellationToken cancellationToken)
    : IActionResult
{
    private static readonly string ContentType = $"{ExportFormat.JsonLinesType}; charset={Encoding.UTF8.WebName}";

    private static readonly JsonSerializerOptions Options = ServiceJson.NewOptions();

    public Task ExecuteResultAsync(ActionContext context)
    {
        context.HttpContext.Response.Headers.ContentDisposition = "attachment; filename=\"feedback.jsonl\"";
        return AnswerStream.RunAsync(context.HttpContext, ContentType, "An export", WriteAsync);
    }

    private async Task WriteAsync(AnswerStream answer)
    {
        var bytes = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(bytes, new JsonWriterOptions { Encoder = ServiceJson.Encoder, SkipValidation = true });
        await foreach (var (feedback, message) in judged.WithCancellation(cancellationToken))
        {
            JsonSerializer.Serialize(json, LineOf(feedback, message), Options);
            json.Flush();
            json.Reset();
            bytes.Write("\n"u8);
            if (bytes.WrittenCount >= AnswerStream.ChunkBytes)
            {
                await answer.SendAsync(bytes.WrittenMemory, isOfStrings: true);
                bytes.ResetWrittenCount();
            }
        }

        await answer.EndAsync(bytes.WrittenMemory);
    }

    private FeedbackLine LineOf(MessageFeedback feedback, SessionMessage message) => mapper.Map<FeedbackLine>(feedback) with
    {
        MessageId = message.MessageId,
        Role = message.Role,
        Content = message.Content,
        Parts = message.Parts is null ? null : new JsonText(message.Parts),
        RedactedAt = message.RedactedAt,
    };
}
