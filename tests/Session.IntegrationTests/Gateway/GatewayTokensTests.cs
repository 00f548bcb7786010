using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using SessionService.IntegrationTests.Hosting;

namespace SessionService.IntegrationTests.Gateway;

/// <summary>Two gateways that take tokens, of an issuer with published keys and of one with a shared key, and one that takes none.</summary>
public sealed class TokensFixture : IAsyncLifetime
{
    public const string Audience = "sessions";

    private readonly Dictionary<string, GatewayProcess> _gateways = new(StringComparer.Ordinal);
    private StubService? _sessions;
    private StubService? _users;
    private StubService? _issuer;

    public RSA PublishedKey { get; } = RSA.Create(2048);

    public string SharedKey { get; } = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));

    public string GatewaySecret { get; } = Convert.ToHexString(RandomNumberGenerator.GetBytes(16));

    public string Issuer => _issuer!.Address.ToString().TrimEnd('/');

    public async Task InitializeAsync()
    {
        _sessions = await StubService.StartAsync("sessions");
        _users = await StubService.StartAsync("users");
        _issuer = await StubService.StartAsync("issuer");
        var key = JsonWebKeyConverter.ConvertFromRSASecurityKey(new RsaSecurityKey(PublishedKey.ExportParameters(includePrivateParameters: false)) { KeyId = "1" });
        _issuer.Paths["/.well-known/openid-configuration"] = Json(new { issuer = Issuer, jwks_uri = $"{Issuer}/keys" });
        _issuer.Paths["/keys"] = Json(new { keys = new[] { new { kty = key.Kty, n = key.N, e = key.E, kid = "1", use = "sig" } } });
        (string, string)[] common = [("Identity:Mode", "Jwt"), ("Identity:Jwt:Audience", Audience), ("Identity:GatewaySecret", GatewaySecret)];
        _gateways["published"] = await GatewayProcess.StartAsync(
            _sessions.Address, _users.Address, [.. common, ("Identity:Jwt:Authority", Issuer), ("Identity:Jwt:RequireHttps", "false")]);
        _gateways["shared"] = await GatewayProcess.StartAsync(
            _sessions.Address, _users.Address, [.. common, ("Identity:Jwt:SigningKey", SharedKey), ("Identity:Jwt:Issuer", Issuer)]);
        _gateways["none"] = await GatewayProcess.StartAsync(_sessions.Address, _users.Address, ("Identity:GatewaySecret", GatewaySecret));
    }

    public async Task DisposeAsync()
    {
        IAsyncDisposable?[] parts = [.. _gateways.Values, _sessions, _users, _issuer];
        foreach (var part in parts)
        {
            if (part is not null)
            {
                await part.DisposeAsync();
            }
        }

        PublishedKey.Dispose();
    }

    public Uri AddressOf(string gateway) => _gateways[gateway].Address;

    public SigningCredentials CredentialsOf(string gateway) => gateway == "published"
        ? new SigningCredentials(new RsaSecurityKey(PublishedKey) { KeyId = "1" }, SecurityAlgorithms.RsaSha256)
        : Shared(SharedKey);

    public static SigningCredentials Shared(string key) =>
        new(new SymmetricSecurityKey(Encoding.UTF8.GetBytes(key)), SecurityAlgorithms.HmacSha256);

    public string Token(string gateway, Action<Dictionary<string, object>>? change = null, SigningCredentials? credentials = null)
    {
        var now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        var claims = new Dictionary<string, object>(StringComparer.Ordinal)
        {
            ["iss"] = Issuer,
            ["aud"] = Audience,
            ["sub"] = "alice",
            ["iat"] = now,
            ["exp"] = now + 600,
        };
        change?.Invoke(claims);
        return new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }
            .CreateToken(JsonSerializer.Serialize(claims), credentials ?? CredentialsOf(gateway));
    }

    private static RequestDelegate Json(object value) => http => http.Response.WriteAsJsonAsync(value);
}

