using System.Net.Sockets;
using System.Text;
using SessionService.IntegrationTests.Hosting;

namespace SessionService.IntegrationTests.Limits;

/// <summary>A service that gives a request little time, and still enough on a busy machine.</summary>
public sealed class LittleTimeFixture : ApiFixture
{
    // Kestrel closes the connections of slow clients after five seconds, which may come before the end of a request's time on a busy machine.
    protected override IEnumerable<KeyValuePair<string, string>> Settings =>
        [KeyValuePair.Create("Limits:RequestTimeout", "00:00:03"), KeyValuePair.Create("Limits:MinBytesPerSecond", "1")];
}

public sealed class TimeLimitTests(LittleTimeFixture service) : IClassFixture<LittleTimeFixture>
{
    [Fact]
    public async Task A_write_that_takes_too_long_is_given_up_and_not_made()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        Answer[] late;
        await using (await LockedSession.OfAsync(service.ConnectionString, session))
        {
            late = await Task.WhenAll(
                user.PutAsync(session, """{"session_summary":"Late."}"""),
                user.PostAsync($"{session}/messages", """{"role":"user","content":"Late"}"""));
        }

        // A message that is on its way with others is given up by the database, not by the request.
        late[0].IsProblem(503, "time_limit_exceeded");
        late[1].IsProblem(503, "database_unavailable");
        Assert.All(late, answer => Assert.NotEmpty(answer.Headers["Retry-After"]));
        var read = (await user.GetAsync(session)).Is(200);
        Assert.Equal("", read.Text("session_summary"));
        Assert.Equal(0, read.Number("message_count"));
        Assert.Equal(1, (await user.WriteMessageAsync(session)).Number("sequence"));
    }

    [Fact]
    public async Task A_body_that_does_not_come_is_waited_for_no_longer()
    {
        using var tcp = new TcpClient();
        await tcp.ConnectAsync("127.0.0.1", service.Address.Port);
        await using var stream = tcp.GetStream();
        await stream.WriteAsync(Encoding.Latin1.GetBytes(
            "POST /api/v1/sessions HTTP/1.1\r\nHost: localhost\r\nX-User-Id: ann\r\nContent-Type: application/json\r\nContent-Length: 10000\r\n\r\n{" + new string(' ', 9_000)));
        using var reader = new StreamReader(stream);

        Assert.Equal("HTTP/1.1 503 Service Unavailable", await reader.ReadLineAsync());
    }

    [Fact]
    public async Task An_answer_under_way_is_not_cut_off_by_it()
    {
        // More than fits into the buffers on the way, so that the answer waits for its client.
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        var content = new string('a', 1_000_000);
        for (var i = 0; i < 16; i++)
        {
            await user.WriteMessageAsync(session, $$"""{"role":"user","content":"{{content}}"}""");
        }

        using var http = service.CreateHttp();
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{session}/messages") { Headers = { { "X-User-Id", user.UserId } } };
        using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);

        // Meanwhile the time of another request passes.
        await using (await LockedSession.OfAsync(service.ConnectionString, session))
        {
            (await user.PutAsync(session, "{}")).IsProblem(503, "time_limit_exceeded");
        }

        var page = System.Text.Json.JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement;
        Assert.Equal(16, page.Items("messages").Count);
    }
}
