using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using SessionService.Api.Hosting;
using SessionService.Api.Limits;
using SessionService.Application.Limits;
using SessionService.Hosting.Identity;
using SessionService.Hosting.Settings;
using SessionService.Infrastructure.Writes;

namespace SessionService.UnitTests.Hosting;

public sealed class RenamedSettingsTests
{
    public static IEnumerable<object[]> Names => RenamedSettings.All.Select(setting => new object[] { setting.Old, setting.New });

    [Theory]
    [MemberData(nameof(Names))]
    public void The_new_name_is_that_of_a_setting_and_the_old_one_is_not(string old, string @new)
    {
        Assert.True(IsSetting(@new), $"{@new} is no setting.");
        Assert.False(IsSetting(old), $"{old} is a setting still.");
    }

    [Theory]
    [InlineData("60", "00:01:00")]
    [InlineData("0", "00:00:00")]
    [InlineData("86400", "1.00:00:00")]
    [InlineData("0.5", "00:00:00.5000000")]
    [InlineData("-1", "-00:00:01")]
    [InlineData("soon", "soon")]
    public void Seconds_become_a_time_span(string seconds, string timeSpan) => Assert.Equal(timeSpan, RenamedSetting.FromSeconds(seconds));

    [Theory]
    [InlineData("25", "0.25")]
    [InlineData("100", "1")]
    [InlineData("1", "0.01")]
    [InlineData("all", "all")]
    public void Percent_become_a_share(string percent, string share) => Assert.Equal(share, RenamedSetting.FromPercent(percent));

    [Fact]
    public void Where_both_names_are_given_the_new_one_counts()
    {
        var builder = Host.CreateEmptyApplicationBuilder(settings: null);
        builder.Configuration.AddInMemoryCollection([new("A:Old", "1"), new("A:New", "2"), new("B:Old", "3")]);

        builder.AddRenamedSettings(new RenamedSetting("A:Old", "A:New"), new RenamedSetting("B:Old", "B:New"), new RenamedSetting("C:Old", "C:New"));

        Assert.Equal(("2", "3", null), (builder.Configuration["A:New"], builder.Configuration["B:New"], builder.Configuration["C:New"]));
    }

    private static bool IsSetting(string name)
    {
        var parts = name.Split(':');
        var options = new[] { typeof(IdentityOptions), typeof(RateLimitOptions), typeof(LimitOptions), typeof(WriteOptions) }
            .SelectMany(type => type.Assembly.GetTypes())
            .SingleOrDefault(type => type.GetField("Section")?.GetRawConstantValue() as string == parts[0]);
        return parts[1..].Aggregate(options, (type, property) => type?.GetProperty(property)?.PropertyType) is not null;
    }
}
