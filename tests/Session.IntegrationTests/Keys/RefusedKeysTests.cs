using System.Text.RegularExpressions;
using SessionService.Domain.Keys;
using SessionService.IntegrationTests.Hosting;
using SessionService.IntegrationTests.OpenApi;

namespace SessionService.IntegrationTests.Keys;

/// <summary>Stolen, guessed, revoked and expired keys.</summary>
public sealed partial class RefusedKeysTests(KeysFixture service) : IClassFixture<KeysFixture>
{
    private const string Sessions = "/api/v1/sessions";

    [GeneratedRegex("\"trace_id\":\"[0-9a-f]+\"", RegexOptions.None, 1000)]
    private static partial Regex TraceId { get; }

    [Fact]
    public async Task Every_key_that_is_not_accepted_gets_the_same_answer_whoever_is_named_beside_it()
    {
        var user = KeysFixture.NewUser();
        var key = await service.CreateKeyAsync(user);
        var revoked = await service.CreateKeyAsync(user);
        (await service.SendAsync(await service.KeyOfAsync(user: null), HttpMethod.Delete, $"/api/v1/keys/{revoked.KeyId}")).Is(200);
        var expired = await service.CreateKeyAsync(user, DateTimeOffset.UtcNow.AddSeconds(-1));
        var other = await service.CreateKeyAsync(KeysFixture.NewUser());
        var good = key.Key;
        string[] refused =
        [
            revoked.Key,
            expired.Key,
            KeyText.Of(Guid.CreateVersion7(), KeyText.NewSecret()),
            KeyText.Of(key.KeyId, KeyText.NewSecret()),
            KeyText.Of(key.KeyId, new byte[KeyText.SecretBytes]),
            // The secret of one key with the id of another.
            good[..36] + other.Key[36..],
            good[..^1],
            good + "A",
            good.ToUpperInvariant(),
            good.Replace("sk-", "SK-", StringComparison.Ordinal),
            good.Replace("sk-", "", StringComparison.Ordinal),
            good[..^1] + (good[^1] == 'A' ? 'B' : 'A'),
            $"{good}, Bearer {good}",
            $"{good} {good}",
            "sk-",
            "sk-proj-abc",
            "garbage",
            new string('x', 20_000),
            "§",
        ];
        (await service.GetAsync(good, Sessions)).Is(200);

        var answers = new List<(string Text, string Headers)>();
        foreach (var text in refused)
        {
            foreach (var path in new[] { Sessions, $"{Sessions}/{Guid.Empty}", "/nowhere", "/api/v1/keys" })
            {
                var answer = await service.GetAsync(text, path, header: user);
                answer.IsProblem(401, "invalid_api_key");
                Assert.Equal("Bearer realm=\"session-service\", error=\"invalid_token\"", answer.Headers["WWW-Authenticate"]);
                answers.Add((
                    TraceId.Replace(answer.Text, "").Replace(path, "", StringComparison.Ordinal),
                    string.Join('\n', answer.Headers.Where(header => header.Key is not ("Date" or "Content-Length")).Select(header => $"{header}").Order(StringComparer.Ordinal))));
            }
        }

        Assert.Single(answers.Distinct());
        (await service.GetAsync(good, Sessions)).Is(200);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("Basic YW5uOmFubg==")]
    [InlineData("Bearer")]
    [InlineData("Bearer ")]
    [InlineData("sk-abc")]
    public async Task Without_a_key_only_health_and_the_document_answer(string? authorization)
    {
        var routes = (await service.DocumentAsync()).Operations();
        foreach (var route in routes)
        {
            using var request = new HttpRequestMessage(HttpMethod.Parse(route.Method), route.Path.Replace("{session_id}", $"{Guid.Empty}", StringComparison.Ordinal));
            if (authorization is not null)
            {
                request.Headers.TryAddWithoutValidation("Authorization", authorization);
            }

            var answer = await service.As("ann").SendAsync(request);

            if (route.IsHealth)
            {
                answer.Is(200);
            }
            else
            {
                AssertIsRefused(route.Path, answer);
                Assert.Equal("Bearer realm=\"session-service\"", answer.Headers["WWW-Authenticate"]);
            }
        }

        (await service.GetAsync("garbage", "/health/ready")).Is(200);
        Assert.Equal(200, (await service.GetAsync(key: null, "/metrics")).Status);
        Assert.Equal(200, (await service.GetAsync(key: null, "/swagger/index.html")).Status);
    }

    // OpenAI's API has errors of its own form, with the same codes.
    internal static void AssertIsRefused(string path, Answer answer)
    {
        if (path.StartsWith("/v1/", StringComparison.Ordinal))
        {
            Assert.Equal((401, "authentication_required"), (answer.Status, answer.Is(401).GetProperty("error").Text("code")));
        }
        else
        {
            answer.IsProblem(401, "authentication_required");
        }
    }

    [Fact]
    public async Task A_key_is_accepted_in_any_case_of_its_scheme()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, Sessions);
        request.Headers.TryAddWithoutValidation("Authorization", $"bearer   {await service.KeyOfAsync("ann")}");

        (await service.AsNobody().SendAsync(request)).Is(200);
    }

    [Fact]
    public async Task A_key_expires_while_its_row_is_remembered()
    {
        var now = DateTimeOffset.UtcNow;
        var key = await service.CreateKeyAsync(KeysFixture.NewUser(), now.AddDays(1));

        (await service.GetAsync(key.Key, Sessions)).Is(200);
        service.Clock.Set(new FixedClock(now.AddDays(1)));
        try
        {
            (await service.GetAsync(key.Key, Sessions)).IsProblem(401, "invalid_api_key");
        }
        finally
        {
            service.Clock.Set(TimeProvider.System);
        }
    }

    private sealed class FixedClock(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }
}
