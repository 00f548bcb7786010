using System.Net.Sockets;
using System.Text;
using SessionService.IntegrationTests.Hosting;

namespace SessionService.IntegrationTests.Limits;

/// <summary>A service that takes two connections at a time.</summary>
public sealed class TwoConnectionsFixture : ApiFixture
{
    protected override IEnumerable<KeyValuePair<string, string>> Settings => [KeyValuePair.Create("Limits:MaxConnections", "2")];
}

public sealed class ConnectionLimitTests(TwoConnectionsFixture service) : IClassFixture<TwoConnectionsFixture>
{
    [Fact]
    public async Task More_connections_than_allowed_are_closed()
    {
        using var first = await ConnectAsync();
        using var second = await ConnectAsync();
        Assert.StartsWith("HTTP/1.1 200", await AskAsync(first), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 200", await AskAsync(second), StringComparison.Ordinal);

        using var third = await ConnectAsync();

        Assert.Equal("", await AskAsync(third));
    }

    [Fact]
    public async Task Headers_beyond_all_bounds_are_refused()
    {
        using var tcp = await ConnectAsync();

        Assert.StartsWith("HTTP/1.1 431", await AskAsync(tcp, $"X-Long: {new string('a', 33 * 1024)}\r\n"), StringComparison.Ordinal);
    }

    private async Task<TcpClient> ConnectAsync()
    {
        var tcp = new TcpClient();
        await tcp.ConnectAsync("127.0.0.1", service.Address.Port);
        return tcp;
    }

    private static async Task<string> AskAsync(TcpClient tcp, string headers = "")
    {
        try
        {
            var stream = tcp.GetStream();
            await stream.WriteAsync(Encoding.Latin1.GetBytes($"GET /health/live HTTP/1.1\r\nHost: localhost\r\n{headers}\r\n"));
            var buffer = new byte[64];
            return Encoding.Latin1.GetString(buffer, 0, await stream.ReadAsync(buffer));
        }
        catch (IOException)
        {
            return "";
        }
    }
}
