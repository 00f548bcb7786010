using SessionService.IntegrationTests.Databases;
using SessionService.IntegrationTests.Hosting;

namespace SessionService.IntegrationTests.Limits;

/// <summary>How much memory large answers take, in a process that does nothing else.</summary>
public sealed class AnswerMemoryTests
{
    private const int Readers = 8;
    private const long MaxAddedBytes = 200L * 1024 * 1024;

    [Theory]
    [InlineData("/api/v1/sessions?page_size=100")]
    [InlineData("/api/v1/sessions?page_size=100&q=large")]
    [InlineData("/api/v1/users/{user}/memories?page_size=100")]
    [InlineData("{memory}/versions?page_size=100")]
    [InlineData("/api/v1/sessions/search?q=large")]
    public async Task Eight_lists_of_large_items_at_once_add_at_most_200_megabytes(string path)
    {
        var connectionString = await TestPostgres.CloneTemplateAsync();
        await using var service = new ServiceProcess(("ConnectionStrings__SessionDb", connectionString));
        await service.StartAsync();
        var user = service.As($"reader-{Guid.NewGuid():N}");
        var other = service.As($"other-{Guid.NewGuid():N}");
        await LargeRows.AddSessionsAsync(connectionString, user, sessions: 40, kilobytesEach: 1800);
        var memory = await LargeRows.AddMemoriesAsync(connectionString, user, memories: 40, kilobytesEach: 2000);
        var url = path
            .Replace("{user}", user.UserId, StringComparison.Ordinal)
            .Replace("{memory}", memory, StringComparison.Ordinal);
        // The code of the routes is loaded.
        foreach (var known in new[] { "/api/v1/sessions", "/api/v1/sessions/search?q=small", $"/api/v1/users/{other.UserId}/memories" })
        {
            (await other.GetAsync(known)).Is(200);
        }

        var before = service.ResidentBytes;

        var lengths = await Task.WhenAll(Enumerable.Range(0, Readers).Select(_ => CountAsync(service, user, url)));

        Assert.Single(lengths.Distinct());
        Assert.InRange(service.PeakResidentBytes - before, 0, MaxAddedBytes);
    }

    private static async Task<long> CountAsync(ServiceProcess service, ApiClient user, string url)
    {
        using var http = new HttpClient { BaseAddress = service.Address };
        using var request = new HttpRequestMessage(HttpMethod.Get, url);
        request.Headers.Add("X-User-Id", user.UserId);
        using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        Assert.True(response.IsSuccessStatusCode);
        await using var body = await response.Content.ReadAsStreamAsync();
        var buffer = new byte[64 * 1024];
        long length = 0;
        for (int read; (read = await body.ReadAsync(buffer)) > 0;)
        {
            length += read;
        }

        return length;
    }
}
