using System.Diagnostics;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using SessionService.IntegrationTests.Hosting;

namespace SessionService.IntegrationTests.Identity;

/// <summary>A service that takes the tokens of an issuer which publishes its keys.</summary>
public sealed class PublishedKeyFixture : ApiFixture
{
    internal StubIssuer Issuer { get; private set; } = null!;

    protected override IEnumerable<KeyValuePair<string, string>> Settings =>
    [
        KeyValuePair.Create("Identity:Mode", "Jwt"),
        KeyValuePair.Create("Identity:Jwt:Authority", Issuer.Address),
        KeyValuePair.Create("Identity:Jwt:RequireHttps", "false"),
        KeyValuePair.Create("Identity:Jwt:Audience", Tokens.Audience),
        KeyValuePair.Create("Identity:Jwt:UserClaim", "uid"),
    ];

    public override async Task InitializeAsync()
    {
        Issuer = await StubIssuer.StartAsync();
        await base.InitializeAsync();
    }

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        await Issuer.DisposeAsync();
    }

    internal static JsonObject Claims(string user)
    {
        var claims = Tokens.Claims("someone-else");
        claims["uid"] = user;
        return claims;
    }

    internal string Token(string user) => Tokens.Rsa(Claims(user), Issuer.Key, Issuer.KeyId);

    /// <summary>The first answer after the issuer's keys are there: on a busy machine they may be late for the first request.</summary>
    internal async Task<Answer> GetAsync(string token)
    {
        var watch = Stopwatch.StartNew();
        Answer answer;
        do
        {
            answer = await TryAsync(token);
        }
        while (answer.Status == 503 && watch.Elapsed < TimeSpan.FromMinutes(1));

        return answer;
    }

    internal async Task<Answer> TryAsync(string token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/sessions");
        request.Headers.Add("Authorization", $"Bearer {token}");
        return await As("ann").SendAsync(request);
    }
}

public sealed class PublishedKeyTests(PublishedKeyFixture service) : IClassFixture<PublishedKeyFixture>
{
    [Fact]
    public async Task The_issuers_key_is_found_and_the_claim_of_the_setting_names_the_user()
    {
        (await service.GetAsync(service.Token("ann"))).Is(200);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/sessions") { Content = new StringContent("{}", System.Text.Encoding.UTF8, "application/json") };
        request.Headers.Add("Authorization", $"Bearer {service.Token("ann")}");

        Assert.Equal("ann", (await service.AsNobody().SendAsync(request)).Is(201).Text("user_id"));
    }

    [Fact]
    public async Task A_published_key_is_no_shared_secret()
    {
        var key = service.Issuer.Key;
        string[] secrets =
        [
            key.ExportSubjectPublicKeyInfoPem(),
            key.ExportSubjectPublicKeyInfoPem() + "\n",
            key.ExportRSAPublicKeyPem(),
            Tokens.Encode(key.ExportParameters(includePrivateParameters: false).Modulus),
        ];

        foreach (var secret in secrets)
        {
            var forged = Tokens.Shared(PublishedKeyFixture.Claims("ann"), secret, header: new JsonObject { ["kid"] = service.Issuer.KeyId });
            (await service.GetAsync(forged)).IsProblem(401, "invalid_token");
        }
    }

    [Fact]
    public async Task A_key_that_the_token_brings_along_is_not_used()
    {
        using var own = RSA.Create(2048);
        var parameters = own.ExportParameters(includePrivateParameters: false);
        var asked = service.Issuer.Requests;
        JsonObject[] headers =
        [
            new() { ["jwk"] = new JsonObject { ["kty"] = "RSA", ["n"] = Tokens.Encode(parameters.Modulus), ["e"] = Tokens.Encode(parameters.Exponent) } },
            new() { ["jku"] = $"{service.Issuer.Address}/keys" },
            new() { ["x5u"] = $"{service.Issuer.Address}/keys" },
            new() { ["kid"] = "../../dev/null" },
        ];

        foreach (var header in headers)
        {
            header["alg"] = "RS256";
            var forged = Tokens.Create(header, PublishedKeyFixture.Claims("ann"), data => own.SignData(data, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
            (await service.GetAsync(forged)).IsProblem(401, "invalid_token");
        }

        // Unknown keys make the service ask once more, and not each time.
        Assert.InRange(service.Issuer.Requests, 0, asked + 2);
    }

    [Fact]
    public async Task Another_key_under_the_same_name_is_refused()
    {
        using var other = RSA.Create(2048);

        (await service.GetAsync(Tokens.Rsa(PublishedKeyFixture.Claims("ann"), other, service.Issuer.KeyId))).IsProblem(401, "invalid_token");
    }
}

public sealed class KeyRotationTests(PublishedKeyFixture service) : IClassFixture<PublishedKeyFixture>
{
    // The service asks for new keys again after half a minute, where the issuer was too slow for its first question.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task A_new_key_of_the_issuers_is_taken_and_the_old_one_no_more()
    {
        var old = service.Token("ann");
        (await service.GetAsync(old)).Is(200);

        service.Issuer.ChangeKey("second");

        var renewed = service.Token("ann");
        var watch = Stopwatch.StartNew();
        Answer answer;
        do
        {
            answer = await service.GetAsync(renewed);
        }
        while (answer.Status == 401 && watch.Elapsed < Patience);

        answer.Is(200);
        (await service.GetAsync(old)).IsProblem(401, "invalid_token");
    }
}

public sealed class IssuerOutageTests(PublishedKeyFixture service) : IClassFixture<PublishedKeyFixture>
{
    [Fact]
    public async Task Without_the_issuers_keys_a_token_is_a_503_within_two_seconds()
    {
        service.Issuer.IsAway = true;
        var refused = await service.TryAsync(service.Token("ann"));
        var answers = new TaskCompletionSource();
        service.Issuer.Answers = answers.Task;
        using var watch = StepWatch.Start();
        var hanging = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => service.TryAsync(service.Token("ann"))));
        var waited = watch.Elapsed;
        service.Issuer.IsAway = false;
        answers.SetResult();

        Assert.All(hanging.Append(refused), answer =>
        {
            answer.IsProblem(503, "issuer_unavailable");
            Assert.NotEmpty(answer.Headers["Retry-After"]);
        });
        Assert.InRange(waited, TimeSpan.Zero, TimeSpan.FromSeconds(2));
        (await service.AsNobody().GetAsync("/health")).Is(200);
        (await service.AsNobody().GetAsync("/api/v1/sessions")).IsProblem(401, "authentication_required");

        (await service.GetAsync(service.Token("ann"))).Is(200);
    }
}
