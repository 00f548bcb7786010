using System.Collections.Concurrent;
using SessionService.IntegrationTests.Hosting;
using Xunit.Abstractions;

namespace SessionService.IntegrationTests.Live;

/// <summary>Service, database and connections are killed while many write and many follow. In the end each follower was told the log.</summary>
public sealed class KilledFollowTests(ITestOutputHelper output)
{
    private const int Users = 4;
    private const int SessionsOfUser = 2;
    private const int Writers = 16;
    private const int FollowersOfSession = 5;
    private const int FollowersOfUser = 10;
    private const int WritesBetweenFaults = 150;

    private static readonly TimeSpan RetryDelay = TimeSpan.FromMilliseconds(100);

    private readonly ConcurrentDictionary<string, ConcurrentBag<long>> _acknowledged = new(StringComparer.Ordinal);
    private int _writes;

    [Fact]
    public async Task Every_follower_is_told_what_was_acknowledged_whatever_is_killed()
    {
        await using var service = new ServiceProcess();
        await service.StartAsync();
        var users = Enumerable.Range(0, Users).Select(i => service.As($"user-{i}")).ToList();
        var sessions = new List<(ApiClient User, string Path)>();
        foreach (var user in users)
        {
            for (var i = 0; i < SessionsOfUser; i++)
            {
                sessions.Add((user, await user.StartSessionAsync()));
            }
        }

        List<(Follower Follower, ApiClient User)> followers =
        [
            .. sessions.SelectMany(session => Enumerable.Range(0, FollowersOfSession)
                .Select(_ => (NewFollower(service, session.User, $"{session.Path}/events"), session.User))),
            .. users.SelectMany(user => Enumerable.Range(0, FollowersOfUser)
                .Select(_ => (NewFollower(service, user, $"/api/v1/users/{user.UserId}/events"), user))),
        ];
        await Task.WhenAll(followers.Select(one => one.Follower.BeginAsync()));
        var logs = users.ToDictionary(user => user, _ => new TaskCompletionSource<Dictionary<string, long>>());
        var following = followers.ConvertAll(one => one.Follower.RunAsync(logs[one.User].Task));
        using var enough = new CancellationTokenSource();
        var writing = Enumerable.Range(0, Writers).Select(i => WriteAsync(sessions, new Random(i), enough.Token)).ToList();

        await AfterMoreWritesAsync();
        await service.KillAsync();
        await service.StartAsync();
        await AfterMoreWritesAsync();
        service.KillDatabase();
        await AfterMoreWritesAsync();
        Assert.Equal(0, await service.StopAsync());
        await service.StartAsync();
        await AfterMoreWritesAsync();
        service.KillDatabase();
        await service.KillAsync();
        await service.StartAsync();
        await AfterMoreWritesAsync();

        await enough.CancelAsync();
        await Task.WhenAll(writing);
        foreach (var user in users)
        {
            var log = new Dictionary<string, long>(StringComparer.Ordinal);
            foreach (var session in sessions.Where(session => session.User == user).Select(session => session.Path))
            {
                await Eventually.IsSoAsync(async () =>
                {
                    var answer = await user.GetAsync(session);
                    log[session] = answer.Status == 503 ? -1 : answer.Is(200).Number("message_count");
                    return log[session] >= 0;
                });
                Assert.Equal(Enumerable.Range(1, (int)log[session]).Select(number => (long)number), _acknowledged[session].Order());
            }

            logs[user].SetResult(log);
        }

        await Task.WhenAll(following);
        foreach (var (follower, user) in followers)
        {
            follower.AssertWasToldExactly(await logs[user].Task);
            Assert.False(follower.HadSnapshot);
        }

        output.WriteLine($"{_writes} messages, {followers.Count} followers, {followers.Sum(one => one.Follower.Connections)} connections");
    }

    private static Follower NewFollower(ServiceProcess service, ApiClient user, string path) =>
        new(path, (path, id) => OpenAsync(service, user, path, id), Random.Shared);

    private static async Task<EventStream?> OpenAsync(ServiceProcess service, ApiClient user, string path, string? lastEventId)
    {
        try
        {
            var stream = await EventStream.OpenAsync(new HttpClient { BaseAddress = service.Address }, user.UserId, path, lastEventId);
            if (stream.Response.IsSuccessStatusCode)
            {
                return stream;
            }

            stream.Dispose();
        }
        catch (HttpRequestException)
        {
            // Nobody answers while the service is started.
        }

        await Task.Delay(RetryDelay);
        return null;
    }

    private async Task WriteAsync(List<(ApiClient User, string Path)> sessions, Random random, CancellationToken enough)
    {
        while (!enough.IsCancellationRequested)
        {
            var (user, session) = sessions[random.Next(sessions.Count)];
            var message = await user.WriteOnceAsync($"{session}/messages", """{"role":"user","content":"Hello"}""");
            _acknowledged.GetOrAdd(session, _ => []).Add(message.Number("sequence"));
            Interlocked.Increment(ref _writes);
        }
    }

    private async Task AfterMoreWritesAsync()
    {
        var before = Volatile.Read(ref _writes);
        await Eventually.IsSoAsync(() => Task.FromResult(Volatile.Read(ref _writes) >= before + WritesBetweenFaults));
    }
}
