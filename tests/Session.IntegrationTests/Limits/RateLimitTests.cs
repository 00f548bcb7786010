using System.Diagnostics;
using SessionService.IntegrationTests.Hosting;

namespace SessionService.IntegrationTests.Limits;

/// <summary>A service where each user has five requests, which come back one in twelve minutes.</summary>
public sealed class RateLimitFixture : ApiFixture
{
    protected override IEnumerable<KeyValuePair<string, string>> Settings =>
    [
        KeyValuePair.Create("RateLimits:Requests", "5"),
        KeyValuePair.Create("RateLimits:Period", "01:00:00"),
    ];
}

public sealed class RateLimitTests(RateLimitFixture service) : IClassFixture<RateLimitFixture>
{
    private const string Sessions = "/api/v1/sessions";

    [Fact]
    public async Task Each_user_has_their_own_requests_and_hears_how_many_are_left()
    {
        var user = service.AsNewUser();
        var left = new List<string>();
        for (var i = 0; i < 5; i++)
        {
            var answer = await user.GetAsync(Sessions);
            answer.Is(200);
            Assert.Equal("\"user\";q=5;w=3600", answer.Headers["RateLimit-Policy"]);
            left.Add(answer.Headers["RateLimit"]);
        }

        var refused = await user.GetAsync(Sessions);

        Assert.Equal(
            ["\"user\";r=4;t=3600", "\"user\";r=3;t=3600", "\"user\";r=2;t=3600", "\"user\";r=1;t=3600", "\"user\";r=0;t=720"], left);
        refused.IsProblem(429, "rate_limit_exceeded");
        Assert.Equal("720", refused.Headers["Retry-After"]);
        Assert.Equal("\"user\";q=5;w=3600", refused.Headers["RateLimit-Policy"]);
        Assert.Equal("\"user\";r=0;t=720", refused.Headers["RateLimit"]);
        (await service.AsNewUser().GetAsync(Sessions)).Is(200);
    }

    [Fact]
    public async Task A_user_is_one_however_they_are_named_and_whatever_they_ask()
    {
        var user = service.AsNewUser();
        var nobody = service.AsNobody();

        await user.PostAsync(Sessions, "{}");
        (await nobody.GetAsync($"{Sessions}?user_id={user.UserId}")).Is(200);
        (await nobody.GetAsync($"/api/v1/users/{user.UserId}/sessions")).Is(200);
        (await user.PostAsync(Sessions, "{")).IsProblem(400, "invalid_json");
        (await user.GetAsync("/nowhere")).IsProblem(404, "route_not_found");

        (await user.PostAsync(Sessions, "{}")).IsProblem(429, "rate_limit_exceeded");
        (await nobody.GetAsync($"/api/v1/users/{user.UserId}/sessions")).IsProblem(429, "rate_limit_exceeded");
    }

    [Fact]
    public async Task An_error_tells_what_is_left_as_well()
    {
        var answer = await service.AsNewUser().GetAsync($"{Sessions}/{Guid.NewGuid()}");

        answer.IsProblem(404, "session_not_found");
        Assert.Equal("\"user\";r=4;t=3600", answer.Headers["RateLimit"]);
    }

    [Fact]
    public async Task Requests_at_once_are_counted_one_by_one()
    {
        var user = service.AsNewUser();

        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => user.GetAsync(Sessions)));

        Assert.Equal(5, answers.Count(answer => answer.Status == 200));
        Assert.Equal(45, answers.Count(answer => answer.Status == 429));
    }

    [Fact]
    public async Task Health_has_no_limit()
    {
        var user = service.AsNewUser();

        for (var i = 0; i < 10; i++)
        {
            var answer = await user.GetAsync("/health/live");
            answer.Is(200);
            Assert.DoesNotContain("RateLimit", answer.Headers.Keys);
        }
    }
}

/// <summary>A service where each user has one request a second.</summary>
public sealed class RequestASecondFixture : ApiFixture
{
    protected override IEnumerable<KeyValuePair<string, string>> Settings =>
        [KeyValuePair.Create("RateLimits:Requests", "1"), KeyValuePair.Create("RateLimits:Period", "00:00:01")];
}

public sealed class RateLimitRecoveryTests(RequestASecondFixture service) : IClassFixture<RequestASecondFixture>
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task Who_was_refused_is_served_again_after_a_while()
    {
        var user = service.AsNewUser();

        await AskUntilAsync(user, 429);
        await AskUntilAsync(user, 200);
    }

    private static async Task AskUntilAsync(ApiClient user, int status)
    {
        var watch = Stopwatch.StartNew();
        while ((await user.GetAsync("/api/v1/sessions")).Status != status)
        {
            Assert.True(watch.Elapsed < Patience, $"No {status} came.");
        }
    }
}

public sealed class NoRateLimitTests(ApiFixture service) : IClassFixture<ApiFixture>
{
    [Fact]
    public async Task By_default_nothing_is_limited()
    {
        var answer = await service.AsNewUser().GetAsync("/api/v1/sessions");

        Assert.DoesNotContain("RateLimit", answer.Headers.Keys);
        Assert.DoesNotContain("RateLimit-Policy", answer.Headers.Keys);
    }
}
