using System.Text.Json.Nodes;
using SessionService.IntegrationTests.Hosting;

namespace SessionService.IntegrationTests.Identity;

/// <summary>A service that takes tokens signed with a shared key.</summary>
public sealed class SharedKeyFixture : ApiFixture
{
    public const string Key = "the key that issuer and service share, long enough for any algorithm of its kind";

    protected override IEnumerable<KeyValuePair<string, string>> Settings =>
    [
        KeyValuePair.Create("Identity:Mode", "Jwt"),
        KeyValuePair.Create("Identity:Jwt:SigningKey", Key),
        KeyValuePair.Create("Identity:Jwt:Issuer", Tokens.Issuer),
        KeyValuePair.Create("Identity:Jwt:Audience", Tokens.Audience),
    ];

    public static string Token(string? user, Action<JsonObject>? change = null)
    {
        var claims = Tokens.Claims(user);
        change?.Invoke(claims);
        return Tokens.Shared(claims, Key);
    }
}

public sealed class SharedKeyTests(SharedKeyFixture service) : IClassFixture<SharedKeyFixture>
{
    private const string Sessions = "/api/v1/sessions";

    private const string Service = "orders-service";

    [Fact]
    public async Task The_token_names_the_caller()
    {
        var user = NewUser();
        var token = SharedKeyFixture.Token(user);

        var session = (await SendAsync(token, HttpMethod.Post, Sessions, "{}")).Is(201);

        Assert.Equal(user, session.Text("user_id"));
        (await SendAsync(token, HttpMethod.Get, PathOf(session.Text("session_id")))).Is(200);
        Assert.Equal(1, (await SendAsync(token, HttpMethod.Get, $"/api/v1/users/{user}/sessions")).Is(200).Number("total"));
        (await SendAsync(SharedKeyFixture.Token(NewUser()), HttpMethod.Get, PathOf(session.Text("session_id")))).IsProblem(404, "session_not_found");
    }

    [Theory]
    [InlineData("2025-01-01")]
    [InlineData("2025-01-01T00:00:00+02:00")]
    [InlineData("007")]
    [InlineData("true")]
    public async Task A_users_id_is_taken_as_it_stands_whatever_it_looks_like(string user)
    {
        var session = (await SendAsync(SharedKeyFixture.Token(user), HttpMethod.Post, Sessions, "{}")).Is(201);

        Assert.Equal(user, session.Text("user_id"));
    }

    [Fact]
    public async Task Header_and_query_name_nobody_beside_a_users_token()
    {
        var (ann, bob) = (NewUser(), NewUser());
        var session = (await SendAsync(SharedKeyFixture.Token(ann), HttpMethod.Post, Sessions, "{}")).Is(201).Text("session_id");
        var forger = SharedKeyFixture.Token(bob);

        Answer[] answers =
        [
            await SendAsync(forger, HttpMethod.Get, PathOf(session), header: ann),
            await SendAsync(forger, HttpMethod.Get, $"{PathOf(session)}?user_id={ann}"),
            await SendAsync(forger, HttpMethod.Delete, $"{PathOf(session)}?user_id={ann}", header: ann),
            await SendAsync(forger, HttpMethod.Post, $"{PathOf(session)}/messages", """{"role":"user","content":"Hello"}""", header: ann),
        ];

        Assert.All(answers, answer => answer.IsProblem(404, "session_not_found"));
        var own = (await SendAsync(forger, HttpMethod.Post, Sessions, "{}", header: ann)).Is(201);
        Assert.Equal(bob, own.Text("user_id"));
        (await SendAsync(forger, HttpMethod.Get, $"{Sessions}?user_id={ann}&user_id={bob}", header: new string('x', 300))).Is(200);
    }

    [Fact]
    public async Task Body_and_path_must_name_the_tokens_user_or_nobody()
    {
        var (ann, bob) = (NewUser(), NewUser());
        var token = SharedKeyFixture.Token(ann);

        (await SendAsync(token, HttpMethod.Get, $"/api/v1/users/{bob}/sessions", header: bob)).IsProblem(403, "user_mismatch");
        (await SendAsync(token, HttpMethod.Post, Sessions, $$"""{"user_id":"{{bob}}"}""", header: bob)).IsProblem(403, "user_mismatch");
        (await SendAsync(token, HttpMethod.Post, Sessions, $$"""{"user_id":"{{ann}}"}""")).Is(201);
    }

