using System.Text;
using Microsoft.Extensions.DependencyInjection;
using SessionService.Application.Keys;
using SessionService.IntegrationTests.Hosting;

namespace SessionService.IntegrationTests.Keys;

/// <summary>A service that takes keys, and soon notices that one was revoked elsewhere.</summary>
public class KeysFixture : ApiFixture
{
    public static readonly KeyValuePair<string, string>[] Mode =
    [
        KeyValuePair.Create("Identity:Mode", "ApiKey"),
        KeyValuePair.Create("ApiKeys:CacheFor", "00:00:01"),
        KeyValuePair.Create("ApiKeys:NoteUseEvery", "00:00:01"),
    ];

    protected override IEnumerable<KeyValuePair<string, string>> Settings => Mode;

    public static string NewUser() => $"user-{Guid.NewGuid()}";

    /// <summary>Creates a key as the command does, past the routes.</summary>
    public async Task<CreatedKeyResponse> CreateKeyAsync(string? user, DateTimeOffset? expiresAt = null)
    {
        await using var scope = Services.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<KeysService>().CreateAsync(
            new CreateKeyRequest { UserId = user, Service = user is null, ExpiresAt = expiresAt }, CancellationToken.None);
    }

    public async Task<string> KeyOfAsync(string? user) => (await CreateKeyAsync(user)).Key;

    public Task<Answer> GetAsync(string? key, string path, string? header = null) => SendAsync(key, HttpMethod.Get, path, json: null, header);

    public Task<Answer> SendAsync(string? key, HttpMethod method, string path, string? json = null, string? header = null) =>
        SendAsync(this, key, method, path, json, header);

    public static async Task<Answer> SendAsync(
        ApiFixture service, string? key, HttpMethod method, string path, string? json = null, string? header = null)
    {
        using var request = new HttpRequestMessage(method, path);
        if (json is not null)
        {
            request.Content = new StringContent(json, Encoding.UTF8, "application/json");
        }

        if (key is not null)
        {
            request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {key}");
        }

        return await service.As(header).SendAsync(request);
    }
}
