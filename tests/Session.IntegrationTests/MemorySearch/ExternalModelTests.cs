using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using SessionService.Infrastructure.Embeddings;
using SessionService.IntegrationTests.Digests;
using SessionService.IntegrationTests.Hosting;
using SessionService.IntegrationTests.UserMemories;

namespace SessionService.IntegrationTests.MemorySearch;

public sealed class ExternalModelTests : IAsyncLifetime
{
    private readonly List<ApiFixture> _services = [];
    private StubEmbeddings? _endpoint;

    private StubEmbeddings Endpoint => _endpoint!;

    public async Task InitializeAsync() => _endpoint = await StubEmbeddings.StartAsync();

    public async Task DisposeAsync()
    {
        foreach (var service in _services)
        {
            await service.DisposeAsync();
        }

        await Endpoint.DisposeAsync();
    }

    [Fact]
    public async Task What_a_better_model_has_embedded_is_found_by_its_meaning()
    {
        var service = await StartAsync();
        var user = await WriteAsync(service);
        await WaitUntilEmbeddedAsync(service);

        var answer = await SearchAsync(user, "kennel");

        Assert.False(answer.GetProperty("degraded").GetBoolean());
        // Nobody but this model puts a kennel and a puppy side by side and everything else away.
        Assert.Equal("The puppy sleeps.", answer.Items("results")[0].Text("content"));
        Assert.Equal(1, answer.Items("results")[0].GetProperty("semantic_score").GetDouble(), 3);
        Assert.Contains("Bearer secret-key", Endpoint.Requests.Select(request => request.Authorization), StringComparer.Ordinal);
        Assert.All(Endpoint.Requests, request => Assert.Equal("model-a", request.Model));
        Assert.Contains(Endpoint.Requests, request => request.Input.Contains("user: The puppy sleeps.", StringComparer.Ordinal));
    }

    [Fact]
    public async Task Memories_are_embedded_and_embedded_anew_when_they_change()
    {
        var service = await StartAsync();
        var user = service.AsNewUser();
        var path = UserMemoriesEndpointTests.PathOf(user);
        var id = (await user.PostAsync(path, """{"content":"Plays the violin."}""")).Is(201).Text("memory_id");
        var session = await user.StartSessionAsync();
        (await user.PostAsync($"{session}/memory", """{"content":"Keeps a ledger."}""")).Is(201);
        await WaitUntilEmbeddedAsync(service);

        Assert.Equal("Plays the violin.", (await SearchAsync(user, "concerto")).Items("results")[0].Text("content"));
        Assert.Equal("Keeps a ledger.", (await SearchAsync(user, "invoice")).Items("results")[0].Text("content"));

        (await user.PutAsync($"{path}/{id}", """{"content":"Has a puppy."}""")).Is(200);
        await WaitUntilEmbeddedAsync(service);
        Assert.Equal("Has a puppy.", (await SearchAsync(user, "kennel")).Items("results")[0].Text("content"));
    }

    [Fact]
    public async Task A_failing_endpoint_fails_no_write_and_degrades_the_search_to_words()
    {
        Endpoint.Status = 500;
        var service = await StartAsync();
        var user = await WriteAsync(service);

        var answer = await SearchAsync(user, "puppy");

        Assert.True(answer.GetProperty("degraded").GetBoolean());
        Assert.Equal("The puppy sleeps.", Assert.Single(answer.Items("results"), result => result.GetProperty("keyword_score").GetDouble() > 0).Text("content"));
        Assert.All(answer.Items("results"), result => Assert.Equal(0, result.GetProperty("semantic_score").GetDouble()));
        var check = (await service.AsNobody().GetAsync("/health/detailed")).Is(200).GetProperty("checks").GetProperty("embeddings");
        Assert.Equal("degraded", check.Text("status"));

        Endpoint.Status = 200;
        await WaitUntilEmbeddedAsync(service);
        await UntilAsync(async () => !(await SearchAsync(user, "kennel")).GetProperty("degraded").GetBoolean());
        Assert.Equal("The puppy sleeps.", (await SearchAsync(user, "kennel")).Items("results")[0].Text("content"));
    }

