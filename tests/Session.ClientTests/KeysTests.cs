using SessionService.Client;
using SessionService.ClientTests.Hosting;

namespace SessionService.ClientTests;

[Collection("service with keys")]
public sealed class KeysTests(ServiceWithKeys service)
{
    [Fact]
    public async Task The_key_of_a_service_manages_keys_and_acts_for_every_user()
    {
        var key = await service.CreateServiceKeyAsync();
        var client = service.Client(options => options.ApiKey = key);

        var session = await client.ForUser("ada").Sessions.CreateAsync();
        var created = await client.Keys.CreateAsync(new() { UserId = "ada", Name = "laptop" });
        var ada = service.Client(options => (options.ApiKey, options.UserId) = (created.Key, null));

        Assert.Equal(session.SessionId, Assert.Single(await ada.Sessions.ListAsync().ToListAsync()).SessionId);
        Assert.Equal(created.KeyId, Assert.Single(await client.Keys.ListAsync("ada").ToListAsync()).KeyId);
        Assert.Equal("laptop", (await client.Keys.GetAsync(created.KeyId)).Name);
        Assert.NotNull((await client.Keys.RevokeAsync(created.KeyId)).RevokedAt);
        var forbidden = await Assert.ThrowsAsync<SessionServiceException>(
            () => service.Client(options => options.ApiKey = "sk-guessed").Sessions.GetAsync(Guid.NewGuid()));
        Assert.Equal((401, "invalid_api_key"), (forbidden.Status, forbidden.Code));
    }
}
