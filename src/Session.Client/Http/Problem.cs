using System.Text.Json;

namespace SessionService.Client;

/// <summary>A problem document (RFC 9457), as the service and the gateway write them.</summary>
internal sealed class Problem
{
    public string? Title { get; set; }

    public string? Detail { get; set; }

    public string? Code { get; set; }

    public string? TraceId { get; set; }

    public int? NextIndex { get; set; }

    public IReadOnlyDictionary<string, IReadOnlyList<string>>? Errors { get; set; }

    /// <summary>The problem of an answer whose body is there; <see langword="null"/> where something else wrote the answer.</summary>
    public static async Task<Problem?> ReadAsync(HttpResponseMessage response)
    {
        if (response.Content.Headers.ContentType?.MediaType != "application/problem+json")
        {
            return null;
        }

        try
        {
            var body = await response.Content.ReadAsByteArrayAsync().ConfigureAwait(false);
            return JsonSerializer.Deserialize(body, SessionServiceJson.Default.Problem);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
