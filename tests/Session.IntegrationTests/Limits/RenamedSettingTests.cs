using Microsoft.Extensions.Logging;
using SessionService.IntegrationTests.Hosting;

namespace SessionService.IntegrationTests.Limits;

public sealed class RenamedSettingFixture : ApiFixture
{
    protected override IEnumerable<KeyValuePair<string, string>> Settings =>
        [KeyValuePair.Create("RateLimits:Requests", "7"), KeyValuePair.Create("RateLimits:PeriodSeconds", "1800")];
}

public sealed class RenamedSettingTests(RenamedSettingFixture service) : IClassFixture<RenamedSettingFixture>
{
    [Fact]
    public async Task A_setting_under_its_old_name_counts_and_is_named_in_one_warning()
    {
        var answer = await service.AsNewUser().GetAsync("/api/v1/sessions");

        answer.Is(200);
        Assert.Equal("\"user\";q=7;w=1800", answer.Headers["RateLimit-Policy"]);
        var warning = Assert.Single(service.Logs.Entries, entry => entry.Message.Contains("RateLimits:PeriodSeconds", StringComparison.Ordinal));
        Assert.Equal(LogLevel.Warning, warning.Level);
        Assert.Contains("RateLimits:Period.", warning.Message, StringComparison.Ordinal);
    }
}
