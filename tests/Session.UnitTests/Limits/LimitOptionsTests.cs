using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using SessionService.Application;
using SessionService.Application.Limits;

namespace SessionService.UnitTests.Limits;

public sealed class LimitOptionsTests
{
    [Fact]
    public void Content_may_take_one_MiB_by_default()
    {
        var limits = Read();

        Assert.Equal(1024 * 1024, limits.MaxContentBytes);
        Assert.Equal(1024 * 1024, limits.MaxJsonBytes);
        Assert.Equal(16 * 1024 * 1024, limits.MaxBodyBytes);
    }

    [Theory]
    [InlineData("MaxContentBytes", 1)]
    [InlineData("MaxContentBytes", 64 * 1024 * 1024)]
    [InlineData("MaxJsonBytes", 2)]
    [InlineData("MaxJsonBytes", 64 * 1024 * 1024)]
    [InlineData("MaxBodyBytes", 1024)]
    [InlineData("MaxBodyBytes", 1024L * 1024 * 1024)]
    [InlineData("RequestTimeout", "00:00:01")]
    [InlineData("RequestTimeout", "01:00:00")]
    [InlineData("MinBytesPerSecond", 1)]
    [InlineData("MinBytesPerSecond", 1024 * 1024)]
    [InlineData("MaxConnections", 0)]
    [InlineData("MaxConnections", int.MaxValue)]
    public void The_ends_of_each_range_are_taken(string name, object value)
    {
        var limits = Read((name, value.ToString()!));

        Assert.Equal(value.ToString(), typeof(LimitOptions).GetProperty(name)!.GetValue(limits)!.ToString());
    }

    [Theory]
    [InlineData("MaxContentBytes", "0")]
    [InlineData("MaxContentBytes", "67108865")]
    [InlineData("MaxJsonBytes", "1")]
    [InlineData("MaxJsonBytes", "67108865")]
    [InlineData("MaxBodyBytes", "1023")]
    [InlineData("MaxBodyBytes", "1073741825")]
    [InlineData("RequestTimeout", "00:00:00.9")]
    [InlineData("RequestTimeout", "01:00:01")]
    [InlineData("MinBytesPerSecond", "0")]
    [InlineData("MinBytesPerSecond", "1048577")]
    [InlineData("MaxConnections", "-1")]
    public void What_lies_beyond_is_refused_by_name(string name, string value)
    {
        var refusal = Assert.Throws<OptionsValidationException>(() => Read((name, value)));

        Assert.Contains(name, refusal.Message, StringComparison.Ordinal);
    }

    private static LimitOptions Read(params (string Name, string Value)[] settings)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create($"{LimitOptions.Section}:{setting.Name}", (string?)setting.Value)))
            .Build();
        using var provider = new ServiceCollection()
            .AddSingleton<IConfiguration>(configuration)
            .AddLogging()
            .AddApplication()
            .BuildServiceProvider();
        return provider.GetRequiredService<IOptions<LimitOptions>>().Value;
    }
}