public sealed class GatewayTokensTests(TokensFixture tokens) : IClassFixture<TokensFixture>
{
    private static readonly Dictionary<string, Func<TokensFixture, string, string>> Bad = new(StringComparer.Ordinal)
    {
        ["unsigned"] = (tokens, gateway) => Unsigned(tokens.Token(gateway), "none"),
        ["unsigned in other letters"] = (tokens, gateway) => Unsigned(tokens.Token(gateway), "nOnE"),
        ["without its signature"] = (tokens, gateway) => tokens.Token(gateway)[..(tokens.Token(gateway).LastIndexOf('.') + 1)],
        ["of another key"] = (tokens, gateway) => tokens.Token(gateway, credentials: TokensFixture.Shared("another key of 32 characters or more")),
        ["of the published key as a shared one"] = (tokens, gateway) =>
            tokens.Token(gateway, credentials: TokensFixture.Shared(tokens.PublishedKey.ExportSubjectPublicKeyInfoPem())),
        ["for another audience"] = (tokens, gateway) => tokens.Token(gateway, claims => claims["aud"] = "others"),
        ["for no audience"] = (tokens, gateway) => tokens.Token(gateway, claims => claims.Remove("aud")),
        ["of another issuer"] = (tokens, gateway) => tokens.Token(gateway, claims => claims["iss"] = "http://forged.example"),
        ["expired"] = (tokens, gateway) => tokens.Token(gateway, claims => claims["exp"] = DateTimeOffset.UtcNow.ToUnixTimeSeconds() - 120),
        ["of no end"] = (tokens, gateway) => tokens.Token(gateway, claims => claims.Remove("exp")),
        ["of the future"] = (tokens, gateway) => tokens.Token(gateway, claims => claims["nbf"] = DateTimeOffset.UtcNow.ToUnixTimeSeconds() + 300),
        ["of nobody"] = (tokens, gateway) => tokens.Token(gateway, claims => claims.Remove("sub")),
        ["of a blank user"] = (tokens, gateway) => tokens.Token(gateway, claims => claims["sub"] = " "),
        ["of a user with a line break"] = (tokens, gateway) => tokens.Token(gateway, claims => claims["sub"] = "a\r\nX-Forged: 1"),
        ["of a user with a control character"] = (tokens, gateway) => tokens.Token(gateway, claims => claims["sub"] = "a\u0085b"),
        ["of a user with a tab"] = (tokens, gateway) => tokens.Token(gateway, claims => claims["sub"] = "a\tb"),
        ["of a user of 256 characters"] = (tokens, gateway) => tokens.Token(gateway, claims => claims["sub"] = new string('u', 256)),
        ["of two users"] = (tokens, gateway) => tokens.Token(gateway, claims => claims["sub"] = new[] { "alice", "bob" }),
        ["altered"] = (tokens, gateway) => Altered(tokens.Token(gateway)),
        ["garbage"] = (_, _) => "garbage",
        ["empty"] = (_, _) => "",
    };

    public static TheoryData<string, string> BadTokens
    {
        get
        {
            var table = new TheoryData<string, string>();
            foreach (var name in Bad.Keys)
            {
                table.Add("published", name);
                table.Add("shared", name);
            }

            return table;
        }
    }

    [Theory]
    [InlineData("published")]
    [InlineData("shared")]
    public async Task The_tokens_user_takes_the_place_of_whoever_the_header_names(string gateway)
    {
        foreach (var target in new[] { "/api/v1/sessions?user_id=mallory", "/api/v1/users/alice/sessions", "/api/v1/users/alice" })
        {
            var arrived = await ArrivedAsync(gateway, target, tokens.Token(gateway), ("X-User-Id", "mallory"), ("x-user-id", "eve"));

            Assert.Equal("alice", arrived.Text("x-user-id"));
        }
    }

    [Theory]
    [InlineData("Zoë 😀/%2F")]
    [InlineData("2026-01-01")]
    public async Task Any_user_id_arrives_as_it_stands_in_the_token(string user)
    {
        var arrived = await ArrivedAsync("shared", "/api/v1/sessions", tokens.Token("shared", claims => claims["sub"] = user));

        Assert.Equal(user, arrived.Text("x-user-id"));
    }

