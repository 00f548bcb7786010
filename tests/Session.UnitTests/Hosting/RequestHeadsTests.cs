using Microsoft.AspNetCore.Server.Kestrel.Core;
using SessionService.Hosting.Server;

namespace SessionService.UnitTests.Hosting;

public sealed class RequestHeadsTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Headers_must_arrive_within_ten_seconds_on_both_ports(bool isBehindGateway)
    {
        var kestrel = Configured(isBehindGateway);

        Assert.Equal(TimeSpan.FromSeconds(10), kestrel.Limits.RequestHeadersTimeout);
        Assert.False(kestrel.AddServerHeader);
    }

    [Fact]
    public void Whatever_the_gateways_server_takes_the_services_takes_with_what_the_gateway_adds()
    {
        var (gateway, service) = (Configured(isBehindGateway: false).Limits, Configured(isBehindGateway: true).Limits);

        // X-Forwarded-For, -Host, -Proto, the secret, the user and the trace, each as long as it may be.
        const int Added = 8 * 1024;
        Assert.True(service.MaxRequestHeadersTotalSize >= gateway.MaxRequestHeadersTotalSize + Added);
        Assert.True(service.MaxRequestHeaderCount >= gateway.MaxRequestHeaderCount + 10);
        Assert.True(service.MaxRequestLineSize >= gateway.MaxRequestLineSize);
        Assert.True(gateway.MaxRequestHeadersTotalSize > 32 * 1024);
    }

    private static KestrelServerOptions Configured(bool isBehindGateway)
    {
        var kestrel = new KestrelServerOptions();
        RequestHeads.Configure(kestrel, isBehindGateway);
        return kestrel;
    }
}
