using System.Text.Json;
using SessionService.IntegrationTests.Databases;
using SessionService.IntegrationTests.Digests;
using SessionService.IntegrationTests.Hosting;
using SessionService.IntegrationTests.Identity;

namespace SessionService.IntegrationTests.Copies;

public sealed class CopyTests(CopyFixture service) : IClassFixture<CopyFixture>
{
    [Fact]
    public async Task A_copy_has_the_same_content_and_times_under_ids_of_its_own()
    {
        var (ann, bob) = NewUsers();
        var session = await FillAsync(ann);
        await service.PackAsync();
        await ann.WriteMessageAsync(session, """{"role":"assistant","content":"Later","tokens_used":1,"cost_usd":0.5}""");

        var answer = await CopyAsync(ann, session, bob);

        var copy = answer.Is(201);
        var path = $"/api/v1/sessions/{copy.Text("session_id")}";
        Assert.Equal((path, bob.UserId), (answer.Headers["Location"], copy.Text("user_id")));
        Assert.Equal(answer.Headers["ETag"], (await bob.GetAsync(path)).Headers["ETag"]);
        Assert.NotEqual(session, path);
        AssertSame((await ann.GetAsync(session)).Is(200), copy, but: ["session_id", "user_id"]);
        var originals = (await ann.GetAsync($"{session}/messages?after=0&limit=1000")).Is(200).Items("messages");
        var copies = (await bob.GetAsync($"{path}/messages?after=0&limit=1000")).Is(200).Items("messages");
        Assert.Equal(302, originals.Count);
        Assert.Equal(originals.Count, copies.Count);
        foreach (var (original, copied) in originals.Zip(copies))
        {
            Assert.NotEqual(original.Text("message_id"), copied.Text("message_id"));
            AssertSame(original, copied, but: ["session_id", "user_id", "message_id"]);
        }

        var memory = (await bob.GetAsync($"{path}/memory")).Is(200);
        AssertSame((await ann.GetAsync($"{session}/memory")).Is(200), memory, but: ["session_id", "user_id", "memory_id"]);

        // The two go their own ways.
        await bob.WriteMessageAsync(path);
        (await ann.DeleteAsync($"{session}/data")).Is(200);
        Assert.Equal(303, (await bob.GetAsync(path)).Is(200).Number("message_count"));
        Assert.Equal(1, (await bob.GetAsync("/api/v1/sessions")).Is(200).Number("total"));
        (await bob.GetAsync(session)).IsProblem(404, "session_not_found");
    }

    [Fact]
    public async Task Branches_come_along_and_feedback_and_memories_of_the_user_do_not()
    {
        var (ann, bob) = NewUsers();
        var session = await FillAsync(ann);
        (await ann.PostAsync($"/api/v1/users/{ann.UserId}/memories", """{"content":"Likes nuts."}""")).Is(201);
        await using var database = new TestDatabase(service.ConnectionString);
        var id = session.Split('/')[^1];
        await database.ExecuteAsync(
            $$"""
            UPDATE dev.sessions SET current_branch = 2, hidden_messages = 298 WHERE session_id = '{{id}}';
            INSERT INTO dev.session_branches (user_id, session_id, branch_id, name, created_at, path, from_sequence, last_sequence, message_count)
            VALUES ('{{ann.UserId}}', '{{id}}', 1, 'first', now(), '{[1,301)}', 1, 300, 300), ('{{ann.UserId}}', '{{id}}', 2, NULL, now(), '{[1,3),[301,)}', 301, 301, 3);
            INSERT INTO dev.message_feedback (user_id, session_id, sequence, name, value, source, model, created_at, updated_at)
            VALUES ('{{ann.UserId}}', '{{id}}', 2, 'rating', 'true', 'user', '', now(), now());
            """);

        var copy = (await CopyAsync(ann, session, bob)).Is(201);

        const string Branches = "branch_id || ' ' || coalesce(name, '') || path || from_sequence || ' ' || last_sequence || ' ' || message_count || created_at";
        Assert.Equal(
            await database.QueryAsync($"SELECT {Branches} FROM dev.session_branches WHERE session_id = '{id}' ORDER BY branch_id"),
            await database.QueryAsync($"SELECT {Branches} FROM dev.session_branches WHERE session_id = '{copy.Text("session_id")}' ORDER BY branch_id"));
        Assert.Equal(
            ["2 298"],
            await database.QueryAsync($"SELECT current_branch || ' ' || hidden_messages FROM dev.sessions WHERE session_id = '{copy.Text("session_id")}'"));
        var rows = (await bob.GetAsync($"/api/v1/users/{bob.UserId}/data")).Is(200).GetProperty("rows");
        Assert.Equal((0, 0), (rows.Number("message_feedback"), rows.Number("user_memories")));
    }

