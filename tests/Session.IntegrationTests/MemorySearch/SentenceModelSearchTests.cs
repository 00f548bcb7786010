using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using SessionService.Infrastructure.Embeddings;
using SessionService.IntegrationTests.Digests;
using SessionService.IntegrationTests.Hosting;
using SessionService.IntegrationTests.UserMemories;

namespace SessionService.IntegrationTests.MemorySearch;

public sealed class SentenceModelSearchTests : IAsyncLifetime
{
    // The words of the second are nearer to those of the question.
    private const string Question = "Am I fit to run?";
    private const string Near = "I jog ten miles before breakfast.";
    private const string Far = "The tests take long to start.";

    private readonly List<ApiFixture> _services = [];

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        foreach (var service in _services)
        {
            await service.DisposeAsync();
        }
    }

    [Fact]
    public async Task What_the_model_has_embedded_is_nearer_by_the_meaning_of_its_sentences()
    {
        var service = await StartAsync();
        var user = await WriteAsync(service, Near, Far, "The invoice is late.");
        var before = await SemanticScoresAsync(user, Question);

        await service.DigestAsync();
        await WaitUntilEmbeddedAsync(service);

        var after = await SemanticScoresAsync(user, Question);
        Assert.True(before[Near] < before[Far], Show(before));
        Assert.True(after[Near] > after[Far], Show(after));
        Assert.All(after.Values, score => Assert.InRange(score, 0, 1));
        var check = (await service.AsNobody().GetAsync("/health/detailed")).Is(200).GetProperty("checks").GetProperty("embeddings");
        Assert.Equal("0 messages and memories wait to be embedded by all-MiniLM-L6-v2.", check.Text("description"));
    }

    [Fact]
    public async Task Memories_are_embedded_too_and_anew_when_they_change()
    {
        var service = await StartAsync();
        var user = service.AsNewUser();
        var path = UserMemoriesEndpointTests.PathOf(user);
        var id = (await user.PostAsync(path, """{"content":"The invoice is late."}""")).Is(201).Text("memory_id");
        (await user.PostAsync(path, JsonSerializer.Serialize(new { content = Far }))).Is(201);
        await WaitUntilEmbeddedAsync(service);
        var vectorOfOne = $"model_vector FROM dev.user_memories WHERE memory_id = '{id}'";
        var before = await ReadVectorsAsync(service, vectorOfOne);

        (await user.PutAsync($"{path}/{id}", JsonSerializer.Serialize(new { content = Near }))).Is(200);
        await WaitUntilEmbeddedAsync(service);

        Assert.NotEqual(before[0], (await ReadVectorsAsync(service, vectorOfOne))[0]);
        var scores = await SemanticScoresAsync(user, Question);
        Assert.True(scores[Near] > scores[Far], Show(scores));
    }

    [Fact]
    public async Task A_user_finds_nothing_that_was_embedded_for_another()
    {
        var service = await StartAsync();
        var (ann, bob) = (await WriteAsync(service, Near, "Ann's own."), await WriteAsync(service, Far));
        await service.DigestAsync();
        await WaitUntilEmbeddedAsync(service);

        Assert.Equal([Far], (await SemanticScoresAsync(bob, Question)).Keys);
        Assert.DoesNotContain(Far, (await SemanticScoresAsync(ann, Question)).Keys);
    }

    [Fact]
    public async Task What_waited_while_the_service_was_off_is_embedded_when_it_is_on()
    {
        var before = await StartAsync(null, ("Embeddings:Local", "static"));
        var user = await WriteAsync(before, Near, Far);
        await before.DigestAsync();
        Assert.Equal(0, await CountEmbeddedAsync(before));
        var after = await RestartAsync(before);
        await WaitUntilEmbeddedAsync(after);

        Assert.Equal(2, await CountEmbeddedAsync(after));
        var scores = await SemanticScoresAsync(after.As(user.UserId), Question);
        Assert.True(scores[Near] > scores[Far], Show(scores));

        // And back: the vectors stay, and nobody uses them.
        var last = await RestartAsync(after, ("Embeddings:Local", "static"));
        scores = await SemanticScoresAsync(last.As(user.UserId), Question);
        Assert.True(scores[Near] < scores[Far], Show(scores));
    }

    [Fact]
    public async Task Until_an_endpoint_has_embedded_everything_the_vectors_of_the_sentence_model_serve()
    {
        await using var endpoint = await StubEmbeddings.StartAsync();
        var never = new TaskCompletionSource();
        endpoint.Before = input => input.Any(text => text.StartsWith("user: ", StringComparison.Ordinal)) ? never.Task : Task.CompletedTask;
        var before = await StartAsync();
        var user = await WriteAsync(before, Near, Far, "The invoice is late.");
        await before.DigestAsync();
        await WaitUntilEmbeddedAsync(before);

        var during = await RestartAsync(
            before,
            ("Embeddings:BaseAddress", endpoint.Address.ToString()),
            ("Embeddings:Model", "model-a"),
            ("Embeddings:Dimensions", StubEmbeddings.Dimensions.ToString()));
        var metrics = during.Services.GetRequiredService<EmbeddingMetrics>();
        await Eventually.IsSoAsync(() => Task.FromResult(endpoint.Requests.Any(request => request.Input.Length == 3)));
        var scores = await SemanticScoresAsync(during.As(user.UserId), Question);
        Assert.True(scores[Near] > scores[Far], Show(scores));
        Assert.Equal(3, metrics.Waiting);

        never.SetResult();
        await WaitUntilEmbeddedAsync(during);
        Assert.Equal(0, await CountEmbeddedAsync(during));
    }

    [Fact]
    public async Task A_text_in_another_language_keeps_the_vector_of_its_words_alone()
    {
        var service = await StartAsync();
        var user = await WriteAsync(service, Near, "Ich habe seit Montag Fieber und Halsschmerzen.");
        await service.DigestAsync();
        await WaitUntilEmbeddedAsync(service);

        var vectors = await ReadVectorsAsync(service);
        Assert.Single(vectors, vector => Array.TrueForAll(vector, number => number == 0));
        Assert.Single(vectors, vector => Array.Exists(vector, number => number != 0));
        Assert.Contains("Ich habe seit Montag Fieber und Halsschmerzen.", (await SemanticScoresAsync(user, "Fieber")).Keys);
    }

    [Fact]
    public async Task A_redaction_removes_the_vector_and_an_erasure_all_of_them()
    {
        var service = await StartAsync();
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        await user.WriteMessageAsync(session, JsonSerializer.Serialize(new { role = "user", content = Near }));
        await user.WriteMessageAsync(session, JsonSerializer.Serialize(new { role = "user", content = Far }));
        await service.DigestAsync();
        await WaitUntilEmbeddedAsync(service);

        (await user.DeleteAsync($"{session}/messages/1")).Is(200);

        var vectors = Assert.Single(await ReadVectorsAsync(service));
        Assert.Equal(new byte[SentenceModel.Dimensions], vectors[..SentenceModel.Dimensions]);
        Assert.Contains(vectors[SentenceModel.Dimensions..], number => number != 0);
        Assert.DoesNotContain(Near, (await SemanticScoresAsync(user, Question)).Keys);

        (await user.DeleteAsync($"/api/v1/users/{user.UserId}/data")).Is(200);
        Assert.Empty(await ReadVectorsAsync(service));
    }

    [Fact]
    public async Task Without_the_files_of_the_model_the_vectors_of_words_serve_and_the_log_says_so_once()
    {
        var nowhere = Directory.CreateTempSubdirectory();
        var service = await StartAsync(null, ("Embeddings:LocalDirectory", nowhere.FullName));
        var user = await WriteAsync(service, Near, Far);
        await service.DigestAsync();

        var scores = await SemanticScoresAsync(user, Question);

        nowhere.Delete();
        Assert.True(scores[Near] < scores[Far], Show(scores));
        Assert.Single(service.Logs.Entries, entry => entry.Everything.Contains("The sentence model is not beside the program", StringComparison.Ordinal));
        var check = (await service.AsNobody().GetAsync("/health/detailed")).Is(200).GetProperty("checks").GetProperty("embeddings");
        Assert.Equal("The embedded model.", check.Text("description"));
    }

    [Fact]
    public async Task With_a_damaged_file_too_and_every_question_is_answered()
    {
        var directory = Directory.CreateTempSubdirectory();
        await File.WriteAllTextAsync(Path.Combine(directory.FullName, "sentence-model.onnx"), "no model");
        File.Copy(
            Path.Combine(AppContext.BaseDirectory, "sentence-model.vocabulary.txt"),
            Path.Combine(directory.FullName, "sentence-model.vocabulary.txt"));
        var service = await StartAsync(null, ("Embeddings:LocalDirectory", directory.FullName));
        var user = await WriteAsync(service, Near, Far);
        await service.DigestAsync();

        await SemanticScoresAsync(user, Question);
        var scores = await SemanticScoresAsync(user, Question);

        directory.Delete(recursive: true);
        Assert.True(scores[Near] < scores[Far], Show(scores));
        Assert.Single(service.Logs.Entries, entry => entry.Everything.Contains("The sentence model cannot be loaded", StringComparison.Ordinal));
    }

    private async Task<ApiFixture> StartAsync(string? connectionString = null, params (string Name, string Value)[] settings)
    {
        var service = new Fixture(connectionString, settings);
        _services.Add(service);
        await service.InitializeAsync();
        return service;
    }

    private async Task<ApiFixture> RestartAsync(ApiFixture before, params (string Name, string Value)[] settings)
    {
        await before.DisposeAsync();
        _services.Remove(before);
        return await StartAsync(before.ConnectionString, settings);
    }

    // A session for each, so that no one lends to another.
    private static async Task<ApiClient> WriteAsync(ApiFixture service, params string[] contents)
    {
        var user = service.AsNewUser();
        foreach (var content in contents)
        {
            await user.WriteMessageAsync(await user.StartSessionAsync(), JsonSerializer.Serialize(new { role = "user", content }));
        }

        return user;
    }

    private static Task WaitUntilEmbeddedAsync(ApiFixture service)
    {
        var metrics = service.Services.GetRequiredService<EmbeddingMetrics>();
        var before = metrics.Looked;
        return Eventually.IsSoAsync(() => Task.FromResult(metrics.Looked > before + 1 && metrics.Waiting == 0));
    }

    private static async Task<Dictionary<string, double>> SemanticScoresAsync(ApiClient user, string query)
    {
        var answer = (await user.PostAsync($"{UserMemoriesEndpointTests.PathOf(user)}/search", JsonSerializer.Serialize(new { query }))).Is(200);
        Assert.False(answer.GetProperty("degraded").GetBoolean());
        return answer.Items("results").ToDictionary(
            result => result.Text("content"), result => result.GetProperty("semantic_score").GetDouble(), StringComparer.Ordinal);
    }

    private static async Task<long> CountEmbeddedAsync(ApiFixture service)
    {
        await using var database = NpgsqlDataSource.Create(service.ConnectionString);
        await using var command = database.CreateCommand(
            $"SELECT coalesce(sum(model_count), 0) FROM dev.message_vectors WHERE model = '{EmbeddingModel.OfSentences.Key}'");
        return (long)(await command.ExecuteScalarAsync())!;
    }

    private static async Task<List<byte[]>> ReadVectorsAsync(
        ApiFixture service, string vectors = "model_vectors FROM dev.message_vectors ORDER BY session_id, block")
    {
        await using var database = NpgsqlDataSource.Create(service.ConnectionString);
        await using var command = database.CreateCommand($"SELECT {vectors}");
        await using var reader = await command.ExecuteReaderAsync();
        var read = new List<byte[]>();
        while (await reader.ReadAsync())
        {
            read.Add(reader.GetFieldValue<byte[]>(0));
        }

        return read;
    }

    private static string Show(Dictionary<string, double> scores) => string.Join("; ", scores);

    private sealed class Fixture(string? connectionString, (string Name, string Value)[] settings) : ApiFixture
    {
        protected override IEnumerable<KeyValuePair<string, string>> Settings =>
        [
            .. DigestByHand.Settings,
            new("Embeddings:Local", "minilm"),
            new("Embeddings:LocalShare", "1"),
            new("Embeddings:Every", "00:00:00.050"),
            .. settings.Select(setting => KeyValuePair.Create(setting.Name, setting.Value)),
        ];

        protected override Task<string> PrepareDatabaseAsync() =>
            connectionString is null ? base.PrepareDatabaseAsync() : Task.FromResult(connectionString);
    }
}
