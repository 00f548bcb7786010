using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.WebUtilities;
using SessionService.IntegrationTests.Gateway;
using SessionService.IntegrationTests.Hosting;

namespace SessionService.IntegrationTests.OpenApi;

/// <summary>The examples of the OpenAPI document: they are what people try first.</summary>
public sealed class OpenApiExampleTests(ApiFixture service) : IClassFixture<ApiFixture>
{
    [Fact]
    public async Task Every_problem_has_examples_of_its_own_kind()
    {
        var codes = await File.ReadAllTextAsync(Path.Combine(GatewayProcess.FileOf("Repository"), "docs", "api.md"));

        foreach (var operation in (await service.DocumentAsync()).Operations())
        {
            foreach (var response in operation.Responses)
            {
                if (!response.Value.TryGetProperty("content", out var content)
                    || !content.TryGetProperty("application/problem+json", out var problem))
                {
                    continue;
                }

                var name = $"{operation.Name} {response.Name}";
                Assert.True(problem.TryGetProperty("examples", out var examples), $"{name} has no example (ProblemExamples).");
                Assert.All(examples.EnumerateObject(), example =>
                {
                    var value = example.Value.GetProperty("value");
                    Assert.Equal(example.Name, value.Text("code"));
                    Assert.Equal($"urn:session-service:problem:{example.Name}", value.Text("type"));
                    Assert.Equal(response.Name, $"{value.GetProperty("status").GetInt32()}");
                    Assert.Equal(ReasonPhrases.GetReasonPhrase(value.GetProperty("status").GetInt32()), value.Text("title"));
                    Assert.True(IsFilled(operation.Path, value.Text("instance")), name);
                    Assert.Contains($"`{example.Name}`", codes, StringComparison.Ordinal);
                });
            }
        }
    }

    [Theory]
    [InlineData("GET /api/v1/sessions/{session_id}/memory", "404", "session_not_found", "memory_not_found")]
    [InlineData("POST /api/v1/sessions", "409", "session_id_taken", "idempotency_key_reused")]
    [InlineData("PUT /api/v1/sessions/{session_id}", "409", "status_change_not_allowed")]
    [InlineData("GET /api/v1/users/{user_id}/memories/{memory_id}", "404", "memory_not_found")]
    [InlineData("POST /api/v1/sessions/{session_id}/messages", "429", "rate_limit_exceeded")]
    public async Task The_examples_are_the_problems_that_the_operation_answers(string name, string status, params string[] codes)
    {
        var operation = (await service.DocumentAsync()).Operations().Single(operation => operation.Name == name);

        Assert.Equal(codes, operation.Json.GetProperty("responses").GetProperty(status).GetProperty("content")
            .GetProperty("application/problem+json").GetProperty("examples").EnumerateObject().Select(example => example.Name));
    }

    [Fact]
    public async Task A_body_to_try_names_no_user_so_that_it_is_taken_from_anybody()
    {
        var bodies = (await service.DocumentAsync()).Operations()
            .Where(operation => operation.Json.TryGetProperty("requestBody", out _))
            .Select(operation => (operation.Name, Content: operation.Json.GetProperty("requestBody").GetProperty("content")))
            .Where(body => body.Content.TryGetProperty("application/json", out var json) && json.TryGetProperty("example", out _))
            .ToDictionary(body => body.Name, body => body.Content.GetProperty("application/json").GetProperty("example"), StringComparer.Ordinal);
        var user = service.AsNewUser();

        var session = (await user.PostAsync("/api/v1/sessions", bodies["POST /api/v1/sessions"].GetRawText())).Is(201).Text("session_id");

        Assert.True(bodies.Count > 8);

        // The user of a copy is who gets it, and not who asks.
        Assert.True(bodies.Remove("POST /api/v1/sessions/{session_id}/copy"));
        Assert.All(bodies.Values, body => Assert.DoesNotContain(body.Everything(), found => found.At.EndsWith("user_id", StringComparison.Ordinal)));
        foreach (var (name, body) in bodies.Where(body => body.Key.StartsWith("POST /api/v1/sessions/{session_id}/me", StringComparison.Ordinal)
            && !body.Key.Contains("{sequence}", StringComparison.Ordinal)))
        {
            var answer = await user.PostAsync(name[5..].Replace("{session_id}", session, StringComparison.Ordinal), body.GetRawText());
            Assert.InRange(answer.Status, 200, 201);
        }
    }

