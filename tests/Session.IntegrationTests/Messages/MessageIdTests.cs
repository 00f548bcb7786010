using System.Text.Json;
using SessionService.IntegrationTests.Hosting;

namespace SessionService.IntegrationTests.Messages;

public sealed class MessageIdTests(ApiFixture service) : IClassFixture<ApiFixture>
{
    [Fact]
    public async Task A_message_sent_again_under_its_id_is_stored_once()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        var body = Message(Guid.NewGuid());

        var answers = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => user.PostAsync($"{session}/messages", body)));

        Assert.Single(answers, answer => !answer.Headers.ContainsKey("Idempotency-Replayed"));
        Assert.All(answers, answer => Assert.Equal(1, answer.Is(201).Number("sequence")));
        Assert.Equal(1, (await user.GetAsync(session)).Is(200).Number("message_count"));
    }

    [Fact]
    public async Task Another_message_under_an_id_that_is_taken_is_refused()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        var id = Guid.NewGuid();
        (await user.PostAsync($"{session}/messages", Message(id))).Is(201);
        var made = (await user.WriteMessageAsync(session, """{"role":"user","content":"Made here"}""")).Text("message_id");

        (await user.PostAsync($"{session}/messages", Message(id, content: "Bye"))).IsProblem(409, "message_id_taken");
        (await user.PostAsync($"{session}/messages", Message(id, more: ""","tokens_used":1"""))).IsProblem(409, "message_id_taken");
        (await user.PostAsync($"{session}/messages", Message(id, more: ""","created_at":"2025-01-01T00:00:00Z" """))).IsProblem(409, "message_id_taken");
        (await user.PostAsync($"{await user.StartSessionAsync()}/messages", Message(id))).IsProblem(409, "message_id_taken");
        (await user.PostAsync($"{session}/messages", Message(Guid.Parse(made)))).IsProblem(409, "message_id_taken");
        (await user.PostAsync($"{session}/messages/batch", $$"""{"messages":[{{Message(Guid.NewGuid())}},{{Message(id)}}]}""")).IsProblem(409, "message_id_taken");
        Assert.Equal(2, (await user.GetAsync(session)).Is(200).Number("message_count"));
    }

    [Fact]
    public async Task Ids_are_a_users_own()
    {
        var id = Guid.NewGuid();
        foreach (var user in new[] { service.AsNewUser(), service.AsNewUser() })
        {
            var made = await user.PostAsync($"{await user.StartSessionAsync()}/messages", Message(id));
            Assert.Equal(id.ToString(), made.Is(201).Text("message_id"));
            Assert.False(made.Headers.ContainsKey("Idempotency-Replayed"));
        }
    }

    [Fact]
    public async Task A_batch_sent_again_under_its_ids_is_stored_once()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        await user.WriteMessageAsync(session);
        var (first, second) = (Message(Guid.NewGuid()), Message(Guid.NewGuid()));
        var made = (await user.PostAsync($"{session}/messages/batch", $$"""{"messages":[{{first}},{{second}}]}""")).Is(201);

        var again = await user.PostAsync($"{session}/messages/batch", $$"""{"messages":[{{first}},{{second}}]}""");

        Assert.True(JsonElement.DeepEquals(made, again.Is(201)), again.Text);
        Assert.Equal("true", again.Headers["Idempotency-Replayed"]);
        (await user.PostAsync($"{session}/messages/batch", $$"""{"messages":[{{second}},{{first}}]}""")).IsProblem(409, "message_id_taken");
        (await user.PostAsync($"{session}/messages/batch", $$"""{"messages":[{{first}},{{second}},{"role":"user","content":"More"}]}""")).IsProblem(409, "message_id_taken");
        Assert.Equal(2, (await user.PostAsync($"{session}/messages", first)).Is(201).Number("sequence"));
    }

    [Theory]
    [InlineData("messages", false)]
    [InlineData("messages", true)]
    [InlineData("messages/batch", false)]
    [InlineData("messages/batch", true)]
    public async Task A_replay_under_its_ids_takes_the_key_that_comes_with_it(string path, bool hasEnded)
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        await user.WriteMessageAsync(session);
        var (body, other) = (Body(Message(Guid.NewGuid())), Body(Message(Guid.NewGuid())));
        var made = (await user.PostAsync($"{session}/{path}", body)).Is(201);
        if (hasEnded)
        {
            (await user.DeleteAsync(session)).Is(200);
        }

        var replay = await user.PostAsync($"{session}/{path}", body, "key");
        var reused = await user.PostAsync($"{session}/{path}", other, "key");
        var again = await user.PostAsync($"{session}/{path}", body, "key");

        Assert.True(JsonElement.DeepEquals(made, replay.Is(201)), replay.Text);
        Assert.Equal("true", replay.Headers["Idempotency-Replayed"]);
        reused.IsProblem(409, "idempotency_key_reused");
        Assert.True(JsonElement.DeepEquals(made, again.Is(201)), again.Text);
        Assert.Equal("true", again.Headers["Idempotency-Replayed"]);

        string Body(string message) => path == "messages" ? message : $$"""{"messages":[{{message}},{{Message(Guid.NewGuid())}}]}""";
    }

    [Fact]
    public async Task Of_a_replay_and_another_message_with_the_same_key_at_once_one_gets_the_key()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        for (var i = 0; i < 20; i++)
        {
            var (body, other, key) = (Message(Guid.NewGuid()), Message(Guid.NewGuid()), $"key-{i}");
            (await user.PostAsync($"{session}/messages", body)).Is(201);

            var answers = await Task.WhenAll(
                user.PostAsync($"{session}/messages", body, key),
                user.PostAsync($"{session}/messages", other, key),
                user.PostAsync($"{session}/messages", body, key));

            Assert.Equal(answers[0].Status, answers[2].Status);
            Assert.Equal(409, Math.Max(answers[0].Status, answers[1].Status));
            Assert.Equal(201, Math.Min(answers[0].Status, answers[1].Status));
            Assert.All(answers.Where(answer => answer.Status == 409), answer => answer.IsProblem(409, "idempotency_key_reused"));
        }
    }

    [Fact]
    public async Task Of_writers_that_expect_the_same_number_one_gets_it()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        for (var next = 1; next <= 3; next++)
        {
            var body = $$"""{"role":"user","content":"Hello","expected_sequence":{{next}}}""";

            var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => user.PostAsync($"{session}/messages", body)));

            Assert.Equal(next, Assert.Single(answers, answer => answer.Status == 201).Is(201).Number("sequence"));
            Assert.All(answers.Where(answer => answer.Status != 201), answer =>
                Assert.Contains($"number {next + 1}, not {next}", answer.IsProblem(409, "sequence_mismatch").Text("detail"), StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task Expected_numbers_that_follow_each_other_are_never_wrongly_refused()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();

        // Each is sent when the one before is acknowledged, among others that expect nothing of this session's.
        var noise = await user.StartSessionAsync();
        var others = Task.WhenAll(Enumerable.Range(0, 30).Select(_ => user.WriteMessageAsync(noise)));
        for (var next = 1; next <= 10; next++)
        {
            (await user.PostAsync($"{session}/messages", $$"""{"role":"user","content":"Hello","expected_sequence":{{next}}}""")).Is(201);
        }

        await others;
        (await user.PostAsync($"{session}/messages/batch", """{"messages":[{"role":"user","content":"Hello"}],"expected_sequence":10}"""))
            .IsProblem(409, "sequence_mismatch");
        (await user.PostAsync($"{session}/messages/batch", """{"messages":[{"role":"user","content":"Hello"}],"expected_sequence":11}""")).Is(201);
    }

    private static string Message(Guid id, string content = "Hello", string more = "") =>
        $$"""{"message_id":"{{id}}","role":"user","content":"{{content}}","metadata":{"b":[1,2],"a":1.50}{{more}}}""";
}
