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
        using var first = await TakenAsync();
        using var second = await TakenAsync();

        using var third = await ConnectAsync();

        Assert.Equal("", await AskAsync(third));
    }

    [Fact]
    public async Task Headers_beyond_all_bounds_are_refused()
    {
        // The answer is lost where the connection is reset with bytes unread.
        await Eventually.IsSoAsync(async () =>
        {
            using var tcp = await ConnectAsync();
            var answer = await AskAsync(tcp, $"X-Long: {new string('a', 33 * 1024)}\r\n");
            Assert.True(answer.Length == 0 || answer.StartsWith("HTTP/1.1 431", StringComparison.Ordinal), answer);
            return answer.Length > 0;
        });
    }

    /// <summary>A connection that the service has taken. Those of the test before may still count.</summary>
    private async Task<TcpClient> TakenAsync()
    {
        TcpClient? taken = null;
        await Eventually.IsSoAsync(async () =>
        {
            taken?.Dispose();
            taken = await ConnectAsync();
            return (await AskAsync(taken)).StartsWith("HTTP/1.1 200", StringComparison.Ordinal);
        });
        return taken!;
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
