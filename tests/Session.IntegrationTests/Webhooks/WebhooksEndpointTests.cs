using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using SessionService.Infrastructure.Webhooks;
using SessionService.IntegrationTests.Databases;
using SessionService.IntegrationTests.Hosting;
using SessionService.IntegrationTests.Keys;

namespace SessionService.IntegrationTests.Webhooks;

public sealed class WebhooksEndpointTests(ApiFixture service) : IClassFixture<ApiFixture>
{
    private const string Webhooks = WebhooksFixture.Webhooks;
    private const string Given = """{"url":"https://hooks.example.com/x"}""";

    [Fact]
    public async Task A_webhook_is_made_read_listed_changed_and_deleted_and_its_secret_told_once()
    {
        var user = service.AsNewUser();

        var answer = await user.PostAsync(
            Webhooks,
            """{"url":"https://hooks.example.com/x","description":"index","events":["session.deleted","message.created","session.deleted"]}""");
        var made = answer.Is(201);
        var path = $"{Webhooks}/{made.Text("webhook_id")}";

        Assert.Equal(path, answer.Headers["Location"]);
        Assert.Equal((user.UserId, "index", true, false), (
            made.Text("user_id"), made.Text("description"), made.GetProperty("enabled").GetBoolean(), made.GetProperty("include_content").GetBoolean()));
        Assert.Equal(["session.deleted", "message.created"], made.Items("events").Select(name => name.GetString()));
        Assert.Equal(32, Convert.FromBase64String(made.Text("secret")["whsec_".Length..]).Length);
        Assert.DoesNotContain("secret\"", (await user.GetAsync(path)).Text, StringComparison.Ordinal);
        Assert.Equal(1, (await user.GetAsync(Webhooks)).Is(200).Number("total"));

        var changed = (await user.SendAsync(HttpMethod.Patch, path, """{"events":null,"description":null,"include_content":true,"enabled":false}""")).Is(200);
        Assert.Equal(("null", "null", "true", "false"), (
            changed.Raw("events"), changed.Raw("description"), changed.Raw("include_content"), changed.Raw("enabled")));
        Assert.Equal("https://hooks.example.com/x", changed.Text("url"));

        (await user.DeleteAsync(path)).Is(200);
        (await user.GetAsync(path)).IsProblem(404, "webhook_not_found");
        (await user.DeleteAsync(path)).IsProblem(404, "webhook_not_found");
    }

    [Theory]
    [InlineData("{}", "url")]
    [InlineData("""{"url":"http://hooks.example.com"}""", "url")]
    [InlineData("""{"url":"https://127.0.0.1/"}""", "url")]
    [InlineData("""{"url":"https://user:pw@hooks.example.com/"}""", "url")]
    [InlineData("""{"url":"https://hooks.example.com","events":[]}""", "events")]
    [InlineData("""{"url":"https://hooks.example.com","events":["session.exploded"]}""", "events")]
    [InlineData("""{"url":"https://hooks.example.com","description":" "}""", "description")]
    [InlineData("""{"url":"https://hooks.example.com","enabled":"yes"}""", "enabled")]
    public async Task What_is_wrong_is_named(string body, string field) =>
        (await service.AsNewUser().PostAsync(Webhooks, body)).IsInvalid(field);

    [Fact]
    public async Task An_idempotency_key_is_refused_where_a_secret_is_told()
    {
        var user = service.AsNewUser();
        var path = $"{Webhooks}/{(await user.PostAsync(Webhooks, Given)).Is(201).Text("webhook_id")}";

        (await user.PostAsync(Webhooks, Given, "key")).IsInvalid("idempotency_key");
        (await user.PostAsync($"{path}/secret", "{}", "key")).IsInvalid("idempotency_key");
    }

