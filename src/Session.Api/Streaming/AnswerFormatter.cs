using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Mvc.Formatters;

namespace SessionService.Api.Streaming;

/// <summary>
/// Writes the JSON of all other answers. None of them is longer than some MiB, so each is buffered as a whole and sent with its length.
/// </summary>
internal sealed class AnswerFormatter : TextOutputFormatter
{
    private readonly JsonSerializerOptions _options;

    public AnswerFormatter(JsonSerializerOptions options)
    {
        _options = options;
        SupportedMediaTypes.Add("application/json");
        SupportedMediaTypes.Add("text/json");
        SupportedMediaTypes.Add("application/*+json");
        SupportedEncodings.Add(Encoding.UTF8);
    }

    public override Task WriteResponseBodyAsync(OutputFormatterWriteContext context, Encoding selectedEncoding)
    {
        var (answer, type) = (context.Object, context.Object?.GetType() ?? context.ObjectType ?? typeof(object));
        return AnswerStream.RunAsync(context.HttpContext, context.ContentType.ToString(), "An answer", async stream =>
        {
            using var buffer = AnswerBuffer.Rent();
            JsonSerializer.Serialize(buffer.Json, answer, type, _options);
            await stream.EndAsync(buffer.Flush());
        });
    }
}
