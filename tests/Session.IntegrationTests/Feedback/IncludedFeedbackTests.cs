using System.Text.Json;
using SessionService.IntegrationTests.Databases;
using SessionService.IntegrationTests.Hosting;
using SessionService.IntegrationTests.Messages.Packed;
using SessionService.IntegrationTests.Transfers;

namespace SessionService.IntegrationTests.Feedback;

/// <summary>Feedback beside messages, packed and not, and what becomes of it when they are redacted or erased.</summary>
public sealed class IncludedFeedbackTests(PackingFixture service) : IClassFixture<PackingFixture>
{
    [Fact]
    public async Task Messages_have_their_feedback_where_it_is_asked_for_packed_or_not()
    {
        var user = service.AsNewUser();
        var session = await FillAsync(user, 300);
        (await user.PutAsync($"{session}/messages/7/feedback/rating", """{"value":4.5,"comment":"Good."}""")).Is(201);
        (await user.PutAsync($"{session}/messages/7/feedback/a", """{"value":"x","source":"model"}""")).Is(201);
        await service.PackAsync();
        (await user.PutAsync($"{session}/messages/8/feedback/packed", """{"value":false}""")).Is(201);
        (await user.PutAsync($"{session}/messages/299/feedback/rating", """{"value":true}""")).Is(201);

        foreach (var query in new[]
        {
            "page_size=200&page=1", "page_size=200&page=1&order=desc", "after=0&limit=1000", "before=301&limit=1000", "after=5&limit=10", "role=user&after=0&limit=1000",
            "after=0&limit=1000&metadata.model=m",
        })
        {
            var messages = (await user.GetAsync($"{session}/messages?{query}&include=feedback")).Is(200).Items("messages");
            var without = (await user.GetAsync($"{session}/messages?{query}")).Is(200).Items("messages");
            Assert.NotEmpty(messages);
            Assert.All(without, message => Assert.False(message.TryGetProperty("feedback", out _)));
            Assert.Equal(without.Select(message => message.Number("sequence")), messages.Select(message => message.Number("sequence")));
            foreach (var message in messages)
            {
                string[] expected = message.Number("sequence") switch { 7 => ["a", "rating"], 8 => ["packed"], 299 => ["rating"], _ => [] };
                Assert.Equal(expected, message.GetProperty("feedback").EnumerateObject().Select(one => one.Name));
            }
        }

        var one = (await user.GetAsync($"{session}/messages/7?include=feedback")).Is(200).GetProperty("feedback");
        JsonShape.AssertMatches(
            """
            {"rating":{"value":4.5,"comment":"Good.","source":"user","updated_at":"<time>"},"a":{"value":"x","comment":null,"source":"model","updated_at":"<time>"}}
            """,
            one);
        Assert.Equal("{}", (await user.GetAsync($"{session}/messages/9?include=feedback")).Is(200).Raw("feedback"));
        (await user.GetAsync($"{session}/messages?include=memory")).IsInvalid("include");
        (await user.GetAsync($"{session}/messages/7?include=")).Is(200);
    }

    [Fact]
    public async Task Very_much_feedback_of_a_page_is_whole()
    {
        var user = service.AsNewUser();
        var session = await FillAsync(user, 120);
        await using (var database = new TestDatabase(service.ConnectionString))
        {
            await database.ExecuteAsync(
                $"""
                INSERT INTO dev.message_feedback (user_id, session_id, sequence, name, value, comment, source, model, created_at, updated_at)
                SELECT '{user.UserId}', '{session[^36..]}', n, 'name' || k, to_jsonb(k), repeat('c', 1000), 'user', '', now(), now()
                FROM generate_series(1, 120) AS n, generate_series(1, 20) AS k WHERE k <= n % 21
                """);
        }

        var messages = (await user.GetAsync($"{session}/messages?after=0&limit=1000&include=feedback")).Is(200).Items("messages");

        Assert.Equal(120, messages.Count);
        Assert.All(messages, message => Assert.Equal(
            message.Number("sequence") % 21, message.GetProperty("feedback").EnumerateObject().Count()));
    }

