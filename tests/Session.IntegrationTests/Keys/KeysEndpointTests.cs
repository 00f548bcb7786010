using SessionService.Domain.Keys;
using SessionService.IntegrationTests.Databases;
using SessionService.IntegrationTests.Hosting;

namespace SessionService.IntegrationTests.Keys;

public sealed class KeysEndpointTests(KeysFixture service) : IClassFixture<KeysFixture>
{
    private const string Keys = "/api/v1/keys";
    private const string Sessions = "/api/v1/sessions";

    [Fact]
    public async Task A_key_is_told_once_and_stored_as_a_hash()
    {
        var admin = await service.KeyOfAsync(user: null);
        var user = KeysFixture.NewUser();

        var answer = await service.SendAsync(admin, HttpMethod.Post, Keys, $$"""{"user_id":" {{user}} ","name":"laptop","expires_at":"2999-01-01T00:00:00Z"}""");

        var created = answer.Is(201);
        var (id, text) = (created.Text("key_id"), created.Text("key"));
        Assert.Equal($"{Keys}/{id}", answer.Headers["Location"]);
        Assert.Equal("no-store", answer.Headers["Cache-Control"]);
        Assert.Matches("^sk-[0-9a-f]{32}-[A-Za-z0-9_-]{48}$", text);
        Assert.StartsWith($"sk-{id.Replace("-", "", StringComparison.Ordinal)}-", text, StringComparison.Ordinal);
        Assert.Equal((user, "laptop", "2999-01-01T00:00:00.000000Z"), (created.Text("user_id"), created.Text("name"), created.Text("expires_at")));
        Assert.False(created.GetProperty("service").GetBoolean());
        (await service.GetAsync(text, Sessions)).Is(200);

        var shown = (await service.GetAsync(admin, $"{Keys}/{id}")).Is(200);
        Assert.False(shown.TryGetProperty("key", out _));
        Assert.Equal(id, Assert.Single((await service.GetAsync(admin, $"{Keys}?user_id={user}")).Is(200).Items("keys")).Text("key_id"));
        await using var database = new TestDatabase(service.ConnectionString);
        var rows = string.Concat(await database.QueryAsync("SELECT k::text FROM dev.api_keys AS k"));
        Assert.DoesNotContain(text[36..], rows, StringComparison.Ordinal);
        Assert.Equal(["32"], await database.QueryAsync($"SELECT octet_length(secret_hash) FROM dev.api_keys WHERE key_id = '{id}'"));
    }

    [Fact]
    public async Task Services_keys_are_made_too_and_keys_are_listed_in_pages_newest_first()
    {
        var admin = await service.KeyOfAsync(user: null);
        var user = KeysFixture.NewUser();
        var ids = new List<string>();
        for (var i = 0; i < 3; i++)
        {
            ids.Add((await service.SendAsync(admin, HttpMethod.Post, Keys, $$"""{"user_id":"{{user}}"}""")).Is(201).Text("key_id"));
        }

        var other = (await service.SendAsync(admin, HttpMethod.Post, Keys, """{"service":true}""")).Is(201);

        ids.Reverse();
        var first = (await service.GetAsync(admin, $"{Keys}?user_id={user}&page_size=2")).Is(200);
        var second = (await service.GetAsync(admin, $"{Keys}?user_id={user}&page_size=2&page=2")).Is(200);
        Assert.Equal(ids, first.Items("keys").Concat(second.Items("keys")).Select(key => key.Text("key_id")));
        Assert.Equal((3, 3), (first.Number("total"), second.Number("total")));
        Assert.Empty((await service.GetAsync(admin, $"{Keys}?page={int.MaxValue}&page_size=100")).Is(200).Items("keys"));
        Assert.Equal(other.Text("key_id"), (await service.GetAsync(admin, $"{Keys}?page_size=1")).Is(200).Items("keys")[0].Text("key_id"));
        Assert.True(other.GetProperty("service").GetBoolean());
        Assert.Null(other.GetProperty("user_id").GetString());
        (await service.GetAsync(other.Text("key"), Keys)).Is(200);
    }

    [Fact]
    public async Task A_revoked_key_is_refused_at_once_where_it_was_revoked_and_stays_revoked()
    {
        var admin = await service.KeyOfAsync(user: null);
        var key = await service.CreateKeyAsync(KeysFixture.NewUser());
        (await service.GetAsync(key.Key, Sessions)).Is(200);

        var revoked = (await service.SendAsync(admin, HttpMethod.Delete, $"{Keys}/{key.KeyId}")).Is(200);

        (await service.GetAsync(key.Key, Sessions)).IsProblem(401, "invalid_api_key");
        var again = (await service.SendAsync(admin, HttpMethod.Delete, $"{Keys}/{key.KeyId}")).Is(200);
        Assert.NotNull(revoked.GetProperty("revoked_at").GetString());
        Assert.Equal(revoked.Text("revoked_at"), again.Text("revoked_at"));
        (await service.SendAsync(admin, HttpMethod.Delete, $"{Keys}/{Guid.NewGuid()}")).IsProblem(404, "key_not_found");
        (await service.GetAsync(admin, $"{Keys}/{Guid.NewGuid()}")).IsProblem(404, "key_not_found");
    }

