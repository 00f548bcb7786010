using System.Net.Sockets;
using SessionService.IntegrationTests.Databases;
using SessionService.IntegrationTests.Hosting;
using SessionService.IntegrationTests.Limits;

namespace SessionService.IntegrationTests.Health;

public sealed class DepartureTests
{
    private const int Writes = 200;

    [Fact]
    public async Task Told_to_stop_the_service_is_not_ready_finishes_what_it_does_and_exits_with_0()
    {
        await using var database = await TestDatabase.CloneTemplateAsync();
        // All requests of the test come within the delay, and the held one waits for longer than it, on a busy machine too.
        await using var service = new ServiceProcess(
            ("ConnectionStrings__SessionDb", $"{database.ConnectionString};Command Timeout=60"), ("Shutdown__Delay", "00:00:08"));
        await service.StartAsync();
        var user = service.As("user");
        var (held, other) = (await user.StartSessionAsync(), await user.StartSessionAsync());
        Task<Answer> running;
        Task<Answer>[] writing;
        Task<int> exit;
        await using (var holder = await LockedSession.OfAsync(database.ConnectionString, held))
        {
            running = user.PutAsync(held, """{"session_summary":"The last."}""");
            await holder.WaitForWaitersAsync(1);

            exit = service.StopAsync();
            writing = [.. Enumerable.Range(0, Writes).Select(_ => user.PostAsync($"{other}/messages", """{"role":"user","content":"Hello"}"""))];
            Answer ready;
            do
            {
                ready = await user.GetAsync("/health/ready");
            }
            while (ready.Status == 200);

            Assert.Equal("unhealthy", ready.Is(503).GetProperty("checks").GetProperty("departure").Text("status"));
            Assert.Equal("healthy", ready.Is(503).GetProperty("checks").GetProperty("database").Text("status"));
            (await user.GetAsync("/health/live")).Is(200);
            (await user.GetAsync(held)).Is(200);
            while (await IsListeningAsync(service.Address))
            {
                Assert.False(exit.IsCompleted, "It did not wait for the request.");
            }

            Assert.False(running.IsCompleted);
        }

        Assert.Equal("The last.", (await running).Is(200).Text("session_summary"));
        Assert.All(await Task.WhenAll(writing), answer => answer.Is(201));
        Assert.Equal(0, await exit);
        Assert.Equal([$"{Writes}"], await database.QueryAsync("SELECT count(*) FROM dev.session_messages"));
    }

    private static async Task<bool> IsListeningAsync(Uri address)
    {
        using var client = new TcpClient();
        try
        {
            await client.ConnectAsync(address.Host, address.Port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
