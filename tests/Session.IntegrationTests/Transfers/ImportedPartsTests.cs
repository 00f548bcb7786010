using System.Text;
using SessionService.IntegrationTests.Hosting;

namespace SessionService.IntegrationTests.Transfers;

/// <summary>What other programs keep beside text is in the parts of the imported messages.</summary>
public sealed class ImportedPartsTests(TransferFixture service) : IClassFixture<TransferFixture>
{
    private static readonly string Picture = Convert.ToBase64String(Enumerable.Range(0, 9_000).Select(i => (byte)(i * 31)).ToArray());

    private static readonly string Chat =
        $$$$"""
        {"id":"rain","messages":[
          {"role":"user","content":[{"type":"text","text":"Rain?"},{"type":"image_url","image_url":{"url":"data:image/png;base64,{{{{Picture}}}}"}}]},
          {"role":"assistant","content":"","reasoning_content":"They mean Oslo."},
          {"role":"assistant","content":null,"tool_calls":[{"id":"c1","type":"function","function":{"name":"weather","arguments":"{\"at\":\"Oslo\"}"}}]},
          {"role":"tool","tool_call_id":"c1","content":"{\"rain\":1.50}"},
          {"role":"assistant","content":"It rains."}]}
        """;

    [Fact]
    public async Task A_conversation_keeps_its_parts_and_its_texts_and_is_known_again()
    {
        var user = service.AsNewUser();
        var session = (await user.ImportAsync(Chat, type: "application/json")).Is(200).GetProperty("session_ids")[0].GetString()!;

        var messages = (await user.GetAsync($"/api/v1/sessions/{session}/messages?attachments=inline")).Is(200).Items("messages");

        Assert.Equal(["Rain?", "They mean Oslo.", "", "{\"rain\":1.50}", "It rains."], messages.Select(message => message.Text("content")));
        Assert.Equal(
            ["chat", "reasoning", "tool_call", "tool_result", "chat"], messages.Select(message => message.Text("message_type")));
        Assert.Equal(
            $$$"""[{"type":"text","text":"Rain?"},{"type":"image_url","image_url":{"url":"data:image/png;base64,{{{Picture}}}"}}]""",
            messages[0].GetProperty("parts").GetRawText());
        Assert.Equal("c1", messages[2].GetProperty("parts")[0].Text("id"));
        Assert.Equal("c1", messages[3].GetProperty("parts")[0].Text("tool_call_id"));
        Assert.False(messages[4].TryGetProperty("parts", out _));
        Assert.All(messages, message => Assert.False(message.GetProperty("metadata").TryGetProperty("parts", out _)));
        (await user.ImportAsync(Chat, type: "application/json")).Is(200).Has("messages", created: 0, unchanged: 5);
        (await user.ImportAsync(await user.ExportAsync())).Is(200).Has("messages", created: 0, unchanged: 5);
    }

    [Fact]
    public async Task A_dry_run_knows_a_conversation_with_files_again()
    {
        var user = service.AsNewUser();
        (await user.ImportAsync(Chat, type: "application/json")).Is(200);

        (await ImportAsync(user, Chat, "dry_run=true", "application/json")).Is(200).Has("messages", created: 0, unchanged: 5);
    }

    [Fact]
    public async Task An_export_of_an_earlier_version_has_its_parts_in_the_metadata()
    {
        var user = service.AsNewUser();
        var session = Guid.NewGuid();
        string[] lines =
        [
            $$"""{"type":"session","session_id":"{{session}}"}""",
            $$$"""{"type":"message","session_id":"{{{session}}}","sequence":1,"role":"user","content":"Rain?","metadata":{"parts":[{"type":"image_url","image_url":{"url":"data:image/png;base64,{{{Picture}}}"}}],"source":"openai"}}""",
        ];

        (await user.ImportAsync(lines)).Is(200).Has("messages", created: 1);

        var message = (await user.GetAsync($"/api/v1/sessions/{session}/messages")).Is(200).Items("messages")[0];
        Assert.Equal("Rain?", message.Text("content"));
        Assert.Equal("{\"source\":\"openai\"}", message.GetProperty("metadata").GetRawText().Replace(" ", "", StringComparison.Ordinal));
        Assert.Equal(["text", "image_url"], message.GetProperty("parts").EnumerateArray().Select(part => part.Text("type")));
        Assert.StartsWith("data:image/png;base64,attachment:", message.GetProperty("parts")[1].GetProperty("image_url").Text("url"), StringComparison.Ordinal);
    }

    private static async Task<Answer> ImportAsync(ApiClient user, string body, string query, string type)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/api/v1/sessions/import?{query}")
        {
            Content = new StringContent(body, Encoding.UTF8, type),
        };
        return await user.SendAsync(request);
    }
}
