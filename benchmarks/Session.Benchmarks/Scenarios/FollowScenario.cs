using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text.Json;
using Npgsql;
using SessionService.Benchmarks.Data;
using SessionService.Benchmarks.Driving;
using SessionService.Benchmarks.Measuring;
using SessionService.Benchmarks.Processes;

namespace SessionService.Benchmarks.Scenarios;

/// <summary>Many followers of one busy session against one: how long after it was sent each is told a message. And what idle ones take in memory.</summary>
internal static class FollowScenario
{
    private const int MessagesPerSecond = 10;

    private static readonly Dictionary<string, string> Settings = new(StringComparer.Ordinal)
    {
        ["Live__MaxFollowers"] = "100000",
        ["Live__MaxFollowersPerUser"] = "100000",
    };

    public static async Task<Outcome> RunAsync(Laboratory laboratory, CancellationToken cancellationToken)
    {
        var idleBytes = await MeasureIdleAsync(laboratory, cancellationToken);
        await laboratory.Server.CreateDatabaseAsync("followed", cancellationToken);
        await using var service = await StartAsync(laboratory, "followed", sessions: 2, cancellationToken);
        var many = new Side($"{laboratory.Options.Followers:N0} followers", IsService: true, token =>
            MeasureAsync(laboratory, service, session: 0, laboratory.Options.Followers, token));
        var one = new Side("1 follower", IsService: true, token => MeasureAsync(laboratory, service, session: 1, followers: 1, token));
        var pairs = await laboratory.CompareAsync(many, one, cancellationToken);
        return new Outcome(
            many.Name,
            one.Name,
            pairs,
            [
                new Goal("p99 of many / 100 ms", pair => pair.A.P99Ms / 100, Limit: 1, AtLeast: false),
                new Goal($"memory of {laboratory.Options.IdleFollowers:N0} idle ones / 300 MB", _ => idleBytes / 300e6, Limit: 1, AtLeast: false),
            ]);
    }

    private static async Task<double> MeasureIdleAsync(Laboratory laboratory, CancellationToken cancellationToken)
    {
        var count = laboratory.Options.IdleFollowers;
        await laboratory.Server.CreateDatabaseAsync("idle_followers", cancellationToken);
        await using var service = await StartAsync(laboratory, "idle_followers", count, cancellationToken);
        var before = service.MemoryBytes;
        using var followers = new FollowerLoad();
        await followers.OpenAsync(service.Port, Enumerable.Range(0, count).Select(RequestOf), cancellationToken);

        // Until each has sent a heartbeat.
        await Task.Delay(laboratory.Options.IsSmoke ? TimeSpan.Zero : TimeSpan.FromSeconds(40), cancellationToken);
        return service.MemoryBytes - before;
    }

    private static async Task<Sample> MeasureAsync(
        Laboratory laboratory, ServiceProcess service, int session, int followers, CancellationToken cancellationToken)
    {
        var messages = Math.Max(1, (int)(laboratory.Options.Seconds * MessagesPerSecond));
        var path = $"/api/v1/sessions/{Keys.Session(SessionKind.Plain, session)}";
        using var load = new FollowerLoad();
        await load.OpenAsync(service.Port, Enumerable.Repeat(RequestOf(session), followers), cancellationToken);
        var (start, serviceStart, databaseStart) = (Stopwatch.GetTimestamp(), service.ProcessorSeconds, laboratory.Server.ProcessorSeconds);
        var next = await NextAsync(service, path, session, cancellationToken);
        for (var i = 0; i < messages; i++)
        {
            load.NoteWritten(next + i);
            using var request = new HttpRequestMessage(HttpMethod.Post, $"{path}/messages");
            request.Headers.Add("X-User-Id", Keys.User(session));
            request.Content = new StringContent("""{"role":"assistant","content":"What is told to everybody."}""", MediaTypeHeaderValue.Parse("application/json"));
            using var response = await service.Http.SendAsync(request, cancellationToken);
            response.EnsureSuccessStatusCode();
            await Task.Delay(TimeSpan.FromSeconds(1.0 / MessagesPerSecond), cancellationToken);
        }

        var told = await load.TakeAsync(messages, cancellationToken);
        var events = (double)messages * followers;
        return new Sample(
            events / Stopwatch.GetElapsedTime(start).TotalSeconds,
            told.At(0.5),
            told.At(0.99),
            (service.ProcessorSeconds - serviceStart) * 1e6 / events,
            (laboratory.Server.ProcessorSeconds - databaseStart) * 1e6 / events);
    }

    private static async Task<long> NextAsync(ServiceProcess service, string path, int session, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Add("X-User-Id", Keys.User(session));
        using var response = await service.Http.SendAsync(request, cancellationToken);
        using var json = JsonDocument.Parse(await response.Content.ReadAsStringAsync(cancellationToken));
        return json.RootElement.GetProperty("message_count").GetInt64() + 1;
    }

    private static byte[] RequestOf(int session) =>
        HttpRequests.Get($"/api/v1/sessions/{Keys.Session(SessionKind.Plain, session)}/events", Keys.User(session));

    private static async Task<ServiceProcess> StartAsync(Laboratory laboratory, string name, int sessions, CancellationToken cancellationToken)
    {
        var connection = laboratory.Server.ConnectionTo(name).ConnectionString;
        var service = await laboratory.StartServiceAsync(connection, cancellationToken, Settings);
        await using var database = NpgsqlDataSource.Create(connection);
        await Loader.AddSessionsAsync(database, SessionKind.Plain, sessions, messagesEach: 0, cancellationToken);
        await Loader.TidyAsync(database, cancellationToken);
        return service;
    }
}