    [Theory]
    [MemberData(nameof(BadTokens))]
    public async Task A_bad_token_is_refused(string gateway, string kind)
    {
        var token = Bad[kind](tokens, gateway);

        var answer = await GetAsync(gateway, "/api/v1/sessions", token, ("X-User-Id", "mallory"));

        answer.IsProblem(401, kind == "empty" ? "authentication_required" : "invalid_token");
        Assert.StartsWith("Bearer", answer.Headers["WWW-Authenticate"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/api/v1/sessions")]
    [InlineData("/api/v1/sessions/a87a9d6e-4137-4d41-8ab8-a13c4abcc83e/messages")]
    [InlineData("/api/v1/users/mallory/sessions")]
    [InlineData("/api/v1/users/mallory/memories/x")]
    [InlineData("/API/V1/USERS/mallory/DATA")]
    public async Task Without_a_token_nobodys_data_is_to_be_had(string target)
    {
        var answer = await GatewayClient.GetAsync(tokens.AddressOf("published"), target, ("X-User-Id", "mallory"));

        answer.IsProblem(401, "authentication_required");
        Assert.Equal("Bearer realm=\"session-service\"", answer.Headers["WWW-Authenticate"]);
    }

    [Theory]
    [InlineData("/api/v1/sessions/stats", null)]
    [InlineData("/api/v1/sessions/usage", null)]
    [InlineData("/api/v1/sessions/health", null)]
    [InlineData("/api/v1/sessions/health/detailed", null)]
    [InlineData("/health/detailed", null)]
    [InlineData("/swagger/index.html", null)]
    [InlineData("/api/v1/users/login", null)]
    [InlineData("/api/v1/users/login", "garbage")]
    public async Task What_is_about_nobody_needs_no_token_and_names_nobody(string target, string? token)
    {
        var arrived = await ArrivedAsync("published", target, token, ("X-User-Id", "mallory"));

        Assert.False(arrived.TryGetProperty("x-user-id", out _));
    }

    [Fact]
    public async Task A_services_token_acts_for_the_user_that_the_header_names()
    {
        var arrived = await ArrivedAsync(
            "shared", "/api/v1/sessions", tokens.Token("shared", claims => claims["scope"] = "other sessions:act-as-any"), ("X-User-Id", "bob"));
        var ofAnotherScope = await ArrivedAsync(
            "shared", "/api/v1/sessions", tokens.Token("shared", claims => claims["scope"] = "sessions:act-as-anyone"), ("X-User-Id", "bob"));

        Assert.Equal("bob", arrived.Text("x-user-id"));
        Assert.Equal("alice", ofAnotherScope.Text("x-user-id"));
    }

    [Fact]
    public async Task The_session_service_alone_is_told_the_secret_whatever_a_client_says()
    {
        foreach (var gateway in new[] { "shared", "none" })
        {
            var sessions = await ArrivedAsync(gateway, "/api/v1/sessions", tokens.Token("shared"), ("X-Gateway-Secret", "forged"), ("x-gateway-secret", "again"));
            var users = await ArrivedAsync(gateway, "/api/v1/users/alice", tokens.Token("shared"), ("X-Gateway-Secret", "forged"));

            Assert.Equal(tokens.GatewaySecret, sessions.Text("x-gateway-secret"));
            Assert.False(users.TryGetProperty("x-gateway-secret", out _));
        }
    }

    [Fact]
    public async Task Without_the_issuers_keys_no_token_is_judged()
    {
        using var closed = new ClosedPort();
        await using var service = await StubService.StartAsync("sessions");
        await using var gateway = await GatewayProcess.StartAsync(
            service.Address,
            users: null,
            ("Identity:Mode", "Jwt"),
            ("Identity:Jwt:Audience", TokensFixture.Audience),
            ("Identity:Jwt:Authority", closed.Address.ToString()),
            ("Identity:Jwt:RequireHttps", "false"));

        var answer = await GatewayClient.GetAsync(gateway.Address, "/api/v1/sessions", ("Authorization", $"Bearer {tokens.Token("published")}"));

        answer.IsProblem(503, "issuer_unavailable");
        Assert.Equal("2", answer.Headers["Retry-After"]);
    }

    private Task<Answer> GetAsync(string gateway, string target, string? token, params (string Name, string Value)[] headers) =>
        GatewayClient.GetAsync(
            tokens.AddressOf(gateway), target, token is null ? headers : [.. headers, ("Authorization", $"Bearer {token}")]);

    private async Task<JsonElement> ArrivedAsync(string gateway, string target, string? token, params (string Name, string Value)[] headers) =>
        (await GetAsync(gateway, target, token, headers)).Is(200).GetProperty("headers");

    private static string Unsigned(string token, string algorithm) =>
        $"{Base64UrlEncoder.Encode($$"""{"alg":"{{algorithm}}","typ":"JWT"}""")}.{token.Split('.')[1]}.";

    private static string Altered(string token)
    {
        var parts = token.Split('.');
        var payload = Base64UrlEncoder.Decode(parts[1]).Replace("alice", "mallory", StringComparison.Ordinal);
        return $"{parts[0]}.{Base64UrlEncoder.Encode(payload)}.{parts[2]}";
    }
}
