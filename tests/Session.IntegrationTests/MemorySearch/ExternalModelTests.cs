using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
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
        Assert.True(answer.Items("results")[0].GetProperty("semantic_score").GetDouble() > 0.4);
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
        await Eventually.IsSoAsync(async () => !(await SearchAsync(user, "kennel")).GetProperty("degraded").GetBoolean());
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

    [Fact]
    public async Task A_user_with_very_many_texts_delays_the_others_by_one_batch()
    {
        var before = await StartAsync();
        // Users come in the order of their ids.
        var (ann, bob) = (before.As($"ann-{Guid.NewGuid()}"), before.As($"bob-{Guid.NewGuid()}"));
        foreach (var (user, count) in new[] { (ann, 7), (bob, 1) })
        {
            var session = await user.StartSessionAsync();
            for (var i = 0; i < count; i++)
            {
                await user.WriteMessageAsync(session, JsonSerializer.Serialize(new { role = "user", content = $"message {i} of {user.UserId}" }));
                (await user.PostAsync(
                    UserMemoriesEndpointTests.PathOf(user), JsonSerializer.Serialize(new { content = $"memory {i} of {user.UserId}" }))).Is(201);
            }
        }

        await before.DigestAsync();
        await WaitUntilEmbeddedAsync(before);
        await before.DisposeAsync();
        _services.Remove(before);

        var after = await StartAsync(before.ConnectionString, ("Embeddings:Model", "model-b"), ("Embeddings:BatchSize", "2"));
        await WaitUntilEmbeddedAsync(after);

        foreach (var kind in new[] { "memory", "message" })
        {
            var batches = Endpoint.Requests.Where(request => request.Model == "model-b" && Array.Exists(request.Input, text => text.Contains(kind, StringComparison.Ordinal))).ToList();
            Assert.Contains(batches.Take(2), batch => Array.Exists(batch.Input, text => text.Contains(bob.UserId, StringComparison.Ordinal)));
            Assert.Equal(8, batches.SelectMany(batch => batch.Input).Distinct(StringComparer.Ordinal).Count());
        }
    }

    [Fact]
    public async Task A_setting_that_is_wrong_spoils_nothing_and_once_it_is_right_everything_is_embedded()
    {
        // As to an endpoint that knows no such model, or will not be told how many numbers it is to answer.
        Endpoint.Status = 400;
        var service = await StartAsync();
        var user = await WriteAsync(service);
        await Eventually.IsSoAsync(() => Task.FromResult(Endpoint.Requests.Count(request => request.Input is [var text] && !text.Contains(' ', StringComparison.Ordinal)) > 2));

        Endpoint.Status = 200;
        await WaitUntilEmbeddedAsync(service);

        await Eventually.IsSoAsync(async () => !(await SearchAsync(user, "kennel")).GetProperty("degraded").GetBoolean());
        Assert.Equal("The puppy sleeps.", (await SearchAsync(user, "kennel")).Items("results")[0].Text("content"));
    }

    [Fact]
    public async Task A_text_that_is_too_much_for_the_endpoint_keeps_no_other_waiting()
    {
        Endpoint.Failing = "invoice";
        var service = await StartAsync();
        var user = await WriteAsync(service);
        await WaitUntilEmbeddedAsync(service);

        Assert.Equal("The puppy sleeps.", (await SearchAsync(user, "kennel")).Items("results")[0].Text("content"));
        Assert.Equal("The violin is out of tune.", (await SearchAsync(user, "concerto")).Items("results")[0].Text("content"));
    }

    [Fact]
    public async Task Another_number_of_dimensions_is_another_model()
    {
        var before = await StartAsync();
        var user = await WriteAsync(before);
        await WaitUntilEmbeddedAsync(before);
        await before.DisposeAsync();
        _services.Remove(before);

        var after = await StartAsync(before.ConnectionString, ("Embeddings:Dimensions", "6"));
        await WaitUntilEmbeddedAsync(after);

        Assert.Equal("The puppy sleeps.", (await SearchAsync(after.As(user.UserId), "kennel")).Items("results")[0].Text("content"));
        Assert.Contains(Endpoint.Requests, request => request.Dimensions == 6 && request.Input.Contains("user: The puppy sleeps.", StringComparer.Ordinal));
    }

    [Fact]
    public async Task An_endpoint_that_has_one_length_alone_is_not_told_of_it()
    {
        var service = await StartAsync(null, ("Embeddings:SendDimensions", "false"));
        var user = await WriteAsync(service);
        await WaitUntilEmbeddedAsync(service);

        Assert.Equal("The puppy sleeps.", (await SearchAsync(user, "kennel")).Items("results")[0].Text("content"));
        Assert.All(Endpoint.Requests, request => Assert.Null(request.Dimensions));
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("<html>")]
    [InlineData("""{"data": null}""")]
    [InlineData("""{"data": [null]}""")]
    [InlineData("""{"data": []}""")]
    [InlineData("""{"data": [{"index": 0, "embedding": [1, 2, 3]}]}""")]
    [InlineData("""{"data": [{"index": 0, "embedding": [1, 2, 3, 1e39]}]}""")]
    [InlineData("""{"data": [{"index": 0, "embedding": [1, 2, 3, "NaN"]}]}""")]
    [InlineData("""{"data": [{"index": 7, "embedding": [1, 2, 3, 4]}]}""")]
    [InlineData("""{"data": [{"index": 0, "embedding": null}]}""")]
    public async Task What_is_no_answer_degrades_the_search(string answer)
    {
        Endpoint.Answer = answer;
        var service = await StartAsync();
        var user = await WriteAsync(service);

        var found = await SearchAsync(user, "puppy");

        Assert.True(found.GetProperty("degraded").GetBoolean());
        Assert.Equal("The puppy sleeps.", found.Items("results")[0].Text("content"));
    }

    [Fact]
    public async Task An_endpoint_that_takes_too_long_keeps_no_question_waiting()
    {
        var never = new TaskCompletionSource();
        Endpoint.Before = _ => never.Task;
        var service = await StartAsync(null, ("Embeddings:QuestionTimeout", "00:00:00.100"));
        var user = await WriteAsync(service);

        var found = await SearchAsync(user, "puppy");

        never.SetResult();
        Assert.True(found.GetProperty("degraded").GetBoolean());
        Assert.Equal("The puppy sleeps.", found.Items("results")[0].Text("content"));
    }

    [Theory]
    [InlineData(302)]
    [InlineData(401)]
    [InlineData(StubEmbeddings.HangUp)]
    public async Task An_endpoint_that_sends_away_degrades_the_search(int status)
    {
        Endpoint.Status = status;
        var service = await StartAsync();
        var user = await WriteAsync(service);

        Assert.True((await SearchAsync(user, "puppy")).GetProperty("degraded").GetBoolean());
        Assert.All(service.Logs.Entries, entry => Assert.DoesNotContain("secret-key", entry.Everything, StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_endpoint_that_says_when_to_come_again_is_left_alone_until_then()
    {
        (Endpoint.Status, Endpoint.RetryAfter) = (429, "3600");
        var service = await StartAsync();
        var user = await WriteAsync(service);

        // One question, and one batch in the background.
        Assert.True((await SearchAsync(user, "kennel")).GetProperty("degraded").GetBoolean());
        await Eventually.IsSoAsync(() => Task.FromResult(Endpoint.Requests.Count == 2));
        for (var i = 0; i < 30; i++)
        {
            Assert.True((await SearchAsync(user, "kennel")).GetProperty("degraded").GetBoolean());
        }

        Assert.Equal(2, Endpoint.Requests.Count);
    }

    [Fact]
    public async Task A_model_of_before_that_is_gone_degrades_nothing()
    {
        Endpoint.GoneModel = "model-z";
        var service = await StartAsync(null, ("Embeddings:PreviousModel", "model-z"), ("Embeddings:PreviousDimensions", "4"), ("Embeddings:Every", "01:00:00"));
        var user = await WriteAsync(service);

        var found = await SearchAsync(user, "puppy");

        Assert.False(found.GetProperty("degraded").GetBoolean());
        Assert.Equal("The puppy sleeps.", found.Items("results")[0].Text("content"));
    }

    [Fact]
    public async Task A_message_that_is_redacted_while_it_is_embedded_leaves_no_vector()
    {
        var (arrived, mayAnswer) = (new TaskCompletionSource(), new TaskCompletionSource());
        Endpoint.Before = input =>
        {
            if (!input.Contains("user: The puppy sleeps.", StringComparer.Ordinal))
            {
                return Task.CompletedTask;
            }

            arrived.TrySetResult();
            return mayAnswer.Task;
        };
        var service = await StartAsync();
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        await user.WriteMessageAsync(session, """{"role":"user","content":"The puppy sleeps."}""");
        await user.WriteMessageAsync(session, """{"role":"user","content":"The violin is out of tune."}""");
        await service.DigestAsync();
        await arrived.Task.WaitAsync(TimeSpan.FromSeconds(30));

        (await user.DeleteAsync($"{session}/messages/1")).Is(200);
        mayAnswer.SetResult();
        await WaitUntilEmbeddedAsync(service);

        await using var database = NpgsqlDataSource.Create(service.ConnectionString);
        await using var command = database.CreateCommand("SELECT model_vectors FROM dev.message_vectors");
        var vectors = (byte[])(await command.ExecuteScalarAsync())!;
        Assert.Equal(new byte[StubEmbeddings.Dimensions], vectors[..StubEmbeddings.Dimensions]);
        Assert.Contains(vectors[StubEmbeddings.Dimensions..], number => number != 0);
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
                // The endpoint is in this process, which may be paused for seconds.
                ["Embeddings:QuestionTimeout"] = "00:00:30",
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
        return Eventually.IsSoAsync(() => Task.FromResult(metrics.Looked > before + 1 && metrics.Waiting == 0 && !metrics.IsFailing));
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
