using System.Net.Http.Headers;
using System.Text.Json;
using SessionService.IntegrationTests.Hosting;

namespace SessionService.IntegrationTests.Attachments;

/// <summary>Sends and fetches the attachments of one user.</summary>
internal sealed class AttachmentClient(HttpClient http, string userId)
{
    public string UserId => userId;

    public string Path => $"/api/v1/users/{Uri.EscapeDataString(userId)}/attachments";

    public static byte[] NewBytes(int length)
    {
        var bytes = new byte[length];
        Random.Shared.NextBytes(bytes);
        return bytes;
    }

    public Task<Answer> UploadAsync(byte[] bytes, string? mediaType = "image/png", string query = "")
    {
        var content = new ByteArrayContent(bytes);
        if (mediaType is not null)
        {
            content.Headers.TryAddWithoutValidation("Content-Type", mediaType);
        }

        return UploadAsync(content, query);
    }

    public async Task<Answer> UploadAsync(HttpContent content, string query = "")
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, Path + query) { Content = content };
        return await new ApiClient(http, userId).SendAsync(request);
    }

    /// <summary>Uploads bytes that were not there yet, and tells their id.</summary>
    public async Task<Guid> AddAsync(byte[] bytes) => (await UploadAsync(bytes)).Is(201).GetProperty("attachment_id").GetGuid();

    public async Task<Download> DownloadAsync(Guid id, string? range = null, string? ifNoneMatch = null, string? ifRange = null, HttpMethod? method = null)
    {
        using var request = new HttpRequestMessage(method ?? HttpMethod.Get, $"{Path}/{id}");
        request.Headers.Add("X-User-Id", userId);
        foreach (var (name, value) in new[] { ("Range", range), ("If-None-Match", ifNoneMatch), ("If-Range", ifRange) })
        {
            if (value is not null)
            {
                request.Headers.TryAddWithoutValidation(name, value);
            }
        }

        using var response = await http.SendAsync(request);
        return new Download(
            (int)response.StatusCode, await response.Content.ReadAsByteArrayAsync(), response.Content.Headers, response.Headers);
    }
}

internal sealed record Download(int Status, byte[] Bytes, HttpContentHeaders Content, HttpResponseHeaders Headers)
{
    public string? ContentType => Content.ContentType?.ToString();

    public string? Disposition => Content.ContentDisposition?.ToString();

    public string Code() => JsonDocument.Parse(Bytes).RootElement.Text("code");
}
