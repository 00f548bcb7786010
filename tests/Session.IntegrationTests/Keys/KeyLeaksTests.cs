using SessionService.Domain.Keys;
using SessionService.IntegrationTests.Hosting;
using SessionService.IntegrationTests.Logging;
using SessionService.IntegrationTests.Telemetry;

namespace SessionService.IntegrationTests.Keys;

/// <summary>A service with keys whose operator asks for everything that any category logs.</summary>
public sealed class TracedKeysFixture : KeysFixture
{
    protected override IEnumerable<KeyValuePair<string, string>> Settings =>
        [.. Mode, .. TraceFixture.Categories.Select(category => KeyValuePair.Create($"Logging:LogLevel:{category}", "Trace"))];
}

public sealed class KeyLeaksTests(TracedKeysFixture service) : IClassFixture<TracedKeysFixture>
{
    private const string Sessions = "/api/v1/sessions";

    [Fact]
    public async Task No_log_and_no_error_holds_anything_of_a_key()
    {
        var admin = await service.KeyOfAsync(user: null);
        var created = (await service.SendAsync(admin, HttpMethod.Post, "/api/v1/keys", """{"user_id":"ann"}""")).Is(201);
        var (id, key) = (Guid.Parse(created.Text("key_id")), created.Text("key"));
        string[] sent = [key, admin, KeyText.Of(id, KeyText.NewSecret()), KeyText.Of(Guid.NewGuid(), KeyText.NewSecret()), key[..^1], $"{key}, {key}"];
        var answers = new List<Answer>();

        foreach (var text in sent)
        {
            answers.Add(await service.GetAsync(text, Sessions));
            answers.Add(await service.GetAsync(text, Sessions, header: "bob"));
            answers.Add(await service.GetAsync(text, "/nowhere"));
            answers.Add(await service.SendAsync(text, HttpMethod.Post, Sessions, "{"));
        }

        (await service.SendAsync(admin, HttpMethod.Delete, $"/api/v1/keys/{id}")).Is(200);
        answers.Add(await service.GetAsync(key, Sessions));

        foreach (var text in sent.SelectMany(text => new[] { text[..Math.Min(text.Length, 35)], text[36..Math.Min(text.Length, 80)] }).Append($"{id}"))
        {
            Assert.DoesNotContain(service.Logs.Entries, entry => entry.Everything.Contains(text, StringComparison.OrdinalIgnoreCase));
            Assert.DoesNotContain(service.Logs.Scopes, scope => scope.Contains(text, StringComparison.OrdinalIgnoreCase));
            Assert.DoesNotContain(answers, answer => answer.Text.Contains(text, StringComparison.OrdinalIgnoreCase));
            Assert.DoesNotContain(answers, answer => answer.Headers.Values.Any(value => value.Contains(text, StringComparison.OrdinalIgnoreCase)));
        }

        Assert.NotEmpty(service.Logs.Entries);
    }

    // A process of its own, because what is measured and traced in a process is everybody's in it.
    [Fact]
    public async Task No_span_and_no_metric_holds_anything_of_a_key()
    {
        await using var collector = await StubCollector.StartAsync();
        await using var process = new ServiceProcess(
            [.. collector.Settings, ("ConnectionStrings__SessionDb", service.ConnectionString), ("Identity__Mode", "ApiKey"), ("RateLimits__KeyRequests", "1000")]);
        await process.StartAsync();
        var created = await service.CreateKeyAsync("ann");
        var wrong = KeyText.Of(created.KeyId, KeyText.NewSecret());

        foreach (var (text, status) in new[] { (created.Key, 200), (wrong, 401), (created.Key[..^1], 401) })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, Sessions) { Headers = { { "Authorization", $"Bearer {text}" } } };
            Assert.Equal(status, (await process.As("ann").SendAsync(request)).Status);
        }

        var shown = (await process.As("ann").GetAsync("/metrics")).Text;
        await process.StopAsync();

        Assert.Contains("api/v1/sessions", collector.Traces, StringComparison.Ordinal);
        foreach (var text in new[] { $"{created.KeyId}", $"{created.KeyId:N}", created.Key[36..80], wrong[36..80], "Bearer" })
        {
            foreach (var told in new[] { collector.Traces, collector.Metrics, shown, string.Join('\n', process.Output) })
            {
                Assert.DoesNotContain(text, told, StringComparison.OrdinalIgnoreCase);
            }
        }
    }
}
