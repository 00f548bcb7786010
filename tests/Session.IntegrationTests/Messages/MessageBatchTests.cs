using SessionService.IntegrationTests.Hosting;

namespace SessionService.IntegrationTests.Messages;

public sealed class MessageBatchTests(ApiFixture service) : IClassFixture<ApiFixture>
{
    [Fact]
    public async Task A_batch_is_numbered_in_the_given_order_and_counted()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        await user.WriteMessageAsync(session);

        var answer = await user.PostAsync($"{session}/messages/batch", Batch(Enumerable.Range(0, 1000).Select(i => $"number {i}")));

        var batch = answer.Is(201);
        Assert.Equal(1000, batch.Number("total"));
        Assert.Equal(Enumerable.Range(2, 1000).Select(n => (long)n), batch.Items("messages").Select(message => message.Number("sequence")));
        Assert.Equal(Enumerable.Range(0, 1000).Select(i => $"number {i}"), batch.Items("messages").Select(message => message.Text("content")));
        var read = (await user.GetAsync(session)).Is(200);
        Assert.Equal(1001, read.Number("message_count"));
        Assert.Equal(3000, read.Number("total_tokens"));
        Assert.Equal("0.25", read.Raw("total_cost"));
        var listed = (await user.GetAsync(answer.Headers["Location"])).Is(200);
        Assert.Equal(batch.Raw("messages"), listed.Raw("messages"));
    }

    [Fact]
    public async Task Batches_and_single_messages_at_once_leave_no_gap_and_do_not_mix()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, 30).Select(async i => i % 3 == 0
            ? [(await user.WriteMessageAsync(session)).Number("sequence")]
            : (await user.PostAsync($"{session}/messages/batch", Batch(Enumerable.Repeat("x", i)))).Is(201)
                .Items("messages").Select(message => message.Number("sequence")).ToList()));

        Assert.All(answers, numbers => Assert.Equal(Enumerable.Range(0, numbers.Count).Select(i => numbers[0] + i), numbers));
        var all = answers.SelectMany(numbers => numbers).Order().ToList();
        Assert.Equal(Enumerable.Range(1, all.Count).Select(n => (long)n), all);
        Assert.Equal(all.Count, (await user.GetAsync(session)).Is(200).Number("message_count"));
    }

    [Fact]
    public async Task An_invalid_message_fails_the_whole_by_its_index()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        var id = Guid.NewGuid();

        var refused = await user.PostAsync($"{session}/messages/batch", $$$"""
            {"messages":[
                {"role":"user","content":"Fine","message_id":"{{{id}}}"},
                {"role":"nobody","content":" ","tokens_used":-1},
                {"role":"user","content":7,"metadata":{"\ud800":1}},
                "no message",
                null,
                {"role":"user","content":"Hello","expected_sequence":4},
                {"role":"user","content":"Hello","message_id":"{{{id}}}"},
                {"\ud800":1}],
             "expected_sequence":0}
            """);

        refused.IsInvalid(
            "expected_sequence",
            "messages[1].content",
            "messages[1].role",
            "messages[1].tokens_used",
            "messages[2].content",
            "messages[2].metadata",
            "messages[3]",
            "messages[4]",
            "messages[5].expected_sequence",
            "messages[6].message_id",
            "messages[7]");
        Assert.Equal(0, (await user.GetAsync(session)).Is(200).Number("message_count"));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"messages":null}""")]
    [InlineData("""{"messages":[]}""")]
    [InlineData("""{"messages":{}}""")]
    [InlineData("""{"messages":"all"}""")]
    [InlineData("1001")]
    public async Task A_batch_holds_1_to_1000_messages(string body)
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();

        var refused = await user.PostAsync($"{session}/messages/batch", body == "1001" ? Batch(Enumerable.Repeat("x", 1001)) : body);

        refused.IsInvalid("messages");
    }

    [Fact]
    public async Task A_batch_reaches_the_callers_living_sessions_only()
    {
        var user = service.AsNewUser();
        var ended = await user.StartSessionInAsync("ended");

        (await user.PostAsync($"{ended}/messages/batch", Batch(["x"]))).IsProblem(409, "session_ended");
        (await service.AsNewUser().PostAsync($"{ended}/messages/batch", Batch(["x"]))).IsProblem(404, "session_not_found");
        (await user.PostAsync($"/api/v1/sessions/{Guid.NewGuid()}/messages/batch", Batch(["x"]))).IsProblem(404, "session_not_found");
    }

    private static string Batch(IEnumerable<string> contents) =>
        $$"""{"messages":[{{string.Join(',', contents.Select(content =>
            $$"""{"role":"user","content":"{{content}}","tokens_used":3,"cost_usd":0.00025}"""))}}]}""";
}
