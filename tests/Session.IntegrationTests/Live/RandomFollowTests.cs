using System.Text.Json;
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
            followers.Add(new Follower(this, $"{sessions[i % Sessions]}/events", new Random(_seed + i)));
        }

        for (var i = 0; i < FollowersOfUser; i++)
        {
            followers.Add(new Follower(this, $"/api/v1/users/{_user.UserId}/events", new Random(_seed + 100 + i)));
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

        foreach (var follower in followers)
        {
            foreach (var (session, told) in follower.Told)
            {
                Assert.Equal(Enumerable.Range(1, (int)log[session]).Select(number => (long)number), told);
            }
        }

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
                    await WriteAsync(
                        writer,
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
                    await WriteAsync(writer, $"{session}/messages", """{"role":"user","content":"Hello"}""");
                    break;
            }
        }
    }

    /// <summary>Writes once, however often that takes a request: on a busy machine a writer may not get the session's lock in time.</summary>
    private static Task WriteAsync(ApiClient writer, string path, string body)
    {
        var key = $"{Guid.NewGuid()}";
        return Eventually.IsSoAsync(async () =>
        {
            var answer = await writer.PostAsync(path, body, key);
            return answer.Status == 503 ? false : answer.Is(201).ValueKind == JsonValueKind.Object;
        });
    }

    private sealed class Follower(RandomFollowTests tests, string path, Random random)
    {
        private string? _id;

        public Dictionary<string, List<long>> Told { get; } = new(StringComparer.Ordinal);

        public bool HadSnapshot { get; private set; }

        public int Connections { get; private set; }

        public async Task BeginAsync()
        {
            using var stream = await OpenAsync();
            _id = (await stream.NextAsync())!.Id;
        }

        public async Task RunAsync(Task<Dictionary<string, long>> end)
        {
            var isOfUser = path.Contains("/users/", StringComparison.Ordinal);
            while (true)
            {
                using var stream = await OpenAsync();
                for (var left = random.Next(1, 40); left > 0; left--)
                {
                    var next = stream.NextAsync();
                    if (await Task.WhenAny(next, Task.Delay(TimeSpan.FromSeconds(2))) != next)
                    {
                        break;
                    }

                    if (await next is not { } told)
                    {
                        break;
                    }

                    _id = told.Id;
                    HadSnapshot |= told.Name == "snapshot";
                    if (told.Name == "message")
                    {
                        var session = $"/api/v1/sessions/{told.Data.Text("session_id")}";
                        Told.TryAdd(session, []);
                        Told[session].Add(told.Sequence);
                    }
                }

                if (end.IsCompleted && Has(await end, isOfUser))
                {
                    return;
                }
            }
        }

        private bool Has(Dictionary<string, long> log, bool isOfUser) => log
            .Where(session => session.Value > 0 && (isOfUser || path.StartsWith(session.Key, StringComparison.Ordinal)))
            .All(session => Told.TryGetValue(session.Key, out var told) && told.Count >= session.Value);

        private Task<EventStream> OpenAsync()
        {
            Connections++;
            return EventStream.OpenAsync(random.Next(2) == 0 ? tests.Service : tests._other, tests._user.UserId, path, _id);
        }
    }

    private ApiFixture Service => service;
}
