using System.Globalization;
using Microsoft.AspNetCore.Http;
using SessionService.IntegrationTests.Databases;
using SessionService.IntegrationTests.Hosting;
using StandardWebhooks;
using StandardWebhooks.Diagnostics;

namespace SessionService.IntegrationTests.Webhooks;

/// <summary>What receivers get.</summary>
public sealed class DeliveryTests(WebhooksFixture service) : IClassFixture<WebhooksFixture>
{
    private const string Message = """{"role":"user","content":"s3cret words"}""";

    [Fact]
    public async Task Every_change_of_a_session_is_told_in_its_order_and_without_content()
    {
        await using var receiver = await Receiver.StartAsync();
        var user = service.AsNewUser();
        await WebhooksFixture.MakeAsync(user, receiver);

        var session = await user.StartSessionAsync("""{"title":"s3cret"}""");
        (await user.PostAsync($"{session}/messages", Message)).Is(201);
        (await user.PostAsync($"{session}/messages/batch", $$"""{"messages":[{{Message}},{{Message}}]}""")).Is(201);
        (await user.PostAsync($"{session}/messages", """{"role":"assistant","status":"in_progress"}""")).Is(201);
        (await user.PostAsync($"{session}/messages/4/complete", """{"content":"s3cret too"}""")).Is(200);
        (await user.SendAsync(HttpMethod.Patch, session, """{"title":"s3cret plan"}""")).Is(200);
        (await user.PutAsync($"{session}/messages/2/feedback/rating", """{"value":true,"comment":"s3cret"}""")).Is(201);
        (await user.DeleteAsync($"{session}/messages/2/feedback/rating")).Is(200);
        (await user.PostAsync($"{session}/memory", """{"content":"s3cret memory"}""")).Is(201);
        (await user.DeleteAsync($"{session}/messages/3")).Is(200);
        (await user.PostAsync($"{session}/rewind", """{"to_sequence":1}""")).Is(200);
        (await user.PostAsync($"{session}/archive", "{}")).Is(200);
        (await user.PostAsync($"{session}/messages", Message)).Is(201);
        await receiver.HasAsync(15);
        (await user.DeleteAsync($"{session}/data")).Is(200);
        await receiver.HasAsync(16);

        Assert.Equal(
            ["session.created", "message.created", "message.created", "message.created", "message.created", "message.completed",
             "session.updated", "feedback.written", "feedback.deleted", "memory.written", "message.redacted", "session.rewound",
             "session.updated", "message.created", "session.updated", "session.deleted"],
            receiver.All.Select(one => one.Type));
        Assert.All(receiver.All, one =>
        {
            Assert.Equal(session.Split('/')[^1], one.SessionId);
            Assert.Equal(user.UserId, one.Data.Text("user_id"));
            Assert.DoesNotContain("s3cret", one.Body, StringComparison.Ordinal);
        });
        Assert.Equal(16, receiver.All.Select(one => one.Id).Distinct(StringComparer.Ordinal).Count());
        Assert.Equal((4, "assistant", "in_progress"), Of(receiver.All[4]));
        Assert.Equal((4, "assistant", "completed"), Of(receiver.All[5]));

        static (long, string, string) Of(Received one) => (one.Data.Number("sequence"), one.Data.Text("role"), one.Data.Text("status"));
    }

