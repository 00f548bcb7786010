using SessionService.IntegrationTests.Hosting;
using SessionService.IntegrationTests.OpenApi;

namespace SessionService.IntegrationTests.Keys;

/// <summary>For whom a key acts.</summary>
public sealed class KeyCallerTests(KeysFixture service) : IClassFixture<KeysFixture>
{
    private const string Sessions = "/api/v1/sessions";
    private const string Marker = "m4rker-of-the-victim";

    [Fact]
    public async Task A_users_key_names_the_caller()
    {
        var user = KeysFixture.NewUser();
        var key = await service.KeyOfAsync(user);

        var session = (await service.SendAsync(key, HttpMethod.Post, Sessions, "{}")).Is(201);

        Assert.Equal(user, session.Text("user_id"));
        (await service.GetAsync(key, PathOf(session.Text("session_id")))).Is(200);
        Assert.Equal(1, (await service.GetAsync(key, $"/api/v1/users/{user}/sessions")).Is(200).Number("total"));
        (await service.GetAsync(key, $"{Sessions}?user_id={user}", header: user)).Is(200);
        (await service.GetAsync(await service.KeyOfAsync(KeysFixture.NewUser()), PathOf(session.Text("session_id")))).IsProblem(404, "session_not_found");
    }

    [Fact]
    public async Task A_users_key_acts_for_nobody_else_however_they_are_named()
    {
        var (ann, bob) = (KeysFixture.NewUser(), KeysFixture.NewUser());
        var key = await service.KeyOfAsync(ann);

        Answer[] answers =
        [
            await service.GetAsync(key, Sessions, header: bob),
            await service.GetAsync(key, $"{Sessions}?user_id={bob}"),
            await service.GetAsync(key, $"{Sessions}/stats", header: bob),
            await service.SendAsync(key, HttpMethod.Post, Sessions, "{}", header: bob),
            await service.SendAsync(key, HttpMethod.Post, Sessions, $$"""{"user_id":"{{bob}}"}"""),
            await service.GetAsync(key, $"/api/v1/users/{bob}/sessions"),
            await service.GetAsync(key, $"/api/v1/users/{bob}/sessions", header: bob),
            await service.SendAsync(key, HttpMethod.Delete, $"/api/v1/users/{bob}/data"),
        ];

        Assert.All(answers, answer => answer.IsProblem(403, "user_mismatch"));
        (await service.GetAsync(key, $"{Sessions}?user_id={ann}", header: bob)).IsInvalid("user_id");
        (await service.GetAsync(key, Sessions, header: new string('x', 300))).IsInvalid("user_id");
    }

    [Theory]
    [InlineData(null)]
    [InlineData("header")]
    [InlineData("query")]
    public async Task No_route_tells_or_changes_anything_of_another_users_for_a_users_key(string? named)
    {
        var (victim, thief) = (KeysFixture.NewUser(), KeysFixture.NewUser());
        var (own, stolen) = (await service.KeyOfAsync(victim), await service.KeyOfAsync(thief));
        var session = (await service.SendAsync(own, HttpMethod.Post, Sessions, $$"""{"title":"{{Marker}}"}""")).Is(201).Text("session_id");
        (await service.SendAsync(own, HttpMethod.Post, $"{PathOf(session)}/messages", $$"""{"role":"user","content":"{{Marker}}"}""")).Is(201);
        (await service.SendAsync(own, HttpMethod.Post, $"{PathOf(session)}/memory", $$"""{"content":"{{Marker}}"}""")).Is(201);
        var memory = (await service.SendAsync(own, HttpMethod.Post, $"/api/v1/users/{victim}/memories", $$"""{"content":"{{Marker}}"}""")).Is(201);
        var attachment = (await service.SendAsync(own, HttpMethod.Post, $"/api/v1/users/{victim}/attachments", $"\"{Marker}\"")).Is(201);
        var before = await EverythingAsync(own, victim, session);

        var routes = (await service.DocumentAsync()).Operations().Where(operation => !operation.IsHealth).ToList();
        foreach (var route in routes)
        {
            var path = route.Path
                .Replace("{session_id}", session, StringComparison.Ordinal)
                .Replace("{memory_id}", memory.Text("memory_id"), StringComparison.Ordinal)
                .Replace("{attachment_id}", attachment.Text("attachment_id"), StringComparison.Ordinal)
                .Replace("{key_id}", $"{Guid.NewGuid()}", StringComparison.Ordinal)
                .Replace("{webhook_id}", $"{Guid.NewGuid()}", StringComparison.Ordinal)
                .Replace("{delivery_id}", $"{Guid.NewGuid()}", StringComparison.Ordinal)
                .Replace("{sequence}", "1", StringComparison.Ordinal)
                .Replace("{branch_id}", "1", StringComparison.Ordinal)
                .Replace("{name}", "rating", StringComparison.Ordinal)
                .Replace("{conversation_id}", $"conv_{Guid.Parse(session):N}", StringComparison.Ordinal)
                .Replace("{item_id}", "rs_1", StringComparison.Ordinal)
                .Replace("{user_id}", victim, StringComparison.Ordinal);
            var answer = await service.SendAsync(
                stolen,
                HttpMethod.Parse(route.Method),
                named == "query" ? $"{path}?q=a&user_id={victim}".Replace(path.EndsWith("/search", StringComparison.Ordinal) ? "~" : "q=a&", "", StringComparison.Ordinal) : path,
                BodyOf(route),
                named == "header" ? victim : null);

            Assert.DoesNotContain(Marker, answer.Text, StringComparison.Ordinal);
            Assert.False(answer.Status is 401 or >= 500, $"{route.Name}: {answer.Text}");
            if (named is not null || route.Path.StartsWith("/api/v1/users/", StringComparison.Ordinal))
            {
                // What is not valid is told first, as to everybody.
                var isInvalid = answer.Status == (route.Path.StartsWith("/v1/", StringComparison.Ordinal) ? 400 : 422);
                Assert.True(answer.Status is 403 or 415 || isInvalid, $"{route.Name}: {answer.Status} {answer.Text}");
            }
            else if (route.Path.Contains("{conversation_id}", StringComparison.Ordinal))
            {
                Assert.True(answer.Status is 404 or 400, $"{route.Name}: {answer.Status} {answer.Text}");
            }
            else if (route.Path.Contains("{session_id}", StringComparison.Ordinal))
            {
                // Whom a copy is for is looked at before the session.
                var isCopy = route.Path.EndsWith("/copy", StringComparison.Ordinal);
                Assert.True(isCopy ? answer.Status is 403 : answer.Status is 404 or 422, $"{route.Name}: {answer.Status} {answer.Text}");
            }
        }

        Assert.True(routes.Count > 30);
        Assert.Equal(before, await EverythingAsync(own, victim, session));
    }