    [Fact]
    public async Task A_user_has_at_most_ten_whoever_asks_at_once()
    {
        var user = service.AsNewUser();

        var answers = await Task.WhenAll(Enumerable.Range(0, 24).Select(_ => user.PostAsync(Webhooks, Given)));

        Assert.Equal(10, answers.Count(answer => answer.Status == 201));
        Assert.All(answers.Where(answer => answer.Status != 201), answer => answer.IsProblem(409, "too_many_webhooks"));
        var first = (await user.GetAsync(Webhooks)).Is(200).Items("webhooks")[0].Text("webhook_id");
        (await user.DeleteAsync($"{Webhooks}/{first}")).Is(200);
        (await user.PostAsync(Webhooks, Given)).Is(201);
    }

    [Fact]
    public async Task Another_users_webhook_does_not_exist()
    {
        var (ann, bob) = (service.AsNewUser(), service.AsNewUser());
        var path = $"{Webhooks}/{(await ann.PostAsync(Webhooks, Given)).Is(201).Text("webhook_id")}";
        await ann.StartSessionAsync();
        (await ann.SendAsync(HttpMethod.Patch, path, """{"enabled":false}""")).Is(200);
        var delivery = (await ann.GetAsync($"{path}/deliveries")).Is(200).Items("deliveries")[0].Text("delivery_id");

        Answer[] answers =
        [
            await bob.GetAsync(path),
            await bob.SendAsync(HttpMethod.Patch, path, """{"enabled":true}"""),
            await bob.DeleteAsync(path),
            await bob.PostAsync($"{path}/secret", "{}"),
            await bob.PostAsync($"{path}/test", "{}"),
            await bob.GetAsync($"{path}/deliveries"),
            await bob.PostAsync($"{path}/deliveries/{delivery}/replay", "{}"),
        ];

        Assert.All(answers, answer => answer.IsProblem(404, "webhook_not_found"));
        Assert.Equal(0, (await bob.GetAsync(Webhooks)).Is(200).Number("total"));
        (await ann.PostAsync($"{path}/deliveries/{Guid.NewGuid()}/replay", "{}")).IsProblem(404, "webhook_delivery_not_found");
        Assert.False((await ann.GetAsync(path)).Is(200).GetProperty("enabled").GetBoolean());
    }

    [Fact]
    public async Task Erasure_and_deletion_remove_what_was_to_be_told()
    {
        await using var database = new TestDatabase(service.ConnectionString);
        var user = service.AsNewUser();
        var path = $"{Webhooks}/{(await user.PostAsync(Webhooks, Given)).Is(201).Text("webhook_id")}";
        var (first, second) = (await user.StartSessionAsync(), await user.StartSessionAsync());
        Assert.Equal(["session.created", "session.created"], await TypesAsync());

        (await user.DeleteAsync($"{first}/data")).Is(200);
        Assert.Equal(["session.created", "session.deleted"], await TypesAsync());

        var erased = (await user.DeleteAsync($"/api/v1/users/{user.UserId}/data")).Is(200).GetProperty("rows");
        Assert.Equal((2, 1), (erased.Number("webhook_deliveries"), erased.Number("webhooks")));
        Assert.Empty(await TypesAsync());
        (await user.GetAsync(path)).IsProblem(404, "webhook_not_found");
        Assert.NotEqual(first, second);

        async Task<string[]> TypesAsync() => await database.QueryAsync(
            $"SELECT type FROM dev.webhook_deliveries WHERE user_id = '{user.UserId}' ORDER BY type");
    }

    [Fact]
    public async Task Deleting_a_webhook_removes_its_log_and_nothing_is_told_any_more()
    {
        await using var database = new TestDatabase(service.ConnectionString);
        var user = service.AsNewUser();
        var path = $"{Webhooks}/{(await user.PostAsync(Webhooks, Given)).Is(201).Text("webhook_id")}";
        var session = await user.StartSessionAsync();
        (await user.DeleteAsync(path)).Is(200);
        (await user.PostAsync($"{session}/messages", """{"role":"user","content":"Hello"}""")).Is(201);

        Assert.Empty(await database.QueryAsync($"SELECT type FROM dev.webhook_deliveries WHERE user_id = '{user.UserId}'"));
    }

