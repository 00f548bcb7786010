using SessionService.IntegrationTests.Hosting;

namespace SessionService.IntegrationTests.Limits;

/// <summary>A service with two requests for each caller, which believes a proxy on this machine.</summary>
public sealed class TrustedProxyFixture : ApiFixture
{
    protected override IEnumerable<KeyValuePair<string, string>> Settings =>
    [
        KeyValuePair.Create("RateLimits:Requests", "2"),
        KeyValuePair.Create("RateLimits:Period", "01:00:00"),
        KeyValuePair.Create("ForwardedHeaders:KnownProxies:0", "127.0.0.1"),
        KeyValuePair.Create("ForwardedHeaders:KnownNetworks:0", "10.0.0.0/8"),
        KeyValuePair.Create("ForwardedHeaders:ForwardLimit", "2"),
    ];
}

public sealed class TrustedProxyTests(TrustedProxyFixture service, RateLimitFixture plain)
    : IClassFixture<TrustedProxyFixture>, IClassFixture<RateLimitFixture>
{
    [Fact]
    public async Task Behind_a_trusted_proxy_callers_who_name_nobody_are_told_apart_by_their_addresses()
    {
        Assert.Equal([200, 200, 429], await AskAsync(service, times: 3, "192.0.2.1"));
        Assert.Equal([200, 200, 429], await AskAsync(service, times: 3, "192.0.2.2"));
        // The second proxy, at 10.1.2.3, is one of a known network.
        Assert.Equal([200, 200, 429], await AskAsync(service, times: 3, "192.0.2.3, 10.1.2.3"));
    }

    [Fact]
    public async Task An_address_that_a_client_makes_up_is_not_believed()
    {
        Assert.Equal([200, 200], await AskAsync(service, times: 2, "203.0.113.1, 192.0.2.9"));
        Assert.Equal([429], await AskAsync(service, times: 1, "203.0.113.2, 192.0.2.9"));
        Assert.Equal([429], await AskAsync(service, times: 1, "203.0.113.3, 192.0.2.9, 10.1.2.3"));
    }

    [Fact]
    public async Task Without_a_trusted_proxy_the_connection_counts()
    {
        var answers = new List<int>();
        for (var i = 0; i < 6; i++)
        {
            answers.AddRange(await AskAsync(plain, times: 1, $"192.0.2.{i}"));
        }

        Assert.Equal([200, 200, 200, 200, 200, 429], answers);
    }

    private static async Task<List<int>> AskAsync(ApiFixture service, int times, string forwardedFor)
    {
        var statuses = new List<int>();
        for (var i = 0; i < times; i++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/sessions/stats") { Headers = { { "X-Forwarded-For", forwardedFor } } };
            statuses.Add((await service.AsNobody().SendAsync(request)).Status);
        }

        return statuses;
    }
}
