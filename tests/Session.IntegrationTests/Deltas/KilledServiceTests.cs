using SessionService.IntegrationTests.Hosting;
using static SessionService.IntegrationTests.Deltas.OpenMessages;

namespace SessionService.IntegrationTests.Deltas;

public sealed class KilledServiceTests
{
    [Fact]
    public async Task Deltas_survive_a_service_that_is_killed_amid_a_long_body_and_the_writer_goes_on()
    {
        await using var service = new ServiceProcess();
        await service.StartAsync();
        var user = service.As("killed-writer");
        var session = await user.StartSessionAsync();
        var message = await user.OpenAsync(session);
        await user.WriteMessageAsync(session);
        using var body = new SlowLines();
        var sending = user.SendLinesAsync(message, body);
        var sent = 0;
        for (; sent < 20; sent++)
        {
            await body.WriteAsync(Line(sent, $"{sent},"));
        }

        await Eventually.IsSoAsync(async () => (await user.GetAsync(message)).Is(200).Text("content").EndsWith("19,", StringComparison.Ordinal));
        await body.WriteAsync(Line(sent, $"{sent},"));
        await service.KillAsync();
        body.End();
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => sending);
        await service.StartAsync();

        var kept = (await user.GetAsync(message)).Is(200);
        var again = (await user.SendLinesAsync(message, [.. Enumerable.Range(0, 30).Select(i => Line(i, $"{i},"))])).Is(200);
        var whole = (await user.CompleteAsync(message)).Is(200);

        Assert.Equal("in_progress", kept.Text("status"));
        Assert.StartsWith(string.Concat(Enumerable.Range(0, 20).Select(i => $"{i},")), kept.Text("content"), StringComparison.Ordinal);
        Assert.Equal(30, again.Number("next_index"));
        Assert.Equal(string.Concat(Enumerable.Range(0, 30).Select(i => $"{i},")), whole.Text("content"));
        Assert.Equal([1, 2], await user.ShownAsync(session));
    }
}