    [Fact]
    public async Task An_unnamed_caller_has_no_webhooks_unless_a_setting_says_so() =>
        (await service.AsNobody().GetAsync(Webhooks)).IsProblem(403, "service_key_required");
}

/// <summary>Webhooks where keys name the caller, and users may have none.</summary>
public sealed class WebhookCallersTests(WebhookCallersTests.Fixture service) : IClassFixture<WebhookCallersTests.Fixture>
{
    [Fact]
    public async Task Only_a_service_has_webhooks_and_by_default_no_user()
    {
        var user = KeysFixture.NewUser();
        var (own, ofService) = (await service.KeyOfAsync(user), await service.KeyOfAsync(user: null));
        const string Given = """{"url":"https://hooks.example.com/x"}""";

        (await service.SendAsync(own, HttpMethod.Post, WebhooksFixture.Webhooks, Given)).IsProblem(403, "webhooks_not_for_users");
        (await service.SendAsync(ofService, HttpMethod.Post, WebhooksFixture.Webhooks, Given, header: user)).IsProblem(403, "webhooks_not_for_users");
        (await service.SendAsync(key: null, HttpMethod.Post, WebhooksFixture.Webhooks, Given)).IsProblem(401, "authentication_required");
        var made = (await service.SendAsync(ofService, HttpMethod.Post, WebhooksFixture.Webhooks, Given)).Is(201);

        Assert.Equal("null", made.Raw("user_id"));
        (await service.GetAsync(ofService, $"{WebhooksFixture.Webhooks}/{made.Text("webhook_id")}")).Is(200);
        (await service.SendAsync(ofService, HttpMethod.Delete, $"{WebhooksFixture.Webhooks}/{made.Text("webhook_id")}")).Is(200);
    }

    public sealed class Fixture : KeysFixture
    {
        protected override IEnumerable<KeyValuePair<string, string>> Settings => [.. Mode, KeyValuePair.Create("Webhooks:ForUsers", "false")];
    }
}

/// <summary>Hosts whose names lead to private addresses.</summary>
public sealed class PrivateHostsTests(PrivateHostsTests.Fixture service) : IClassFixture<PrivateHostsTests.Fixture>
{
    [Theory]
    [InlineData("private.example", "address_refused")]
    [InlineData("mixed.example", "address_refused")]
    [InlineData("metadata.example", "address_refused")]
    [InlineData("mapped.example", "address_refused")]
    [InlineData("unknown.example", "unknown_host")]
    public async Task A_name_is_looked_up_and_every_address_checked(string host, string error)
    {
        var user = service.AsNewUser();
        var made = (await user.PostAsync(WebhooksFixture.Webhooks, $$"""{"url":"https://{{host}}/x"}""")).Is(201);

        var told = (await user.PostAsync($"{WebhooksFixture.Webhooks}/{made.Text("webhook_id")}/test", "{}")).Is(200);

        Assert.Equal((false, error), (told.GetProperty("delivered").GetBoolean(), told.Text("error")));
    }

    public sealed class Fixture : ApiFixture
    {
        private static readonly Dictionary<string, string[]> Hosts = new(StringComparer.Ordinal)
        {
            ["private.example"] = ["10.0.0.1"],
            ["mixed.example"] = ["8.8.8.8", "127.0.0.1"],
            ["metadata.example"] = ["169.254.169.254"],
            ["mapped.example"] = ["::ffff:127.0.0.1"],
            ["unknown.example"] = [],
        };

        protected override bool LeavesHostsAlone => false;

        protected override void ConfigureServices(IServiceCollection services) =>
            services.Replace(ServiceDescriptor.Singleton<HostAddresses>((host, _) => Task.FromResult(Hosts[host].Select(IPAddress.Parse).ToArray())));
    }
}