    [Fact]
    public async Task A_services_key_acts_for_the_user_whom_it_names_and_must_name_one()
    {
        var user = KeysFixture.NewUser();
        var key = await service.KeyOfAsync(user: null);

        var session = (await service.SendAsync(key, HttpMethod.Post, Sessions, "{}", header: user)).Is(201);

        Assert.Equal(user, session.Text("user_id"));
        var path = PathOf(session.Text("session_id"));
        (await service.GetAsync(key, path, header: user)).Is(200);
        (await service.GetAsync(await service.KeyOfAsync(user), path)).Is(200);
        (await service.GetAsync(key, path, header: KeysFixture.NewUser())).IsProblem(404, "session_not_found");
        (await service.GetAsync(key, path)).IsInvalid("user_id");
        (await service.GetAsync(key, Sessions)).IsInvalid("user_id");
        (await service.GetAsync(key, $"/api/v1/users/{user}/sessions")).Is(200);
        (await service.GetAsync(key, $"/api/v1/users/{user}/sessions", header: KeysFixture.NewUser())).IsProblem(403, "user_mismatch");
        (await service.GetAsync(key, $"{Sessions}/stats")).Is(200);
    }

    [Fact]
    public async Task The_document_asks_for_a_key_wherever_one_is_needed_and_has_the_routes_of_keys()
    {
        var document = await service.DocumentAsync();

        var scheme = document.GetProperty("components").GetProperty("securitySchemes").GetProperty("key");
        Assert.Equal(("http", "bearer"), (scheme.Text("type"), scheme.Text("scheme")));
        Assert.All(document.Operations(), operation => Assert.Equal(
            !operation.IsHealth, operation.Json.Items("security").All(requirement => requirement.TryGetProperty("key", out _))));
        Assert.Equal(
            ["createKey", "getKey", "listKeys", "revokeKey"],
            document.Operations().Where(operation => operation.Json.Items("tags")[0].GetString() == "Keys").Select(operation => operation.Json.Text("operationId")).Order(StringComparer.Ordinal));
        Assert.DoesNotContain("persistAuthorization\":true", (await service.AsNobody().GetAsync("/swagger/index.js")).Text, StringComparison.Ordinal);
    }

    private static string PathOf(string session) => $"{Sessions}/{session}";

    private static string? BodyOf(OpenApiOperation route) =>
        !route.Json.TryGetProperty("requestBody", out var body) ? null
        : body.GetProperty("content").TryGetProperty("application/json", out var json) && json.TryGetProperty("example", out var example) ? example.GetRawText()
        : "{}";

    private async Task<string> EverythingAsync(string key, string user, string session)
    {
        var parts = new List<string>();
        foreach (var path in new[] { PathOf(session), $"{PathOf(session)}/messages", $"{PathOf(session)}/memory", $"/api/v1/users/{user}/memories", $"/api/v1/users/{user}/sessions" })
        {
            parts.Add((await service.GetAsync(key, path)).Is(200).GetRawText());
        }

        return string.Join('\n', parts);
    }
}
