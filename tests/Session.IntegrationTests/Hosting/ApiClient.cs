using System.Text;
using System.Text.Json;

namespace SessionService.IntegrationTests.Hosting;

/// <summary>Sends requests in the name of one user, or of nobody.</summary>
public sealed class ApiClient(HttpClient http, string? userId)
{
    /// <summary>The user; empty where it is nobody.</summary>
    public string UserId => userId ?? "";

    public Task<Answer> GetAsync(string path) => SendAsync(HttpMethod.Get, path);

    public Task<Answer> DeleteAsync(string path) => SendAsync(HttpMethod.Delete, path);

    public Task<Answer> PostAsync(string path, string json) => SendAsync(HttpMethod.Post, path, json);

    public Task<Answer> PutAsync(string path, string json) => SendAsync(HttpMethod.Put, path, json);

    public Task<Answer> PostAsync(string path, string json, string idempotencyKey) => SendAsync(HttpMethod.Post, path, json, idempotencyKey);

    public async Task<Answer> SendAsync(HttpMethod method, string path, string? json = null, string? idempotencyKey = null)
    {
        using var request = new HttpRequestMessage(method, path);
        if (idempotencyKey is not null)
        {
            request.Headers.TryAddWithoutValidation("Idempotency-Key", idempotencyKey);
        }

        if (json is not null)
        {
            request.Content = new StringContent(json, Encoding.UTF8, "application/json");
        }

        return await SendAsync(request);
    }

    public async Task<Answer> SendAsync(HttpRequestMessage request)
    {
        if (userId is not null)
        {
            request.Headers.TryAddWithoutValidation("X-User-Id", userId);
        }

        using var response = await http.SendAsync(request);
        return new Answer(
            (int)response.StatusCode,
            await response.Content.ReadAsStringAsync(),
            response.Content.Headers.ContentType?.MediaType,
            response.Headers.Concat(response.Content.Headers)
                .ToDictionary(header => header.Key, header => string.Join(',', header.Value), StringComparer.OrdinalIgnoreCase));
    }

    /// <summary>Creates a session and tells its path.</summary>
    public async Task<string> StartSessionAsync(string json = "{}")
    {
        var session = (await PostAsync("/api/v1/sessions", json)).Is(201);
        return $"/api/v1/sessions/{session.Text("session_id")}";
    }

    /// <summary>Appends a message to the session at a path.</summary>
    public async Task<JsonElement> WriteMessageAsync(string session, string json = """{"role":"user","content":"Hello"}""") =>
        (await PostAsync($"{session}/messages", json)).Is(201);

    /// <summary>Makes a write once, however often that takes a request: while the service or the database cannot be had, or is too busy.</summary>
    public async Task<JsonElement> WriteOnceAsync(string path, string json) => (await PostOnceAsync(path, json)).Is(201);

    /// <summary>Sends a write until the service answers anything else than that it is too busy or cannot be had: under one key.</summary>
    public async Task<Answer> PostOnceAsync(string path, string json)
    {
        var key = $"{Guid.NewGuid()}";
        return (await Eventually.GetAsync(() => TryPostAsync(path, json, key), answer => answer is not (null or { Status: 503 })))!;
    }

    private async Task<Answer?> TryPostAsync(string path, string json, string key)
    {
        try
        {
            return await PostAsync(path, json, key);
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }

    /// <summary>Creates a session whose status is the given one.</summary>
    public async Task<string> StartSessionInAsync(string status)
    {
        var session = await StartSessionAsync();
        (await PutAsync(session, $$"""{"status":"{{status}}"}""")).Is(200);
        return session;
    }
}
