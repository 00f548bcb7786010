using System.Collections.Concurrent;
using System.Text.Json;
using SessionService.IntegrationTests.Hosting;

namespace SessionService.IntegrationTests.Writes;

public sealed class KilledProcessTests
{
    private const int Clients = 16;
    private const int MessagesEach = 40;
    private const int Total = Clients * MessagesEach;

    [Fact]
    public async Task What_was_acknowledged_before_a_kill_is_there_once_and_what_is_sent_again_too()
    {
        await using var service = new ServiceProcess();
        await service.StartAsync();
        var user = service.As("user");
        var sessions = new[] { await user.StartSessionAsync(), await user.StartSessionAsync() };
        var acknowledged = new ConcurrentDictionary<string, (string Session, long Sequence)>(StringComparer.Ordinal);
        var unknown = 0;

        var writing = Task.WhenAll(Enumerable.Range(0, Clients).Select(async client =>
        {
            for (var i = 0; i < MessagesEach; i++)
            {
                var session = sessions[(client + i) % sessions.Length];
                var key = $"{client}-{i}";
                acknowledged[key] = (session, await AppendAsync(user, session, key, () => Interlocked.Increment(ref unknown)));
            }
        }));
        await ReachAsync(acknowledged, Total / 4, writing);
        await service.KillAsync();
        var beforeTheKill = acknowledged.ToArray();
        await service.StartAsync();
        Assert.All(
            await Task.WhenAll(beforeTheKill.Select(a => AppendAsync(user, a.Value.Session, a.Key, () => { }))).ContinueWith(
                sequences => beforeTheKill.Zip(sequences.Result), TaskScheduler.Default),
            pair => Assert.Equal(pair.First.Value.Sequence, pair.Second));
        await ReachAsync(acknowledged, Total / 2, writing);
        service.KillDatabase();
        await writing;

        Assert.True(unknown > 0, "Nothing was on its way when the processes were killed.");
        Assert.Equal(Total, acknowledged.Count);
        foreach (var session in sessions)
        {
            var expected = acknowledged.Values.Where(a => a.Session == session).Select(a => a.Sequence).Order().ToList();
            Assert.Equal(Enumerable.Range(1, expected.Count).Select(n => (long)n), expected);
            Assert.Equal(expected.Count, (await ReadAsync(user, session)).Number("message_count"));
        }

        Assert.Equal(Total, (await ReadAsync(user, "/api/v1/sessions/stats")).Number("total_messages"));
    }

    /// <summary>As a client does that means it: again with the same key until there is an answer.</summary>
    private static async Task<long> AppendAsync(ApiClient user, string session, string key, Action onTrouble)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        while (true)
        {
            patience.Token.ThrowIfCancellationRequested();
            try
            {
                var answer = await user.PostAsync($"{session}/messages", """{"role":"user","content":"Hello"}""", key);
                if (answer.Status != 503)
                {
                    return answer.Is(201).Number("sequence");
                }
            }
            catch (HttpRequestException)
            {
                // The service is not there at the moment.
            }

            onTrouble();
        }
    }

    private static async Task<JsonElement> ReadAsync(ApiClient user, string path)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while (true)
        {
            patience.Token.ThrowIfCancellationRequested();
            var answer = await user.GetAsync(path);
            if (answer.Status != 503)
            {
                return answer.Is(200);
            }
        }
    }

    private static async Task ReachAsync<T>(ConcurrentDictionary<string, T> acknowledged, int count, Task writing)
    {
        while (acknowledged.Count < count)
        {
            Assert.False(writing.IsCompleted, "The writers have stopped.");
            await Task.Yield();
        }
    }
}
