using System.Net.Mime;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Mvc;
using SessionService.Api.Json;
using SessionService.Application.Paging;

namespace SessionService.Api.Streaming;

/// <summary>Writes an answer with a list, whose items are read while the answer is sent.</summary>
internal sealed class ListResult<TList, T>(StreamedList<TList, T> list, CancellationToken cancellationToken) : IActionResult
{
    private static readonly string ContentType = $"{MediaTypeNames.Application.Json}; charset={Encoding.UTF8.WebName}";

    private static readonly JsonSerializerOptions Options = ServiceJson.NewOptions();

    public Task ExecuteResultAsync(ActionContext context) =>
        AnswerStream.RunAsync(context.HttpContext, ContentType, "A list", WriteAsync);

    private async Task WriteAsync(AnswerStream answer)
    {
        using var buffer = AnswerBuffer.Rent();
        buffer.Json.WriteStartObject();
        foreach (var member in JsonSerializer.SerializeToElement(list.Answer, Options).EnumerateObject())
        {
            // The one array of the answer is the list.
            if (member.Value.ValueKind == JsonValueKind.Array)
            {
                buffer.Json.WriteStartArray(member.Name);
                await WriteItemsAsync(buffer, answer);
                buffer.Json.WriteEndArray();
            }
            else
            {
                member.WriteTo(buffer.Json);
            }
        }

        buffer.Json.WriteEndObject();
        await answer.EndAsync(buffer.Flush());
    }

    private async Task WriteItemsAsync(AnswerBuffer buffer, AnswerStream answer)
    {
        await using var items = list.Items.GetAsyncEnumerator(cancellationToken);
        while (true)
        {
            using (await answer.BeginWorkAsync(cancellationToken))
            {
                if (!await items.MoveNextAsync())
                {
                    return;
                }

                JsonSerializer.Serialize(buffer.Json, items.Current, Options);
            }

            if (buffer.Length >= AnswerStream.ChunkBytes)
            {
                await answer.SendAsync(buffer.Flush(), isOfStrings: true);
                buffer.Clear();
            }
        }
    }
}