    [Fact]
    public async Task Copies_forks_and_imports_are_told()
    {
        await using var receiver = await Receiver.StartAsync();
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        (await user.PostAsync($"{session}/messages", Message)).Is(201);
        await WebhooksFixture.MakeAsync(user, receiver);
        var imported = Guid.NewGuid();

        var fork = (await user.PostAsync($"{session}/fork", "{}")).Is(201).Text("session_id");
        var copy = (await user.PostAsync($"{session}/copy", $$"""{"user_id":"{{user.UserId}}"}""")).Is(201).Text("session_id");
        using var file = new HttpRequestMessage(HttpMethod.Post, "/api/v1/sessions/import")
        {
            Content = new StringContent(
                $$"""
                {"type":"session","session_id":"{{imported}}"}
                {"type":"message","session_id":"{{imported}}","sequence":1,"role":"user","content":"Hello"}
                """,
                System.Text.Encoding.UTF8,
                "application/x-ndjson"),
        };
        (await user.SendAsync(file)).Is(200);
        await receiver.HasAsync(3);

        Assert.All(receiver.All, one => Assert.Equal("session.created", one.Type));
        Assert.Equal(
            new[] { fork, copy, $"{imported}" }.Order(StringComparer.Ordinal),
            receiver.All.Select(one => one.SessionId).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Content_is_told_only_to_a_webhook_that_chose_it_and_not_after_a_redaction()
    {
        await using var receiver = await Receiver.StartAsync();
        receiver.AnswersWith(500);
        var user = service.AsNewUser();
        await WebhooksFixture.MakeAsync(user, receiver, ""","include_content":true,"events":["message.created","session.created"]""");
        var session = await user.StartSessionAsync("""{"title":"Tea"}""");
        (await user.PostAsync($"{session}/messages", """{"role":"user","content":"Green","metadata":{"cups":2}}""")).Is(201);
        await receiver.HasAsync(1);
        (await user.PostAsync($"{session}/messages", """{"role":"user","content":"to be hidden"}""")).Is(201);
        (await user.DeleteAsync($"{session}/messages/2")).Is(200);

        receiver.AnswersWith(200);
        await Eventually.IsSoAsync(() => Task.FromResult(Events().Count == 3));

        Assert.Equal("Tea", receiver.All[0].Data.Text("title"));
        var (first, second) = (Events()[1].Data, Events()[2].Data);
        Assert.Equal(("Green", "{\"cups\": 2}"), (first.Text("content"), first.Raw("metadata")));
        Assert.Equal("", second.Text("content"));

        List<Received> Events() => [.. receiver.All.DistinctBy(one => one.Id)];
    }

    [Fact]
    public async Task Metadata_that_were_stored_without_a_limit_of_depth_are_told()
    {
        await using var database = new TestDatabase(service.ConnectionString);
        await using var receiver = await Receiver.StartAsync();
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        var deep = $"{string.Concat(Enumerable.Repeat("{\"a\":", 100))}1{new string('}', 100)}";
        await database.ExecuteAsync(
            $"UPDATE dev.sessions SET metadata = '{deep}' WHERE user_id = '{user.UserId}'");
        await WebhooksFixture.MakeAsync(user, receiver, ""","include_content":true,"events":["session.updated"]""");

        Assert.Equal(200, (await user.SendAsync(HttpMethod.Patch, session, """{"title":"Tea"}""")).Status);
        await receiver.HasAsync(1);

        Assert.Contains("\"a\": 1}}}", receiver.All[0].Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Messages_to_which_two_users_give_the_same_id_are_two_events()
    {
        await using var receiver = await Receiver.StartAsync();
        var (ann, bob) = (service.AsNewUser(), service.AsNewUser());
        var (hers, his) = (await ann.StartSessionAsync(), await bob.StartSessionAsync());
        var (webhook, _) = await WebhooksFixture.MakeAsync(service.AsNobody(), receiver, ""","events":["message.created"]""");
        try
        {
            var message = $$"""{"role":"user","content":"Hello","message_id":"{{Guid.NewGuid()}}"}""";
            (await ann.PostAsync($"{hers}/messages", message)).Is(201);
            (await bob.PostAsync($"{his}/messages", message)).Is(201);
            await Eventually.IsSoAsync(() => Task.FromResult(receiver.Of(hers).Count == 1 && receiver.Of(his).Count == 1));

            Assert.Equal(receiver.Of(hers)[0].Data.Text("message_id"), receiver.Of(his)[0].Data.Text("message_id"));
            Assert.NotEqual(receiver.Of(hers)[0].Id, receiver.Of(his)[0].Id);
        }
        finally
        {
            (await service.AsNobody().DeleteAsync(webhook)).Is(200);
        }
    }

    [Fact]
    public async Task Another_implementation_of_Standard_Webhooks_accepts_the_signature_and_no_other_payload()
    {
        await using var receiver = await Receiver.StartAsync();
        var user = service.AsNewUser();
        var (_, secret) = await WebhooksFixture.MakeAsync(user, receiver);
        await user.StartSessionAsync();
        await receiver.HasAsync(1);

        var one = receiver.All[0];
        Assert.StartsWith("whsec_", secret, StringComparison.Ordinal);
        new StandardWebhook(secret).Verify(one.Body, one.Headers);
        Assert.Throws<WebhookVerificationException>(() => new StandardWebhook(secret).Verify(one.Body + " ", one.Headers));
        Assert.Equal("application/json", $"{one.Headers.ContentType}");
        Assert.InRange(
            long.Parse($"{one.Headers["webhook-timestamp"]}", CultureInfo.InvariantCulture),
            DateTimeOffset.UtcNow.ToUnixTimeSeconds() - 60,
            DateTimeOffset.UtcNow.ToUnixTimeSeconds());
    }

    [Fact]
    public async Task After_a_rotation_the_new_secret_and_the_one_before_are_valid_and_no_older_one()
    {
        await using var receiver = await Receiver.StartAsync();
        var user = service.AsNewUser();
        var (webhook, oldest) = await WebhooksFixture.MakeAsync(user, receiver);
        var middle = (await user.PostAsync($"{webhook}/secret", "{}")).Is(200);
        var newest = (await user.PostAsync($"{webhook}/secret", "{}")).Is(200);
        await user.StartSessionAsync();
        await receiver.HasAsync(1);

        var one = receiver.All[0];
        Assert.Equal(2, Signatures(one).Count);
        new StandardWebhook(newest.Text("secret")).Verify(one.Body, Signatures(one)[0]);
        new StandardWebhook(middle.Text("secret")).Verify(one.Body, Signatures(one)[1]);
        Assert.All(Signatures(one), alone =>
            Assert.Throws<WebhookVerificationException>(() => new StandardWebhook(oldest).Verify(one.Body, alone)));
        Assert.Equal(24, (newest.Time("previous_secret_until") - newest.Time("updated_at")).TotalHours);
    }

    /// <summary>The headers with one of the signatures alone: version 1.1.2 of the package never looks at the last of several.</summary>
    private static List<HeaderDictionary> Signatures(Received one) =>
    [
        .. $"{one.Headers["webhook-signature"]}".Split(' ').Select(signature => new HeaderDictionary
        {
            ["webhook-id"] = one.Headers["webhook-id"],
            ["webhook-timestamp"] = one.Headers["webhook-timestamp"],
            ["webhook-signature"] = signature,
        }),
    ];

    [Fact]
    public async Task A_failing_event_holds_back_the_later_ones_of_its_session_alone()
    {
        await using var receiver = await Receiver.StartAsync();
        var user = service.AsNewUser();
        var (failing, other) = (await user.StartSessionAsync(), await user.StartSessionAsync());
        var fails = true;
        receiver.Answer = (one, http) =>
        {
            http.Response.StatusCode = fails && one.SessionId == failing.Split('/')[^1] && one.Data.Number("sequence") == 1 ? 500 : 200;
            return Task.CompletedTask;
        };
        await WebhooksFixture.MakeAsync(user, receiver);
        for (var i = 0; i < 3; i++)
        {
            (await user.PostAsync($"{failing}/messages", Message)).Is(201);
            (await user.PostAsync($"{other}/messages", Message)).Is(201);
        }

        await Eventually.IsSoAsync(() => Task.FromResult(receiver.Of(other).Count == 3));
        Assert.Equal([1L, 2, 3], receiver.Of(other).Select(one => one.Data.Number("sequence")));
        Assert.All(receiver.Of(failing), one => Assert.Equal(1, one.Data.Number("sequence")));

        fails = false;
        await Eventually.IsSoAsync(() => Task.FromResult(receiver.Of(failing).Any(one => one.Data.Number("sequence") == 3)));
        var repeated = receiver.Of(failing);
        Assert.Equal([1L, 2, 3], repeated.Select(one => one.Data.Number("sequence")).Distinct());
        Assert.Equal(3, repeated.Select(one => one.Id).Distinct(StringComparer.Ordinal).Count());
    }

    [Fact]
    public async Task Under_concurrent_writers_each_session_is_told_once_and_in_its_order()
    {
        await using var receiver = await Receiver.StartAsync();
        var user = service.AsNewUser();
        var sessions = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => user.StartSessionAsync()));
        await WebhooksFixture.MakeAsync(user, receiver, ""","events":["message.created"]""");

        await Task.WhenAll(Enumerable.Range(0, 16).Select(async writer =>
        {
            for (var i = 0; i < 10; i++)
            {
                (await user.PostAsync($"{sessions[(writer + i) % 4]}/messages", Message)).Is(201);
            }
        }));
        await receiver.HasAsync(160);

        Assert.All(sessions, session => Assert.Equal(
            Enumerable.Range(1, 40).Select(n => (long)n), receiver.Of(session).Select(one => one.Data.Number("sequence"))));
    }

