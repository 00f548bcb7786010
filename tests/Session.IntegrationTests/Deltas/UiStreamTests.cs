using System.Text;
using SessionService.IntegrationTests.Hosting;

namespace SessionService.IntegrationTests.Deltas;

/// <summary>The UI message stream of the AI SDK. A test with the SDK itself is in clients/typescript.</summary>
public sealed class UiStreamTests(ApiFixture service) : IClassFixture<ApiFixture>, IDisposable
{
    private readonly HttpClient _http = service.CreateHttp();

    public void Dispose() => _http.Dispose();

    [Fact]
    public async Task Without_an_answer_in_progress_there_is_nothing_to_stream()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        await user.WriteMessageAsync(session);

        Assert.Equal((204, ""), ((await user.GetAsync($"{session}/stream")).Status, (await user.GetAsync($"{session}/stream")).Text));
        (await service.AsNewUser().GetAsync($"{session}/stream")).IsProblem(404, "session_not_found");
    }

    [Fact]
    public async Task An_answer_is_streamed_from_its_beginning_until_it_is_completed()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        var message = await user.OpenAsync(session);
        await user.GrowAsync(message, "Hel", "lo");
        using var stream = await OpenStreamAsync(user, session);
        (await user.PostAsync($"{message}/deltas", """{"index":2,"parts":[{"type":"tool_use","id":"call_1","name":"weather","input":{"city":"Lisbon"}}]}""")).Is(200);
        (await user.PostAsync($"{message}/deltas", """{"index":3,"parts":[{"type":"tool_result","tool_use_id":"call_1","content":"Sunny"}]}""")).Is(200);
        (await user.GrowAsync(message, 4, "It is sunny.")).Is(200);
        var id = (await user.CompleteAsync(message)).Is(200).Text("message_id");

        Assert.Equal("text/event-stream", stream.Content.Headers.ContentType?.MediaType);
        Assert.Equal(["v1"], stream.Headers.GetValues("x-vercel-ai-ui-message-stream"));
        var chunks = ChunksOf(await stream.Content.ReadAsStringAsync());
        Assert.Equal($$"""{"type":"start","messageId":"{{id}}"}""", chunks[0]);
        Assert.Equal("Hello", TextOf(chunks, "0"));
        Assert.Equal("It is sunny.", TextOf(chunks, "1"));
        Assert.Contains("""{"type":"tool-input-available","toolCallId":"call_1","toolName":"weather","input":{"city":"Lisbon"}}""", chunks);
        Assert.Contains("""{"type":"tool-output-available","toolCallId":"call_1","output":"Sunny"}""", chunks);
        Assert.Equal(["""{"type":"finish"}""", "[DONE]"], chunks.TakeLast(2));
    }

    [Fact]
    public async Task What_a_content_adds_to_the_deltas_is_streamed_at_the_end()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        var message = await user.OpenAsync(session);
        (await user.GrowAsync(message, 0, "Hel")).Is(200);
        using var stream = await OpenStreamAsync(user, session);
        (await user.CompleteAsync(message, """{"content":"Hello!"}""")).Is(200);

        Assert.Equal("Hello!", TextOf(ChunksOf(await stream.Content.ReadAsStringAsync()), "0"));
    }

    /// <summary>Returns when the service has begun to stream: an answer that is completed before is not streamed.</summary>
    private async Task<HttpResponseMessage> OpenStreamAsync(ApiClient user, string session)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{session}/stream");
        request.Headers.Add("X-User-Id", user.UserId);
        return await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }

    private static List<string> ChunksOf(string stream) =>
        [.. stream.Split('\n').Where(line => line.StartsWith("data: ", StringComparison.Ordinal)).Select(line => line["data: ".Length..])];

    private static string TextOf(IEnumerable<string> chunks, string id)
    {
        var text = new StringBuilder();
        foreach (var chunk in chunks.Where(chunk => chunk.StartsWith('{')))
        {
            var json = System.Text.Json.JsonDocument.Parse(chunk).RootElement;
            if (json.Text("type") == "text-delta" && json.Text("id") == id)
            {
                text.Append(json.Text("delta"));
            }
        }

        return text.ToString();
    }
}