    [Fact]
    public async Task The_examples_of_answers_tell_of_one_conversation()
    {
        var document = await service.DocumentAsync();
        var answers = document.Operations()
            .SelectMany(operation => operation.Responses.Where(response => response.Name.StartsWith('2')).Select(response => (operation.Name, response.Value)))
            .Where(answer => answer.Value.TryGetProperty("content", out var content) && content.TryGetProperty("application/json", out _))
            .Select(answer => (answer.Name, Sample: Sample(document, answer.Value.GetProperty("content").GetProperty("application/json").GetProperty("schema"))))
            .Where(answer => answer.Sample is JsonObject)
            .ToList();

        Assert.True(answers.Count > 30);
        foreach (var (name, sample) in answers)
        {
            var found = JsonSerializer.SerializeToElement(sample).Everything().ToList();
            AssertAll("session_id", "a87a9d6e-4137-4d41-8ab8-a13c4abcc83e");
            AssertAll("user_id", "test_user_123");
            var json = (JsonObject)sample!;
            if (json["total"] is { } total)
            {
                Assert.Equal(total.GetValue<int>(), Assert.Single(json.Select(member => member.Value).OfType<JsonArray>()).Count);
            }

            void AssertAll(string field, string expected) => Assert.All(
                found.Where(one => one.At.EndsWith($"/{field}", StringComparison.Ordinal) && one.Json.ValueKind == JsonValueKind.String),
                one => Assert.True(one.Json.GetString() == expected, $"{name} {one.At}: {one.Json}"));
        }

        var message = answers.Single(answer => answer.Name == "POST /api/v1/sessions/{session_id}/messages").Sample!;
        var batch = (JsonArray)answers.Single(answer => answer.Name.EndsWith("messages/batch", StringComparison.Ordinal)).Sample!["messages"]!;
        var session = answers.Single(answer => answer.Name == "GET /api/v1/sessions/{session_id}").Sample!;
        Assert.Equal(1, message["sequence"]!.GetValue<int>());
        Assert.Equal(message["message_id"]!.GetValue<string>(), batch[0]!["message_id"]!.GetValue<string>());
        Assert.Equal(session["message_count"]!.GetValue<int>(), batch.Count);
        Assert.Equal(session["total_tokens"]!.GetValue<int>(), batch.Sum(one => one!["tokens_used"]!.GetValue<int>()));
        Assert.Equal(session["total_cost"]!.GetValue<decimal>(), batch.Sum(one => one!["cost_usd"]!.GetValue<decimal>()));
    }

    private static bool IsFilled(string template, string path)
    {
        var parts = template.Split('/').Zip(path.Split('/')).ToList();
        return template.Count('/') == path.Count('/')
            && !path.Contains('{', StringComparison.Ordinal)
            && parts.All(part => part.First.StartsWith('{') || part.First == part.Second);
    }

    /// <summary>The example that Swagger UI shows: of the schema, or else made of those of its fields.</summary>
    private static JsonNode? Sample(JsonElement document, JsonElement schema)
    {
        if (schema.TryGetProperty("example", out var example))
        {
            return JsonNode.Parse(example.GetRawText());
        }

        var resolved = document.Resolve(schema);
        if (resolved.TryGetProperty("properties", out var properties))
        {
            return new JsonObject(properties.EnumerateObject().Select(field => KeyValuePair.Create(field.Name, Sample(document, field.Value))));
        }

        return resolved.IsOfType("array") ? new JsonArray(Sample(document, resolved.GetProperty("items"))) : null;
    }
}
