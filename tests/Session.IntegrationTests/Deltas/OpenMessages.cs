using System.Text;
using System.Text.Json;
using SessionService.IntegrationTests.Hosting;

namespace SessionService.IntegrationTests.Deltas;

/// <summary>Requests about messages in progress.</summary>
internal static class OpenMessages
{
    public const string Open = """{"role":"assistant","status":"in_progress"}""";

    /// <summary>Opens a message and tells its path.</summary>
    public static async Task<string> OpenAsync(this ApiClient user, string session, string json = Open)
    {
        var message = (await user.PostAsync($"{session}/messages", json)).Is(201);
        Assert.Equal("in_progress", message.Text("status"));
        return $"{session}/messages/{message.Number("sequence")}";
    }

    public static Task<Answer> GrowAsync(this ApiClient user, string message, int index, string text) =>
        user.PostAsync($"{message}/deltas", JsonSerializer.Serialize(new { index, text }));

    /// <summary>Adds texts to a message that has no delta yet.</summary>
    public static async Task GrowAsync(this ApiClient user, string message, params string[] texts)
    {
        for (var i = 0; i < texts.Length; i++)
        {
            Assert.Equal(i + 1, (await user.GrowAsync(message, i, texts[i])).Is(200).Number("next_index"));
        }
    }

    public static Task<Answer> CompleteAsync(this ApiClient user, string message, string json = "{}") =>
        user.PostAsync($"{message}/complete", json);

    public static async Task<Answer> SendLinesAsync(this ApiClient user, string message, HttpContent lines)
    {
        lines.Headers.ContentType = new("application/x-ndjson");
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{message}/deltas") { Content = lines };
        return await user.SendAsync(request);
    }

    public static Task<Answer> SendLinesAsync(this ApiClient user, string message, params string[] lines) =>
        user.SendLinesAsync(message, new StringContent(string.Join('\n', lines), Encoding.UTF8));

    public static string Line(int index, string text) => JsonSerializer.Serialize(new { index, text });

    public static async Task<IReadOnlyList<long>> ShownAsync(this ApiClient user, string session, string query = "") =>
        [.. (await user.GetAsync($"{session}/messages{query}")).Is(200).Items("messages").Select(message => message.Number("sequence"))];
}