    [Fact]
    public async Task A_users_key_manages_no_keys()
    {
        var key = await service.CreateKeyAsync(KeysFixture.NewUser());

        Answer[] answers =
        [
            await service.GetAsync(key.Key, Keys),
            await service.GetAsync(key.Key, $"{Keys}?user_id={key.UserId}"),
            await service.GetAsync(key.Key, $"{Keys}/{key.KeyId}"),
            await service.SendAsync(key.Key, HttpMethod.Post, Keys, $$"""{"user_id":"{{key.UserId}}"}"""),
            await service.SendAsync(key.Key, HttpMethod.Post, Keys, """{"service":true}"""),
            await service.SendAsync(key.Key, HttpMethod.Delete, $"{Keys}/{key.KeyId}"),
        ];

        Assert.All(answers, answer => answer.IsProblem(403, "service_key_required"));
        (await service.GetAsync(key.Key, Sessions)).Is(200);
    }

    [Theory]
    [InlineData("{}", "service")]
    [InlineData("""{"service":false}""", "service")]
    [InlineData("""{"service":true,"user_id":"ann"}""", "service")]
    [InlineData("""{"user_id":" "}""", "user_id")]
    [InlineData("""{"user_id":"ann","name":" "}""", "name")]
    [InlineData("""{"user_id":"ann","name":"a\u001b[2Jb"}""", "name")]
    [InlineData("""{"user_id":"ann","expires_at":"2020-01-01T00:00:00Z"}""", "expires_at")]
    [InlineData("""{"user_id":1,"service":"yes"}""", "user_id", "service")]
    public async Task An_invalid_key_is_refused(string body, params string[] fields)
    {
        var admin = await service.KeyOfAsync(user: null);

        (await service.SendAsync(admin, HttpMethod.Post, Keys, body)).IsInvalid(fields);
    }

    [Fact]
    public async Task An_idempotency_key_is_refused_because_the_text_is_told_once()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, Keys)
        {
            Content = new StringContent("""{"service":true}""", System.Text.Encoding.UTF8, "application/json"),
            Headers = { { "Authorization", $"Bearer {await service.KeyOfAsync(user: null)}" }, { "Idempotency-Key", "once" } },
        };

        (await service.AsNobody().SendAsync(request)).IsInvalid("idempotency_key");
    }

    [Fact]
    public async Task An_erasure_removes_the_keys_of_the_user_and_no_others()
    {
        var (ann, bob) = (KeysFixture.NewUser(), KeysFixture.NewUser());
        var (own, other, admin) = (await service.KeyOfAsync(ann), await service.KeyOfAsync(bob), await service.KeyOfAsync(user: null));

        var receipt = (await service.SendAsync(own, HttpMethod.Delete, $"/api/v1/users/{ann}/data")).Is(200);

        Assert.Equal(1, receipt.GetProperty("rows").Number("api_keys"));
        await Eventually.IsSoAsync(async () => (await service.GetAsync(own, Sessions)).Status == 401);
        (await service.GetAsync(other, Sessions)).Is(200);
        Assert.Equal(0, (await service.GetAsync(admin, $"{Keys}?user_id={ann}")).Is(200).Number("total"));
    }

    [Fact]
    public async Task The_last_use_is_written_once_in_a_while_and_only_of_keys_that_were_accepted()
    {
        var admin = await service.KeyOfAsync(user: null);
        var (used, guessed) = (await service.CreateKeyAsync(KeysFixture.NewUser()), await service.CreateKeyAsync(KeysFixture.NewUser()));

        (await service.GetAsync(used.Key, Sessions)).Is(200);
        (await service.GetAsync(KeyText.Of(guessed.KeyId, KeyText.NewSecret()), Sessions)).IsProblem(401, "invalid_api_key");

        await Eventually.IsSoAsync(async () =>
            (await service.GetAsync(admin, $"{Keys}/{used.KeyId}")).Is(200).GetProperty("last_used_at").GetString() is not null);
        Assert.Null((await service.GetAsync(admin, $"{Keys}/{guessed.KeyId}")).Is(200).GetProperty("last_used_at").GetString());
    }
}

public sealed class NoKeysTests(ApiFixture service) : IClassFixture<ApiFixture>
{
    [Fact]
    public async Task In_the_other_modes_the_routes_do_not_exist_and_a_key_is_nothing()
    {
        var user = service.AsNewUser();

        (await user.GetAsync("/api/v1/keys")).IsProblem(404, "route_not_found");
        (await user.PostAsync("/api/v1/keys", """{"service":true}""")).IsProblem(404, "route_not_found");
        Assert.DoesNotContain(
            (await service.DocumentAsync()).GetProperty("paths").EnumerateObject(), path => path.Name.Contains("keys", StringComparison.Ordinal));
    }
}
