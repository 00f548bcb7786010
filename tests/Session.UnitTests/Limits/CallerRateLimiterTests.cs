using System.ComponentModel.DataAnnotations;
using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using SessionService.Api.Identity;
using SessionService.Api.Limits;
using SessionService.Hosting.Identity;

namespace SessionService.UnitTests.Limits;

public sealed class CallerRateLimiterTests
{
    [Fact]
    public void Each_caller_has_requests_of_their_own()
    {
        using var limiter = Limiter(new RateLimitOptions { Requests = 2, Period = TimeSpan.FromHours(1) });

        Assert.Equal([true, true, false], new[] { Allows(limiter, "ann"), Allows(limiter, "ann"), Allows(limiter, "ann") });
        Assert.Equal([true, true, false], new[] { Allows(limiter, "bob"), Allows(limiter, "bob"), Allows(limiter, "bob") });
    }

    [Fact]
    public void Callers_without_a_name_share_their_address()
    {
        using var limiter = Limiter(new RateLimitOptions { Requests = 1, Period = TimeSpan.FromHours(1) });

        Assert.True(Allows(limiter, userId: null, "192.0.2.1"));
        Assert.False(Allows(limiter, userId: null, "192.0.2.1"));
        Assert.True(Allows(limiter, userId: null, "192.0.2.2"));
        Assert.True(Allows(limiter, userId: "192.0.2.1"));
    }

    [Fact]
    public void However_many_names_are_made_up_no_more_are_remembered()
    {
        using var limiter = Limiter(new RateLimitOptions { Requests = 1, Period = TimeSpan.FromHours(1), MaxUsers = 100 });

        Assert.All(Enumerable.Range(0, 10_000), user =>
        {
            Allows(limiter, $"user-{user}");
            Assert.InRange(limiter.Count, 0, 100);
        });
    }

    [Theory]
    [InlineData(0, 60, 100, true)]
    [InlineData(1_000_000, 86_400, 10_000_000, true)]
    [InlineData(1, 1, 100, true)]
    [InlineData(-1, 60, 100, false)]
    [InlineData(1_000_001, 60, 100, false)]
    [InlineData(1, 0, 100, false)]
    [InlineData(1, 86_401, 100, false)]
    [InlineData(1, 60, 99, false)]
    [InlineData(1, 60, 10_000_001, false)]
    public void Each_setting_has_its_range(int requests, int periodSeconds, int maxUsers, bool valid)
    {
        var options = new RateLimitOptions { Requests = requests, Period = TimeSpan.FromSeconds(periodSeconds), MaxUsers = maxUsers };

        Assert.Equal(valid, Validator.TryValidateObject(options, new ValidationContext(options), validationResults: null, validateAllProperties: true));
    }

    [Theory]
    [InlineData(100, 60, 1)]
    [InlineData(60, 60, 1)]
    [InlineData(1, 60, 60)]
    [InlineData(7, 60, 9)]
    public void The_next_request_comes_back_after_its_part_of_the_period(int requests, int periodSeconds, int seconds) =>
        Assert.Equal(seconds, new RateLimitOptions { Requests = requests, Period = TimeSpan.FromSeconds(periodSeconds) }.SecondsToNext(requests));

    private static CallerRateLimiter Limiter(RateLimitOptions options) => new(new CallerResolver(Options.Create(new IdentityOptions())), options);

    private static bool Allows(CallerRateLimiter limiter, string? userId, string address = "192.0.2.9")
    {
        var http = new DefaultHttpContext { Connection = { RemoteIpAddress = IPAddress.Parse(address) } };
        if (userId is not null)
        {
            http.Request.Headers[CallerResolver.Header] = userId;
        }

        using var lease = limiter.AttemptAcquire(http);
        return lease.IsAcquired;
    }
}
