using System.Net;
using System.Net.Sockets;
using System.Text;
using SessionService.IntegrationTests.Hosting;
using SessionService.IntegrationTests.Limits;

namespace SessionService.IntegrationTests.Turns;

/// <summary>A service in which few may wait.</summary>
public sealed class ShortLineFixture : ApiFixture
{
    protected override IEnumerable<KeyValuePair<string, string>> Settings => [new("Turns:MaxWaiting", "4")];
}

/// <summary>A service that does one piece of long work of a kind at a time.</summary>
public sealed class OnePlaceFixture : ApiFixture
{
    protected override IEnumerable<KeyValuePair<string, string>> Settings =>
        [new("Turns:Forks", "1"), new("Turns:Imports", "1"), new("Turns:Erasures", "1")];
}

public sealed class SlowSendersTests(OnePlaceFixture service) : IClassFixture<OnePlaceFixture>
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    // Kestrel ends a body of which too few bytes a second come: these last for a minute.
    private static readonly string Blanks = new(' ', 16 * 1024);

    [Theory]
    [InlineData("/api/v1/sessions/import?on_error=skip", """{"messages":[{"role":"user","content":"Hello"}]}""")]
    [InlineData("{session}/fork", "{}")]
    public async Task Who_sends_slowly_keeps_nobody_waiting(string path, string body)
    {
        var (slow, other) = (service.AsNewUser(), service.AsNewUser());
        var (slowSession, otherSession) = (await slow.StartSessionAsync(), await other.StartSessionAsync());
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, service.Address.Port);
        var stream = client.GetStream();
        var target = path.Replace("{session}", slowSession, StringComparison.Ordinal);
        await stream.WriteAsync(Encoding.ASCII.GetBytes(
            $"POST {target} HTTP/1.1\r\nHost: localhost\r\nX-User-Id: {slow.UserId}\r\nContent-Type: application/json\r\n"
            + $"Content-Length: {Blanks.Length + body.Length}\r\nConnection: close\r\n\r\n{Blanks}"));

        for (var i = 0; i < 5; i++)
        {
            (await other.PostAsync($"{otherSession}/fork", "{}").WaitAsync(Patience)).Is(201);
            (await other.PostAsync("/api/v1/sessions/import", """{"title":"One","messages":[{"role":"user","content":"Hello"}]}""").WaitAsync(Patience)).Is(200);
        }

        await stream.WriteAsync(Encoding.ASCII.GetBytes(body));
        using var reader = new StreamReader(stream);
        Assert.StartsWith("HTTP/1.1 20", await reader.ReadLineAsync().WaitAsync(Patience), StringComparison.Ordinal);
    }
}

public sealed class TurnsTests(ShortLineFixture service) : IClassFixture<ShortLineFixture>
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task The_forks_of_one_user_keep_no_other_waiting_and_too_many_are_refused()
    {
        var (ann, bob) = (service.AsNewUser(), service.AsNewUser());
        var (annsSession, bobsSession) = (await ann.StartSessionAsync(), await bob.StartSessionAsync());
        List<Task<Answer>> forks;
        await using (var held = await LockedSession.OfAsync(service.ConnectionString, annsSession))
        {
            forks = [.. Enumerable.Range(0, 24).Select(_ => ann.PostAsync($"{annsSession}/fork", "{}"))];
            await held.WaitForWaitersAsync(1);

            (await bob.PostAsync($"{bobsSession}/fork", "{}").WaitAsync(Patience)).Is(201);

            // A fork that comes when places are free again is not refused.
            await Eventually.IsSoAsync(() => Task.FromResult(forks.Count(fork => fork.IsCompleted) >= 21));
        }

        var answers = await Task.WhenAll(forks);

        // One at a time, and one that waits.
        Assert.InRange(answers.Count(answer => answer.Status == 201), 2, 3);
        Assert.All(answers.Where(answer => answer.Status != 201), answer =>
        {
            answer.IsProblem(503, "overloaded");
            Assert.Equal("2", answer.Headers["Retry-After"]);
        });
        Assert.Equal(1 + answers.Count(answer => answer.Status == 201), (await ann.GetAsync("/api/v1/sessions")).Is(200).Number("total"));
    }

    [Fact]
    public async Task A_request_that_is_refused_for_what_it_says_gives_its_turn_back()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();

        for (var i = 0; i < 20; i++)
        {
            (await user.PostAsync($"{session}/fork", """{"through_sequence":0}""")).IsInvalid("through_sequence");
            (await user.GetAsync($"/api/v1/sessions/{Guid.NewGuid()}/export")).IsProblem(404, "session_not_found");
            (await user.GetAsync("/api/v1/sessions/search")).IsInvalid("q");
            (await user.PostAsync($"/api/v1/users/{user.UserId}/memories/search", "{}")).IsInvalid("query");
        }

        (await user.PostAsync($"{session}/fork", "{}").WaitAsync(Patience)).Is(201);
        (await user.GetAsync($"{session}/export").WaitAsync(Patience)).Is(200);
    }
}
