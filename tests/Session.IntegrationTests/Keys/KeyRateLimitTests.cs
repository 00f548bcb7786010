using SessionService.IntegrationTests.Hosting;

namespace SessionService.IntegrationTests.Keys;

/// <summary>A service where each key has three requests an hour, and each user two.</summary>
public sealed class KeyRateLimitFixture : KeysFixture
{
    protected override IEnumerable<KeyValuePair<string, string>> Settings =>
    [
        .. Mode,
        KeyValuePair.Create("RateLimits:KeyRequests", "3"),
        KeyValuePair.Create("RateLimits:Requests", "2"),
        KeyValuePair.Create("RateLimits:Period", "01:00:00"),
    ];
}

public sealed class KeyRateLimitTests(KeyRateLimitFixture service) : IClassFixture<KeyRateLimitFixture>
{
    private const string Sessions = "/api/v1/sessions";

    [Fact]
    public async Task A_services_key_has_its_own_requests_whichever_users_it_acts_for()
    {
        var key = await service.KeyOfAsync(user: null);
        var answers = new List<Answer>();
        for (var i = 0; i < 4; i++)
        {
            answers.Add(await service.GetAsync(key, Sessions, header: KeysFixture.NewUser()));
        }

        Assert.Equal([200, 200, 200, 429], answers.Select(answer => answer.Status));
        Assert.Equal("\"key\";q=3;w=3600, \"user\";q=2;w=3600", answers[0].Headers["RateLimit-Policy"]);
        Assert.Equal("\"key\";r=2;t=3600, \"user\";r=1;t=3600", answers[0].Headers["RateLimit"]);
        answers[3].IsProblem(429, "rate_limit_exceeded");
        Assert.Equal(("\"key\";r=0;t=1200", "1200"), (answers[3].Headers["RateLimit"], answers[3].Headers["Retry-After"]));
        (await service.GetAsync(await service.KeyOfAsync(user: null), Sessions, header: KeysFixture.NewUser())).Is(200);
    }

    [Fact]
    public async Task The_keys_of_a_user_share_the_requests_of_the_user()
    {
        var user = KeysFixture.NewUser();
        (await service.GetAsync(await service.KeyOfAsync(user), Sessions)).Is(200);
        (await service.GetAsync(await service.KeyOfAsync(user), Sessions)).Is(200);

        var refused = await service.GetAsync(await service.KeyOfAsync(user), Sessions);

        refused.IsProblem(429, "rate_limit_exceeded");
        Assert.Equal("1800", refused.Headers["Retry-After"]);
    }

    [Fact]
    public async Task A_key_that_is_refused_uses_up_nobodys_requests()
    {
        var user = KeysFixture.NewUser();
        for (var i = 0; i < 5; i++)
        {
            (await service.GetAsync("garbage", Sessions, header: user)).IsProblem(401, "invalid_api_key");
        }

        (await service.GetAsync(await service.KeyOfAsync(user), Sessions)).Is(200);
    }
}
