using Microsoft.Extensions.Logging;
using SessionService.IntegrationTests.Hosting;

namespace SessionService.IntegrationTests.Validation;

public sealed class IgnoringFixture : ApiFixture
{
    protected override IEnumerable<KeyValuePair<string, string>> Settings => [new("Requests:UnknownParameters", "Ignore")];
}

public sealed class IgnoredParametersTests(IgnoringFixture service) : IClassFixture<IgnoringFixture>
{
    [Fact]
    public async Task An_unknown_parameter_is_ignored_and_the_log_names_it_once_without_its_value_up_to_a_number_of_names()
    {
        var user = service.AsNewUser();

        (await user.GetAsync("/api/v1/sessions?rolle=secret&page_size=1")).Is(200);
        (await user.GetAsync("/api/v1/sessions?ROLLE=secret&a%0Ab=1&page_size=1")).Is(200);
        (await user.GetAsync("/api/v1/sessions/stats?rolle=secret")).Is(200);
        for (var i = 0; i < 3; i++)
        {
            (await user.GetAsync("/api/v1/sessions?" + string.Join('&', Enumerable.Range(1, 200).Select(n => $"n{i}_{n}=1")))).Is(200);
        }

        Assert.Single(Warnings(), text => text.Contains("rolle", StringComparison.OrdinalIgnoreCase));
        Assert.DoesNotContain(Warnings(), text => text.Contains("secret", StringComparison.Ordinal) || text.Contains('\n'));
        Assert.Equal(100, Warnings().Count);
    }

    [Fact]
    public async Task A_parameter_that_is_there_twice_is_refused_as_ever() =>
        (await service.AsNewUser().GetAsync("/api/v1/sessions?page=1&page=2")).IsInvalid("page");

    private List<string> Warnings() =>
        [
            .. service.Logs.Entries.Where(entry => entry.Level == LogLevel.Warning)
                .Select(entry => entry.Message)
                .Where(text => text.Contains("query parameter", StringComparison.Ordinal))];
}