    [Fact]
    public async Task A_text_that_the_endpoint_refuses_keeps_no_other_waiting()
    {
        Endpoint.Refused = "unspeakable";
        var service = await StartAsync();
        var user = service.AsNewUser();
        (await user.PostAsync(
            $"{UserMemoriesEndpointTests.PathOf(user)}/batch",
            """{"memories": [{"content":"An unspeakable thing."}, {"content":"Plays the violin."}]}""")).Is(201);
        await WaitUntilEmbeddedAsync(service);

        Assert.Equal("Plays the violin.", (await SearchAsync(user, "concerto")).Items("results")[0].Text("content"));
        Assert.Equal("An unspeakable thing.", (await SearchAsync(user, "thing")).Items("results")[0].Text("content"));
    }

    [Fact]
    public async Task While_a_new_model_embeds_everything_anew_the_old_vectors_serve()
    {
        var before = await StartAsync();
        var user = await WriteAsync(before);
        await WaitUntilEmbeddedAsync(before);
        await before.DisposeAsync();
        _services.Remove(before);

        // Nothing is embedded in the background within this time.
        var during = await StartAsync(before.ConnectionString, ("Embeddings:Model", "model-b"), ("Embeddings:PreviousModel", "model-a"), ("Embeddings:PreviousDimensions", "4"), ("Embeddings:BatchSize", "1"));
        var answer = await SearchAsync(during.As(user.UserId), "kennel");
        Assert.Equal("The puppy sleeps.", answer.Items("results")[0].Text("content"));

        await WaitUntilEmbeddedAsync(during);
        Assert.Equal("The puppy sleeps.", (await SearchAsync(during.As(user.UserId), "kennel")).Items("results")[0].Text("content"));
        Assert.Contains(Endpoint.Requests, request => request.Model == "model-b" && request.Input.Contains("user: The puppy sleeps.", StringComparer.Ordinal));
    }

    private async Task<ApiFixture> StartAsync(string? connectionString = null, params (string Name, string Value)[] settings)
    {
        var service = new Fixture(
            connectionString,
            new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["Embeddings:BaseAddress"] = Endpoint.Address.ToString(),
                ["Embeddings:Model"] = "model-a",
                ["Embeddings:ApiKey"] = "secret-key",
                ["Embeddings:Dimensions"] = StubEmbeddings.Dimensions.ToString(),
                ["Embeddings:Every"] = "00:00:00.050",
                ["Embeddings:Retries"] = "0",
            },
            settings);
        _services.Add(service);
        await service.InitializeAsync();
        return service;
    }

    private static async Task<ApiClient> WriteAsync(ApiFixture service)
    {
        var user = service.AsNewUser();
        foreach (var content in new[] { "The puppy sleeps.", "The invoice is late.", "The violin is out of tune." })
        {
            await user.WriteMessageAsync(await user.StartSessionAsync(), JsonSerializer.Serialize(new { role = "user", content }));
        }

        await service.DigestAsync();
        return user;
    }

    // As an operator would see it.
    private static Task WaitUntilEmbeddedAsync(ApiFixture service)
    {
        var metrics = service.Services.GetRequiredService<EmbeddingMetrics>();
        var before = metrics.Looked;
        return UntilAsync(() => Task.FromResult(metrics.Looked > before + 1 && metrics.Waiting == 0 && !metrics.IsFailing));
    }

    private static async Task UntilAsync(Func<Task<bool>> isSo)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!await isSo())
        {
            await Task.Delay(TimeSpan.FromMilliseconds(10), patience.Token);
        }
    }

    private static async Task<JsonElement> SearchAsync(ApiClient user, string query) =>
        (await user.PostAsync($"{UserMemoriesEndpointTests.PathOf(user)}/search", JsonSerializer.Serialize(new { query }))).Is(200);

    private sealed class Fixture(string? connectionString, Dictionary<string, string> defaults, (string Name, string Value)[] settings) : ApiFixture
    {
        protected override IEnumerable<KeyValuePair<string, string>> Settings =>
            [.. DigestByHand.Settings, .. defaults, .. settings.Select(setting => KeyValuePair.Create(setting.Name, setting.Value))];

        protected override Task<string> PrepareDatabaseAsync() => connectionString is null ? base.PrepareDatabaseAsync() : Task.FromResult(connectionString);
    }
}
