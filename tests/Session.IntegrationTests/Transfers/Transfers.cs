using System.Text;
using SessionService.IntegrationTests.Hosting;

namespace SessionService.IntegrationTests.Transfers;

internal static class Transfers
{
    /// <summary>A user's export without the header, which tells of the moment.</summary>
    public static async Task<string[]> ExportAsync(this ApiClient user)
    {
        var answer = await user.GetAsync($"/api/v1/users/{user.UserId}/export");
        Assert.Equal(200, answer.Status);
        Assert.Equal("application/x-ndjson", answer.ContentType);
        var lines = answer.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.StartsWith("""{"type":"export","version":1,"exported_at":""", lines[0], StringComparison.Ordinal);
        return lines[1..];
    }

    public static async Task<Answer> ImportAsync(this ApiClient user, string body, string onError = "stop", string type = "application/x-ndjson")
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/api/v1/sessions/import?on_error={onError}")
        {
            Content = new StringContent(body, Encoding.UTF8, type),
        };
        return await user.SendAsync(request);
    }

    public static Task<Answer> ImportAsync(this ApiClient user, IEnumerable<string> lines, string onError = "stop") =>
        user.ImportAsync(string.Join('\n', lines), onError);

    /// <summary>Demands of an import's answer how many of a kind were created, unchanged and wrong.</summary>
    public static void Has(this System.Text.Json.JsonElement answer, string kind, long created, long unchanged = 0, long failed = 0)
    {
        var counts = answer.GetProperty(kind);
        Assert.Equal((created, unchanged, failed), (counts.Number("created"), counts.Number("unchanged"), counts.Number("failed")));
    }
}
