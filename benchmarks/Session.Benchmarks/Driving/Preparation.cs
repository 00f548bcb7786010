using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using SessionService.Benchmarks.Processes;

namespace SessionService.Benchmarks.Driving;

/// <summary>Requests that bring a conversation into the state that a scenario measures.</summary>
internal static class Preparation
{
    public static async Task<string> CreateSessionAsync(this ServiceProcess service, string user, CancellationToken cancellationToken) =>
        (await service.PostAsync(user, "/api/v1/sessions", "{}", cancellationToken)).GetProperty("session_id").GetString()!;

    public static async Task<JsonElement> PostAsync(
        this ServiceProcess service, string user, string path, string json, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path)
        {
            Content = new StringContent(json, new MediaTypeHeaderValue("application/json")),
        };
        request.Headers.Add("X-User-Id", user);
        using var response = await service.Http.SendAsync(request, cancellationToken);
        response.EnsureSuccessStatusCode();
        return await response.Content.ReadFromJsonAsync<JsonElement>(cancellationToken);
    }
}