    [Fact]
    public async Task What_was_spent_counts_once_and_for_the_first_user()
    {
        var (ann, bob) = NewUsers();
        var session = await FillAsync(ann);
        var before = (await ann.GetAsync("/api/v1/sessions/stats")).Is(200);
        var used = await UsageAsync(ann);

        var copy = (await CopyAsync(ann, session, bob)).Is(201);

        Assert.Equal(600, copy.Number("total_tokens"));
        for (var round = 0; round < 2; round++)
        {
            Assert.Equal(used, await UsageAsync(ann));
            Assert.All(
                (await bob.GetAsync($"/api/v1/users/{bob.UserId}/usage?from=2024-12-01&bucket=month")).Is(200).Items("usage"),
                bucket => Assert.Equal((0, 0), (bucket.Number("messages"), bucket.Number("tokens"))));
            await service.DigestAsync();
        }

        var after = (await ann.GetAsync("/api/v1/sessions/stats")).Is(200);
        Assert.Equal(before.Number("total_sessions") + 1, after.Number("total_sessions"));
        foreach (var name in new[] { "total_messages", "total_tokens", "total_cost" })
        {
            Assert.Equal(before.Raw(name), after.Raw(name));
        }

        // The copy is found by its owner, and leaves as it came.
        Assert.Single((await bob.GetAsync("/api/v1/sessions/search?q=walnut")).Is(200).Items("results"));
        (await bob.DeleteAsync($"/api/v1/sessions/{copy.Text("session_id")}/data")).Is(200);
        Assert.Equal(before.GetRawText(), (await ann.GetAsync("/api/v1/sessions/stats")).Is(200).GetRawText());
    }

    [Fact]
    public async Task Attachments_are_copied_with_their_bytes_and_belong_to_the_other_user()
    {
        var (ann, bob) = NewUsers();
        var session = await FillAsync(ann);
        var original = AttachmentOf((await ann.GetAsync($"{session}/messages/301")).Is(200));
        var picture = (await ann.GetAsync($"{session}/messages/301?attachments=inline")).Is(200).Raw("parts");

        var copy = (await CopyAsync(ann, session, bob)).Is(201);
        (await CopyAsync(ann, session, bob)).Is(201);

        var path = $"/api/v1/sessions/{copy.Text("session_id")}";
        Assert.NotEqual(original, AttachmentOf((await bob.GetAsync($"{path}/messages/301")).Is(200)));
        (await bob.GetAsync($"/api/v1/users/{bob.UserId}/attachments/{original}")).IsProblem(404, "attachment_not_found");
        (await ann.DeleteAsync($"/api/v1/users/{ann.UserId}/data")).Is(200);
        Assert.Equal(picture, (await bob.GetAsync($"{path}/messages/301?attachments=inline")).Is(200).Raw("parts"));
        var rows = (await bob.GetAsync($"/api/v1/users/{bob.UserId}/data")).Is(200).GetProperty("rows");
        Assert.Equal((1, 2), (rows.Number("attachments"), rows.Number("attachment_uses")));
    }