    [Fact]
    public async Task A_write_that_fails_or_is_replayed_is_not_told()
    {
        await using var receiver = await Receiver.StartAsync();
        var user = service.AsNewUser();
        await WebhooksFixture.MakeAsync(user, receiver);
        var session = await user.StartSessionAsync();
        (await user.PostAsync($"{session}/messages", """{"role":"user","content":"a","expected_sequence":7}""")).IsProblem(409, "sequence_mismatch");
        (await user.PostAsync($"{session}/messages", Message, "key")).Is(201);
        (await user.PostAsync($"{session}/messages", Message, "key")).Is(201);
        (await user.PostAsync("/api/v1/sessions", $$"""{"session_id":"{{session.Split('/')[^1]}}"}""")).IsProblem(409, "session_id_taken");
        (await user.SendAsync(HttpMethod.Patch, session, "{}")).Is(200);
        (await user.DeleteAsync(session)).Is(200);
        (await user.DeleteAsync(session)).Is(200);
        (await user.PostAsync($"{session}/messages", Message)).IsProblem(409, "session_ended");

        await receiver.HasAsync(3);
        await using var database = new TestDatabase(service.ConnectionString);
        Assert.Equal("3", Assert.Single(await database.QueryAsync($"SELECT count(*)::text FROM dev.webhook_deliveries WHERE user_id = '{user.UserId}'")));
        Assert.Equal(["session.created", "message.created", "session.updated"], receiver.All.Select(one => one.Type));
    }

    [Fact]
    public async Task A_webhook_of_the_service_is_told_of_all_users_and_that_of_a_user_of_its_own_alone()
    {
        await using var ofService = await Receiver.StartAsync();
        await using var ofAnn = await Receiver.StartAsync();
        var (ann, bob) = (service.AsNewUser(), service.AsNewUser());
        var (webhook, _) = await WebhooksFixture.MakeAsync(service.AsNobody(), ofService, ""","events":["session.created"]""");
        await WebhooksFixture.MakeAsync(ann, ofAnn);
        try
        {
            var (hers, his) = (await ann.StartSessionAsync(), await bob.StartSessionAsync());
            await Eventually.IsSoAsync(() => Task.FromResult(ofService.Of(hers).Count == 1 && ofService.Of(his).Count == 1 && ofAnn.All.Count == 1));

            Assert.Equal(bob.UserId, ofService.Of(his)[0].Data.Text("user_id"));
            Assert.Equal(ofService.Of(hers)[0].Data.Text("session_id"), ofAnn.All[0].SessionId);
        }
        finally
        {
            (await service.AsNobody().DeleteAsync(webhook)).Is(200);
        }
    }
}