    [Fact]
    public async Task Without_a_token_only_health_and_the_document_answer()
    {
        Answer[] refused =
        [
            await SendAsync(token: null, HttpMethod.Get, Sessions, header: NewUser()),
            await SendAsync(token: null, HttpMethod.Get, $"{Sessions}?user_id={NewUser()}"),
            await SendAsync(token: null, HttpMethod.Post, Sessions, "{}", header: NewUser()),
            await SendAsync(token: null, HttpMethod.Post, Sessions, "{"),
            await SendAsync(token: null, HttpMethod.Get, $"{Sessions}/stats"),
            await SendAsync(token: null, HttpMethod.Get, "/api/v1/users/ann/sessions"),
            await SendAsync(token: null, HttpMethod.Get, "/nowhere"),
            await SendAsync(token: null, HttpMethod.Patch, Sessions, "{}"),
            await SendAsync(token: null, HttpMethod.Post, "/health", "{}"),
        ];

        Assert.All(refused, answer =>
        {
            answer.IsProblem(401, "authentication_required");
            Assert.Equal("Bearer realm=\"session-service\"", answer.Headers["WWW-Authenticate"]);
        });
        (await SendAsync(token: null, HttpMethod.Get, "/health")).Is(200);
        (await SendAsync(token: null, HttpMethod.Get, "/health/ready")).Is(200);
        (await SendAsync("garbage", HttpMethod.Get, "/health/live")).Is(200);
        Assert.Equal(200, (await SendAsync(token: null, HttpMethod.Get, "/swagger/index.html")).Status);
        Assert.Equal(200, (await SendAsync(token: null, HttpMethod.Get, "/swagger/v1/swagger.json")).Status);
        (await SendAsync(SharedKeyFixture.Token(NewUser()), HttpMethod.Get, $"{Sessions}/stats")).Is(200);
        (await SendAsync(SharedKeyFixture.Token(NewUser()), HttpMethod.Get, "/nowhere")).IsProblem(404, "route_not_found");
    }