    [Fact]
    public async Task A_redaction_keeps_the_values_and_blanks_the_comments_in_forks_too()
    {
        var user = service.AsNewUser();
        var session = await FillAsync(user, 300);
        var fork = (await user.PostAsync($"{session}/fork", "{}")).Headers["Location"];
        await service.PackAsync();
        foreach (var message in new[] { $"{session}/messages/7", $"{fork}/messages/7", $"{session}/messages/8", $"{session}/messages/299" })
        {
            (await user.PutAsync($"{message}/feedback/rating", """{"value":"good","comment":"4929"}""")).Is(201);
            (await user.PutAsync($"{message}/feedback/other", """{"value":1}""")).Is(201);
        }

        Assert.Equal(0, (await user.GetAsync($"{fork}/messages/8/feedback")).Is(200).Number("total"));
        var before = (await user.GetAsync($"{session}/messages/7/feedback/rating")).Is(200);

        (await user.DeleteAsync($"{session}/messages/7")).Is(200);
        (await user.DeleteAsync($"{session}/messages/299")).Is(200);

        foreach (var message in new[] { $"{session}/messages/7", $"{fork}/messages/7", $"{session}/messages/299" })
        {
            var rating = (await user.GetAsync($"{message}/feedback/rating")).Is(200);
            Assert.Equal(("good", JsonValueKind.Null), (rating.Text("value"), rating.GetProperty("comment").ValueKind));
            Assert.Equal(2, (await user.GetAsync($"{message}/feedback")).Is(200).Number("total"));
        }

        Assert.Equal(before.Text("updated_at"), (await user.GetAsync($"{session}/messages/7/feedback/rating")).Is(200).Text("updated_at"));
        Assert.Equal("4929", (await user.GetAsync($"{session}/messages/8/feedback/rating")).Is(200).Text("comment"));
        (await user.PutAsync($"{session}/messages/7/feedback/new", """{"value":true,"comment":"After the redaction."}""")).Is(201);
    }

    [Fact]
    public async Task An_erasure_removes_feedback_with_its_keys_and_tells_of_it()
    {
        var user = service.AsNewUser();
        var other = service.AsNewUser();
        foreach (var one in new[] { user, other })
        {
            var session = await FillAsync(one, 2);
            (await one.SendAsync(HttpMethod.Put, $"{session}/messages/1/feedback/rating", """{"value":true}""", Guid.NewGuid().ToString())).Is(201);
            (await one.PutAsync($"{session}/messages/2/feedback/rating", """{"value":true}""")).Is(201);
        }

        var rows = (await user.DeleteAsync($"/api/v1/users/{user.UserId}/data")).Is(200).GetProperty("rows");

        Assert.Equal((2, 1), (rows.Number("message_feedback"), rows.Number("idempotency_keys")));
        Assert.Equal(0, (await user.GetAsync($"/api/v1/users/{user.UserId}/feedback")).Is(200).Number("total"));
        Assert.Equal(2, (await other.GetAsync($"/api/v1/users/{other.UserId}/feedback")).Is(200).Number("total"));
    }

    [Fact]
    public async Task Feedback_of_packed_messages_is_exported_with_them_and_comes_back()
    {
        var user = service.AsNewUser();
        var session = await FillAsync(user, 300);
        await service.PackAsync();
        foreach (var n in Enumerable.Range(1, 300).Where(n => n % 3 == 0))
        {
            (await user.PutAsync($"{session}/messages/{n}/feedback/rating", $$"""{"value":{{n}}}""")).Is(201);
        }

        var exported = await user.ExportAsync();
        (await user.DeleteAsync($"/api/v1/users/{user.UserId}/data")).Is(200);
        (await user.ImportAsync(exported)).Is(200).Has("feedback", created: 100);

        Assert.Equal(exported, await user.ExportAsync());
    }

    private static async Task<string> FillAsync(ApiClient user, int count)
    {
        var session = await user.StartSessionAsync();
        var texts = string.Join(',', Enumerable.Range(1, count).Select(n => $$$"""{"role":"user","content":"Message {{{n}}}","metadata":{"model":"m"}}"""));
        (await user.PostAsync($"{session}/messages/batch", $$"""{"messages":[{{texts}}]}""")).Is(201);
        return session;
    }
}