    [Fact]
    public async Task Only_who_may_act_for_both_users_copies()
    {
        var (ann, bob) = NewUsers();
        var session = await FillAsync(ann);
        var body = $$"""{"user_id":"{{bob.UserId}}"}""";

        (await ann.PostAsync($"{session}/copy", body)).IsProblem(403, "user_mismatch");
        (await bob.PostAsync($"{session}/copy", body)).IsProblem(404, "session_not_found");
        (await bob.PostAsync($"{session}/copy", $$"""{"user_id":"{{ann.UserId}}"}""")).IsProblem(403, "user_mismatch");
        (await service.AsServiceFor(bob.UserId).PostAsync($"{session}/copy", body)).IsProblem(404, "session_not_found");
        Assert.Equal(0, (await bob.GetAsync("/api/v1/sessions")).Is(200).Number("total"));

        Assert.Equal(ann.UserId, (await ann.PostAsync($"{session}/copy", $$"""{"user_id":" {{ann.UserId}} "}""")).Is(201).Text("user_id"));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"user_id":" "}""")]
    [InlineData("""{"user_id":7}""")]
    public async Task A_copy_is_for_somebody(string body)
    {
        var (ann, _) = NewUsers();

        (await service.AsServiceFor(ann.UserId).PostAsync($"{await ann.StartSessionAsync()}/copy", body)).IsInvalid("user_id");
    }

    [Fact]
    public async Task The_user_of_the_body_is_never_the_caller()
    {
        var (ann, bob) = NewUsers();
        var session = await ann.StartSessionAsync();
        using var http = service.CreateHttp();
        http.DefaultRequestHeaders.Authorization = new(
            "Bearer", SharedKeyFixture.Token("service", claims => claims["scope"] = "sessions:act-as-any"));

        (await new ApiClient(http, userId: null).PostAsync($"{session}/copy", $$"""{"user_id":"{{ann.UserId}}"}""")).IsInvalid("user_id");
        Assert.Equal(0, (await bob.GetAsync("/api/v1/sessions")).Is(200).Number("total"));
    }

    [Fact]
    public async Task A_copy_with_a_key_is_made_once_however_often_it_is_sent()
    {
        var (ann, bob) = NewUsers();
        var session = await FillAsync(ann);

        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => CopyAsync(ann, session, bob, "copy-1")));

        var id = Assert.Single(answers.Select(answer => answer.Is(201).Text("session_id")).Distinct(StringComparer.Ordinal));
        Assert.Equal(3, answers.Count(answer => answer.Headers.ContainsKey("Idempotency-Replayed")));
        Assert.Equal(1, (await bob.GetAsync("/api/v1/sessions")).Is(200).Number("total"));
        (await CopyAsync(ann, session, NewUsers().Ann, "copy-1")).IsProblem(409, "idempotency_key_reused");

        // Without a key, or under the key of another user, each request makes one.
        (await CopyAsync(ann, session, bob)).Is(201);
        (await CopyAsync(bob, $"/api/v1/sessions/{id}", bob, "copy-1")).Is(201);
        Assert.Equal(3, (await bob.GetAsync("/api/v1/sessions")).Is(200).Number("total"));
        (await bob.DeleteAsync($"/api/v1/sessions/{id}/data")).Is(200);
        (await CopyAsync(ann, session, bob, "copy-1")).IsProblem(404, "session_not_found");
        (await ann.DeleteAsync($"{session}/data")).Is(200);
        (await CopyAsync(ann, session, bob, "copy-1")).IsProblem(404, "session_not_found");
    }

    [Fact]
    public async Task A_session_of_too_many_messages_is_not_copied()
    {
        var (ann, bob) = NewUsers();
        var session = await ann.StartSessionAsync();
        await using var database = new TestDatabase(service.ConnectionString);
        await database.ExecuteAsync($"UPDATE dev.sessions SET message_count = 100001 WHERE session_id = '{session.Split('/')[^1]}'");

        (await CopyAsync(ann, session, bob)).IsProblem(409, "copy_too_large");

        Assert.Equal(0, (await bob.GetAsync("/api/v1/sessions")).Is(200).Number("total"));
    }

    [Fact]
    public async Task Copies_while_messages_come_have_the_messages_of_one_moment()
    {
        var (ann, bob) = NewUsers();
        var session = await FillAsync(ann);

        var writes = Enumerable.Range(0, 40).Select(_ => ann.WriteMessageAsync(session));
        var copying = Enumerable.Range(0, 5).Select(async _ => (await CopyAsync(ann, session, bob)).Is(201));
        var copies = copying.ToList();
        await Task.WhenAll(writes);

        foreach (var copy in await Task.WhenAll(copies))
        {
            var path = $"/api/v1/sessions/{copy.Text("session_id")}";
            var messages = (await bob.GetAsync($"{path}/messages?after=0&limit=1000")).Is(200).Items("messages");
            Assert.Equal(copy.Number("message_count"), messages.Count);
            Assert.Equal(messages.Count + 1, (await bob.WriteMessageAsync(path)).Number("sequence"));
        }
    }

    private (ApiClient Ann, ApiClient Bob) NewUsers() =>
        (service.WithTokenOf($"user-{Guid.NewGuid()}"), service.WithTokenOf($"user-{Guid.NewGuid()}"));

    private Task<Answer> CopyAsync(ApiClient from, string session, ApiClient to, string? key = null) =>
        service.AsServiceFor(from.UserId).SendAsync(HttpMethod.Post, $"{session}/copy", $$"""{"user_id":"{{to.UserId}}"}""", key);

    /// <summary>300 messages of the past, one with an attachment, a memory, a title and a star.</summary>
    private static async Task<string> FillAsync(ApiClient user)
    {
        var session = await user.StartSessionAsync("""{"title":"On the walnut","metadata":{"kind":1.50},"created_at":"2025-01-01T00:00:00Z"}""");
        var messages = string.Join(',', Enumerable.Range(0, 300).Select(n =>
            $$"""{"role":"user","content":"Walnut {{n}}","tokens_used":2,"cost_usd":0.001,"created_at":"2025-01-02T03:04:05.000006Z","name":"Ann"}"""));
        (await user.PostAsync($"{session}/messages/batch", $$"""{"messages":[{{messages}}]}""")).Is(201);
        var picture = Convert.ToBase64String([.. Enumerable.Range(0, 9_000).Select(_ => (byte)Random.Shared.Next())]);
        await user.WriteMessageAsync(
            session, $$$"""{"role":"user","content":[{"type":"image","source":{"type":"base64","media_type":"image/png","data":"{{{picture}}}"}}]}""");
        (await user.PostAsync($"{session}/memory", """{"content":"Remembered","ongoing_tasks":["shell"]}""")).Is(201);
        (await user.PostAsync($"{session}/star", "")).Is(200);
        return session;
    }

    private static void AssertSame(JsonElement original, JsonElement copy, string[] but)
    {
        foreach (var member in original.EnumerateObject().Where(member => !but.Contains(member.Name, StringComparer.Ordinal)))
        {
            // Parts refer to attachments of their owner.
            if (member.Name != "parts" || !member.Value.GetRawText().Contains("attachment", StringComparison.Ordinal))
            {
                Assert.Equal((member.Name, member.Value.GetRawText()), (member.Name, copy.Raw(member.Name)));
            }
        }
    }

    private static string AttachmentOf(JsonElement message)
    {
        var text = message.Raw("parts");
        var at = text.IndexOf("attachment:", StringComparison.Ordinal);
        return Guid.Parse(text.AsSpan(at + "attachment:".Length, 36)).ToString();
    }

    private static async Task<string> UsageAsync(ApiClient user) =>
        (await user.GetAsync($"/api/v1/users/{user.UserId}/usage?from=2024-12-01&bucket=month")).Is(200).Raw("usage");
}
