using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using SessionService.Api.Hosting;
using SessionService.Application.Limits;
using SessionService.Hosting.Identity;
using SessionService.Hosting.Settings;
using SessionService.Infrastructure.Persistence;

namespace SessionService.UnitTests.Settings;

public sealed class SettingsCheckTests
{
    [Fact]
    public void Every_class_of_settings_is_checked()
    {
        var named = new[] { typeof(Program), typeof(LimitOptions), typeof(PulseOptions), typeof(IdentityOptions) }
            .SelectMany(type => type.Assembly.GetTypes())
            .Where(type => type.GetField("Section")?.GetRawConstantValue() is string);

        Assert.Empty(named.Except(ServiceSettings.Sections.Select(section => section.Type)));
    }

    [Theory]
    [InlineData("--bogus", "1", "There is no command or argument '--bogus': a setting is given as --Section:Name value")]
    [InlineData("--Limits:MaxBodyByte", "5000", "did you mean --Limits:MaxBodyBytes?")]
    [InlineData("--MaxBodyBytes", "5000", "did you mean --Limits:MaxBodyBytes?")]
    [InlineData("--Limits__MaxBodyBytes", "5000", "did you mean --Limits:MaxBodyBytes?")]
    [InlineData("--dryrun", "1", "did you mean --dry-run?")]
    [InlineData("exprot", "1", "did you mean export?")]
    [InlineData("-u", "1", "There is no command or argument '-u'")]
    [InlineData("--urls", "ftp://localhost", "Invalid url: 'ftp://localhost'.")]
    [InlineData("--urls", "http://localhost:99999", "Invalid url: 'http://localhost:99999'.")]
    [InlineData("--Logging:Console:FormatterName", "jsno", "Logging:Console:FormatterName must be simple, json or systemd, but is 'jsno'.")]
    [InlineData("--OTEL_EXPORTER_OTLP_ENDPOINT", "collector", "OTEL_EXPORTER_OTLP_ENDPOINT must be an http or https address.")]
    [InlineData("--Search:Language", "a b", "Search:Language must match ^[A-Za-z_][A-Za-z0-9_]{0,62}$, but is 'a b'.")]
    [InlineData("--Pulse:Patience", "2:00:00", "from 00:00:00.2 to 00:01:00, but is '2:00:00'.")]
    [InlineData("--Limits:MaxConnections", "1\n2", "but is '1 2'.")]
    [InlineData("--ForwardedHeaders:KnownProxies:0", "proxy", "ForwardedHeaders:KnownProxies holds 'proxy', which is no IP address")]
    [InlineData("--ForwardedHeaders:KnownNetworks:0", "10.0.0.0", "ForwardedHeaders:KnownNetworks holds '10.0.0.0', which is no network")]
    [InlineData("--ForwardedHeaders:ForwardLimit", "0", "from 1 to 10, but is '0'.")]
    [InlineData("--Identity:Mode", "7", "Identity:Mode must be TrustedHeader, Jwt or ApiKey, but is '7'.")]
    [InlineData("--RateLimits:PeriodSeconds", "soon", "RateLimits:Period must be a time span")]
    public void What_is_wrong_is_said_in_words(string name, string value, string says)
    {
        var refusal = Assert.Throws<SettingsException>(() => Check(name, value));

        Assert.Contains(says, refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--urls", "http://*:8205;http://[::1]:0")]
    [InlineData("--urls=http://localhost:1")]
    [InlineData("--environment", "Development")]
    [InlineData("--RateLimits:Requests", "5", "--Digest:WorkPercent", "25")]
    [InlineData("--Logging:LogLevel:Default", "warning", "--ConnectionStrings:SessionDb", "Host=db")]
    [InlineData("--Cors:AllowedOrigins:0", "https://app.example.com", "--Identity:Jwt:Algorithms:0", "RS256")]
    [InlineData("--Archival:ExpireAfter", "", "--AutoMapper:LicenseKey", "x")]
    [InlineData("--Limits:MaxConnections", "0", "--Kestrel:Endpoints:A:Url", "http://localhost:1")]
    public void What_is_right_is_taken(params string[] arguments) => Check(arguments);

    [Fact]
    public void A_secret_is_not_shown()
    {
        var refusal = Assert.Throws<SettingsException>(() => Check(
            "--Identity:GatewaySecret", "swordfish", "--ConnectionStrings:SessionDb", "swordfish", "--Embeddings:ApiKey", "swordfish"));

        Assert.DoesNotContain("swordfish", refusal.Message, StringComparison.Ordinal);
    }

    private static void Check(params string[] arguments)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Configuration.AddCommandLine(arguments);
        builder.AddServiceSettings(arguments);
    }
}