    public static TheoryData<string, string> FalseTokens()
    {
        var good = SharedKeyFixture.Token("ann");
        var parts = good.Split('.');
        // The tokens are made when the tests are found, which may be long before the test of one runs.
        var tomorrow = DateTimeOffset.UtcNow.AddDays(1).ToUnixTimeSeconds();
        return new TheoryData<string, string>
        {
            { "alg none", Tokens.Unsigned(Tokens.Claims("ann"), "none") },
            { "alg None", Tokens.Unsigned(Tokens.Claims("ann"), "None") },
            { "alg none, signature of a good one", $"{Tokens.Unsigned(Tokens.Claims("ann"), "none")}{parts[2]}" },
            { "no signature", Tokens.Unsigned(Tokens.Claims("ann"), "HS256") },
            { "another key", Tokens.Shared(Tokens.Claims("ann"), new string('k', 40)) },
            { "an algorithm that is not allowed", Tokens.Shared(Tokens.Claims("ann"), SharedKeyFixture.Key, "HS384") },
            { "a changed payload", $"{parts[0]}.{Tokens.Encode(System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(Tokens.Claims("bob")))}.{parts[2]}" },
            { "a cut signature", good[..^4] },
            { "wrong audience", SharedKeyFixture.Token("ann", claims => claims["aud"] = "others") },
            { "no audience", SharedKeyFixture.Token("ann", claims => claims.Remove("aud")) },
            { "wrong issuer", SharedKeyFixture.Token("ann", claims => claims["iss"] = "https://others.example.com") },
            { "the issuer with a slash", SharedKeyFixture.Token("ann", claims => claims["iss"] = $"{Tokens.Issuer}/") },
            { "no issuer", SharedKeyFixture.Token("ann", claims => claims.Remove("iss")) },
            { "not yet valid", SharedKeyFixture.Token("ann", claims => claims["nbf"] = tomorrow) },
            { "no expiry", SharedKeyFixture.Token("ann", claims => claims.Remove("exp")) },
            { "an expiry that is no number", SharedKeyFixture.Token("ann", claims => claims["exp"] = "never") },
            { "no user", SharedKeyFixture.Token("ann", claims => claims.Remove("sub")) },
            { "a user that is null", SharedKeyFixture.Token(user: null) },
            { "an empty user", SharedKeyFixture.Token("") },
            { "a blank user", SharedKeyFixture.Token(" \t") },
            { "a user with blanks around", SharedKeyFixture.Token(" ann") },
            { "a user of 256 characters", SharedKeyFixture.Token(new string('u', 256)) },
            { "a user whom no database stores", SharedKeyFixture.Token("a\0b") },
            { "a user with a line break", SharedKeyFixture.Token("a\r\nb") },
            { "a user with a tab", SharedKeyFixture.Token("a\tb") },
            { "a user with a control character", SharedKeyFixture.Token("a\u0085b") },
            { "several users", SharedKeyFixture.Token("ann", claims => claims["sub"] = new JsonArray("ann", "bob")) },
            { "a user that is an object", SharedKeyFixture.Token("ann", claims => claims["sub"] = new JsonObject { ["id"] = "ann" }) },
            { "a user that is a number", SharedKeyFixture.Token("ann", claims => claims["sub"] = 7) },
            { "critical headers", Tokens.Shared(Tokens.Claims("ann"), SharedKeyFixture.Key, header: new JsonObject { ["crit"] = new JsonArray("b64"), ["b64"] = false }) },
            { "one part", "garbage" },
            { "empty parts", ".." },
            { "five parts", $"{good}.a.b" },
            { "no base64", "§.§.§" },
            { "no JSON", $"{Tokens.Encode("{"u8)}.{parts[1]}.{parts[2]}" },
            { "twice", $"{good}, Bearer {good}" },
        };
    }

    [Theory]
    [MemberData(nameof(FalseTokens))]
    public async Task A_false_token_is_a_401_whoever_is_named_beside_it(string what, string token)
    {
        var user = NewUser();

        Answer[] answers =
        [
            await SendAsync(token, HttpMethod.Get, Sessions),
            await SendAsync(token, HttpMethod.Get, $"{Sessions}?user_id={user}", header: user),
            await SendAsync(token, HttpMethod.Get, $"{Sessions}/stats"),
        ];

        Assert.All(answers, answer =>
        {
            Assert.Equal("invalid_token", answer.IsProblem(401, "invalid_token").Text("code"));
            Assert.Equal("Bearer realm=\"session-service\", error=\"invalid_token\"", answer.Headers["WWW-Authenticate"]);
        });
        Assert.DoesNotContain(service.Logs.Entries, entry => entry.Everything.Contains(token, StringComparison.Ordinal) && what is not ("one part" or "empty parts"));
    }

    [Fact]
    public async Task An_expired_token_is_told_so()
    {
        var token = SharedKeyFixture.Token("ann", claims => claims["exp"] = DateTimeOffset.UtcNow.AddMinutes(-2).ToUnixTimeSeconds());

        var answer = await SendAsync(token, HttpMethod.Get, Sessions);

        answer.IsProblem(401, "invalid_token");
        Assert.Contains("error_description=\"expired\"", answer.Headers["WWW-Authenticate"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Clocks_may_differ_a_little()
    {
        var now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();

        (await SendAsync(SharedKeyFixture.Token("ann", claims => claims["exp"] = now - 5), HttpMethod.Get, Sessions)).Is(200);
        (await SendAsync(SharedKeyFixture.Token("ann", claims => claims["nbf"] = now + 15), HttpMethod.Get, Sessions)).Is(200);
    }

    [Theory]
    [InlineData("Basic YW5uOmFubg==")]
    [InlineData("Bearer")]
    [InlineData("Bearer ")]
    [InlineData("ann")]
    public async Task What_is_no_bearer_token_is_none(string authorization)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, Sessions);
        request.Headers.TryAddWithoutValidation("Authorization", authorization);

        (await service.As("ann").SendAsync(request)).IsProblem(401, "authentication_required");
    }

    [Theory]
    [InlineData("plain")]
    [InlineData("Größe 你好 😀")]
    [InlineData("2026-01-02T03:04:05Z")]
    [InlineData("12")]
    [InlineData("auth0|5f7c8ec7c33c6c004bbafe82")]
    public async Task A_tokens_user_is_opaque_text(string name)
    {
        // As it stands: a name that reads like a time or a number is still a name.
        var user = (await SendAsync(SharedKeyFixture.Token(name), HttpMethod.Post, Sessions, "{}")).Is(201).Text("user_id");

        Assert.Equal(name, user);
    }

    public static TheoryData<JsonNode> Scopes() => new()
    {
        JsonValue.Create("sessions:act-as-any"),
        JsonValue.Create("openid sessions:act-as-any profile"),
        new JsonArray("openid", "sessions:act-as-any"),
    };

    [Theory]
    [MemberData(nameof(Scopes))]
    public async Task A_service_with_the_scope_acts_for_whom_it_names(JsonNode scope)
    {
        var user = NewUser();
        var token = SharedKeyFixture.Token(Service, claims => claims["scope"] = scope.DeepClone());

        var session = (await SendAsync(token, HttpMethod.Post, Sessions, "{}", header: user)).Is(201);

        Assert.Equal(user, session.Text("user_id"));
        var path = PathOf(session.Text("session_id"));
        (await SendAsync(token, HttpMethod.Get, $"{path}?user_id={user}")).Is(200);
        (await SendAsync(SharedKeyFixture.Token(user), HttpMethod.Get, path)).Is(200);
        (await SendAsync(token, HttpMethod.Get, path, header: NewUser())).IsProblem(404, "session_not_found");
        (await SendAsync(token, HttpMethod.Get, $"{path}?user_id={user}", header: NewUser())).IsInvalid("user_id");
        (await SendAsync(token, HttpMethod.Get, path)).IsInvalid("user_id");
        (await SendAsync(token, HttpMethod.Get, $"/api/v1/users/{user}/sessions")).Is(200);
    }

    [Theory]
    [InlineData("scope", "sessions:act-as-any-other")]
    [InlineData("scope", "SESSIONS:ACT-AS-ANY")]
    [InlineData("scope", "")]
    [InlineData("roles", "sessions:act-as-any")]
    [InlineData("Scope", "sessions:act-as-any")]
    public async Task Another_scope_is_none(string claim, string scope)
    {
        var user = NewUser();
        var token = SharedKeyFixture.Token(Service, claims => claims[claim] = scope);

        var session = (await SendAsync(token, HttpMethod.Post, Sessions, "{}", header: user)).Is(201);

        Assert.Equal(Service, session.Text("user_id"));
    }

    [Fact]
    public async Task The_document_asks_for_a_token_wherever_one_is_needed()
    {
        var document = await service.DocumentAsync();

        Assert.Equal("bearer", document.GetProperty("components").GetProperty("securitySchemes").GetProperty("token").Text("scheme"));
        foreach (var path in document.GetProperty("paths").EnumerateObject())
        {
            Assert.All(path.Value.EnumerateObject(), operation => Assert.Equal(
                !path.Name.Contains("health", StringComparison.Ordinal),
                operation.Value.Items("security").All(requirement => requirement.TryGetProperty("token", out _))));
        }
    }

    private static string NewUser() => $"user-{Guid.NewGuid()}";

    private static string PathOf(string session) => $"{Sessions}/{session}";

    private async Task<Answer> SendAsync(string? token, HttpMethod method, string path, string? json = null, string? header = null)
    {
        using var request = new HttpRequestMessage(method, path);
        if (json is not null)
        {
            request.Content = new StringContent(json, System.Text.Encoding.UTF8, "application/json");
        }

        if (token is not null)
        {
            request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {token}");
        }

        return await service.As(header).SendAsync(request);
    }
}
