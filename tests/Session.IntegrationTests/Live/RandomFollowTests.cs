using SessionService.IntegrationTests.Faults;
using SessionService.IntegrationTests.Hosting;
using SessionService.IntegrationTests.Writes;
using Xunit.Abstractions;

namespace SessionService.IntegrationTests.Live;

/// <summary>Writers write at random, followers come and go at random, and in the end each has been told exactly the log.</summary>
public sealed class RandomFollowTests(ApiFixture service, ITestOutputHelper output) : IClassFixture<ApiFixture>, IAsyncLifetime
{
    private const int Sessions = 6;
    private const int Writers = 6;
    private const int WritesEach = 60;
    private const int FollowersOfSessions = 8;
    private const int FollowersOfUser = 6;

    private readonly int _seed = Environment.TickCount;
    private readonly ApiClient _user = service.AsNewUser();
    private InstanceFixture _other = null!;

    public async Task InitializeAsync()
    {
        _other = new InstanceFixture(service.ConnectionString);
        await _other.InitializeAsync();
    }

    public Task DisposeAsync() => _other.DisposeAsync();

    [Fact]
    public async Task Every_follower_is_told_the_log_exactly_however_often_it_comes_back()
    {
        output.WriteLine($"seed {_seed}");
        var sessions = new List<string>();
        for (var i = 0; i < Sessions; i++)
        {
            sessions.Add(await _user.StartSessionAsync());
        }

        // Where each follower begins, before anything is written.
        var followers = new List<Follower>();
        for (var i = 0; i < FollowersOfSessions; i++)
        {
            followers.Add(new Follower($"{sessions[i % Sessions]}/events", OpenAsync, new Random(_seed + i)));
        }

        for (var i = 0; i < FollowersOfUser; i++)
        {
            followers.Add(new Follower($"/api/v1/users/{_user.UserId}/events", OpenAsync, new Random(_seed + 100 + i)));
        }

        foreach (var follower in followers)
        {
            await follower.BeginAsync();
        }

        var end = new TaskCompletionSource<Dictionary<string, long>>();
        var following = followers.ConvertAll(follower => follower.RunAsync(end.Task));
        await Task.WhenAll(Enumerable.Range(0, Writers).Select(i => WriteAsync(sessions, new Random(_seed + 200 + i))));
        var log = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var session in sessions)
        {
            log[session] = (await _user.GetAsync(session)).Is(200).Number("message_count");
        }

        end.SetResult(log);
        await Task.WhenAll(following);

        Assert.All(followers, follower => follower.AssertWasToldExactly(log));
        Assert.All(followers, follower => Assert.False(follower.HadSnapshot));
        output.WriteLine($"{followers.Sum(follower => follower.Connections)} connections, {log.Values.Sum()} messages");
    }

    private async Task WriteAsync(List<string> sessions, Random random)
    {
        for (var i = 0; i < WritesEach; i++)
        {
            var writer = (random.Next(2) == 0 ? service : _other).As(_user.UserId);
            var session = sessions[random.Next(sessions.Count)];
            switch (random.Next(12))
            {
                case 0:
                    (await writer.SendAsync(HttpMethod.Patch, session, $$"""{"title":"{{random.Next()}}"}""")).Is(200);
                    break;
                case 1:
                    await writer.WriteOnceAsync(
                        $"{session}/messages/batch",
                        """{"messages":[{"role":"user","content":"a"},{"role":"assistant","content":"b","created_at":"2020-01-01T00:00:00Z"}]}""");
                    break;
                case 2:
                    // The listener's connection, or whichever there is.
                    await Administration.ExecuteAsync(
                        service.ConnectionString,
                        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'SELECT pg_advisory_lock_shared%'");
                    break;
                default:
                    await writer.WriteOnceAsync($"{session}/messages", """{"role":"user","content":"Hello"}""");
                    break;
            }
        }
    }

    private async Task<EventStream?> OpenAsync(string path, string? lastEventId) =>
        await EventStream.OpenAsync(Random.Shared.Next(2) == 0 ? service : _other, _user.UserId, path, lastEventId);
}
