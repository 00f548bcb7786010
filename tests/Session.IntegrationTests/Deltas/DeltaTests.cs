using System.Text.Json;
using SessionService.IntegrationTests.Hosting;
using static SessionService.IntegrationTests.Deltas.OpenMessages;

namespace SessionService.IntegrationTests.Deltas;

public sealed class DeltaTests(DeltaTests.Fixture service) : IClassFixture<DeltaTests.Fixture>
{
    [Fact]
    public async Task The_same_delta_again_is_stored_once()
    {
        var (user, message) = await OpenAsync();
        await user.GrowAsync(message, "One", "Two");

        var again = await user.GrowAsync(message, 0, "One");

        Assert.Equal("true", again.Headers["Idempotency-Replayed"]);
        Assert.Equal(2, again.Is(200).Number("next_index"));
        Assert.Equal("OneTwo", (await user.CompleteAsync(message)).Is(200).Text("content"));
    }

    [Fact]
    public async Task Another_delta_of_the_same_index_is_a_conflict_and_so_is_a_gap()
    {
        var (user, message) = await OpenAsync();
        await user.GrowAsync(message, "One");

        Assert.Equal(1, (await user.GrowAsync(message, 0, "Other")).IsProblem(409, "delta_conflict").Number("next_index"));
        Assert.Equal(1, (await user.PostAsync($"{message}/deltas", """{"index":0,"parts":[{"type":"text","text":"One"}]}""")).IsProblem(409, "delta_conflict").Number("next_index"));
        Assert.Equal(1, (await user.GrowAsync(message, 2, "Three")).IsProblem(409, "delta_gap").Number("next_index"));
        Assert.Equal("One", (await user.GetAsync(message)).Is(200).Text("content"));
    }

    [Fact]
    public async Task Texts_between_parts_become_parts()
    {
        var (user, message) = await OpenAsync();
        (await user.GrowAsync(message, 0, "Let me \"see\"\n")).Is(200);
        (await user.GrowAsync(message, 1, "…")).Is(200);
        (await user.PostAsync($"{message}/deltas", """{"index":2,"parts":[{"type":"tool_use","id":"call_1","name":"weather","input":{"city":"Lisbon"}}]}""")).Is(200);
        (await user.GrowAsync(message, 3, "Sunny")).Is(200);

        var half = (await user.GetAsync(message)).Is(200);
        var whole = (await user.CompleteAsync(message)).Is(200);

        Assert.Equal(half.Raw("parts"), whole.Raw("parts"));
        Assert.Equal(3, whole.Items("parts").Count);
        Assert.Equal("Let me \"see\"\n…", whole.Items("parts")[0].Text("text"));
        Assert.Equal("tool_call", whole.Text("message_type"));
        Assert.Equal("Let me \"see\"\n…\nSunny", whole.Text("content"));
    }

    [Fact]
    public async Task A_content_takes_the_place_of_the_deltas()
    {
        var (user, message) = await OpenAsync();
        await user.GrowAsync(message, "Draft");

        var whole = (await user.CompleteAsync(message, """{"parts":[{"type":"text","text":"Final"}],"status":"incomplete"}""")).Is(200);

        Assert.Equal(("Final", "incomplete"), (whole.Text("content"), whole.Text("status")));
    }

    [Fact]
    public async Task A_completed_message_takes_no_deltas_and_is_completed_once()
    {
        var (user, message) = await OpenAsync();
        (await user.GrowAsync(message, 0, "One")).Is(200);
        (await user.CompleteAsync(message)).Is(200);

        (await user.GrowAsync(message, 0, "One")).IsProblem(409, "message_closed");
        (await user.GrowAsync(message, 1, "Two")).IsProblem(409, "message_closed");
        (await user.CompleteAsync(message)).IsProblem(409, "message_closed");
        (await user.GrowAsync(message.Replace("/1", "/2", StringComparison.Ordinal), 0, "One")).IsProblem(404, "message_not_found");
        (await user.CompleteAsync(message.Replace("/1", "/2", StringComparison.Ordinal))).IsProblem(404, "message_not_found");
    }

    [Fact]
    public async Task Deltas_and_completions_with_a_key_are_answered_again_even_when_the_message_is_closed()
    {
        var (user, message) = await OpenAsync();
        const string Delta = """{"index":0,"text":"One"}""";
        (await user.PostAsync($"{message}/deltas", Delta, "delta-1")).Is(200);
        var first = (await user.PostAsync($"{message}/complete", """{"tokens_used":3}""", "complete-1")).Is(200);

        var delta = await user.PostAsync($"{message}/deltas", Delta, "delta-1");
        var again = await user.PostAsync($"{message}/complete", """{"tokens_used":3}""", "complete-1");

        Assert.Equal("true", delta.Headers["Idempotency-Replayed"]);
        Assert.Equal(1, delta.Is(200).Number("next_index"));
        Assert.Equal("true", again.Headers["Idempotency-Replayed"]);
        Assert.True(JsonElement.DeepEquals(first, again.Is(200)));
        (await user.PostAsync($"{message}/complete", """{"tokens_used":4}""", "complete-1")).IsProblem(409, "idempotency_key_reused");
        (await user.PostAsync($"{message}/deltas", """{"index":1,"text":"Two"}""", "delta-1")).IsProblem(409, "idempotency_key_reused");
    }

    [Fact]
    public async Task A_long_body_of_lines_is_stored_and_tells_how_far_it_came()
    {
        var (user, message) = await OpenAsync();
        await user.GrowAsync(message, "0,");

        var answer = (await user.SendLinesAsync(message, [.. Enumerable.Range(0, 500).Select(i => Line(i, $"{i},")), ""])).Is(200);

        Assert.Equal(500, answer.Number("next_index"));
        var whole = (await user.CompleteAsync(message)).Is(200).Text("content");
        Assert.Equal(string.Concat(Enumerable.Range(0, 500).Select(i => $"{i},")), whole);
    }

    [Fact]
    public async Task A_body_without_a_delta_tells_how_far_the_message_came()
    {
        var (user, message) = await OpenAsync();
        await user.GrowAsync(message, "One", "Two");

        var empty = await user.SendLinesAsync(message, "", "");
        var invalid = await user.SendLinesAsync(message, """{"index":2}""");
        var noJson = await user.SendLinesAsync(message, "{");
        var absent = await user.SendLinesAsync(message.Replace("/1", "/2", StringComparison.Ordinal), "");
        (await user.CompleteAsync(message)).Is(200);
        var closed = await user.SendLinesAsync(message, "");

        Assert.Equal(2, empty.Is(200).Number("next_index"));
        Assert.Equal(2, invalid.IsProblem(422, "validation_failed").Number("next_index"));
        Assert.Equal(2, noJson.IsProblem(400, "invalid_json").Number("next_index"));
        absent.IsProblem(404, "message_not_found");
        closed.IsProblem(409, "message_closed");
    }

    [Fact]
    public async Task Lines_are_stored_while_the_body_goes_on()
    {
        var (user, message) = await OpenAsync();
        using var body = new SlowLines();
        var sending = user.SendLinesAsync(message, body);
        await body.WriteAsync(Line(0, "One"));
        await Eventually.IsSoAsync(async () => (await user.GetAsync(message)).Is(200).Text("content") == "One");
        await body.WriteAsync(Line(1, "Two"));
        await Eventually.IsSoAsync(async () => (await user.GetAsync(message)).Is(200).Text("content") == "OneTwo");

        body.End();

        Assert.Equal(2, (await sending).Is(200).Number("next_index"));
    }

    [Fact]
    public async Task A_line_that_is_refused_ends_the_body_and_the_lines_before_it_are_stored()
    {
        var (user, message) = await OpenAsync();

        var invalid = await user.SendLinesAsync(message, Line(0, "One"), """{"index":1}""", Line(2, "Three"));
        var gap = await user.SendLinesAsync(message, Line(1, "Two"), Line(3, "Four"));
        var noJson = await user.SendLinesAsync(message, Line(2, "Three"), "{");
        var conflict = await user.SendLinesAsync(message, Line(2, "Other"));

        invalid.IsInvalid("lines[1].text");
        Assert.Equal(1, invalid.IsProblem(422, "validation_failed").Number("next_index"));
        Assert.Equal(2, gap.IsProblem(409, "delta_gap").Number("next_index"));
        Assert.Equal(3, noJson.IsProblem(400, "invalid_json").Number("next_index"));
        Assert.Equal(3, conflict.IsProblem(409, "delta_conflict").Number("next_index"));
        Assert.Equal("OneTwoThree", (await user.GetAsync(message)).Is(200).Text("content"));
    }

    [Theory]
    [InlineData("""{"index":0}""", "text")]
    [InlineData("""{"text":"a"}""", "index")]
    [InlineData("""{"index":-1,"text":"a"}""", "index")]
    [InlineData("""{"index":0,"text":""}""", "text")]
    [InlineData("""{"index":0,"text":"a","parts":[{"type":"text","text":"a"}]}""", "parts")]
    [InlineData("""{"index":0,"parts":[]}""", "parts")]
    [InlineData("""{"index":0,"parts":[1]}""", "parts[0]")]
    [InlineData("""{"index":0,"parts":"a"}""", "parts")]
    [InlineData("""{"index":0,"text":"{long}"}""", "text")]
    [InlineData("""{"index":0,"parts":[{"type":"text","text":"{long}"}]}""", "parts")]
    public async Task A_delta_is_a_text_or_parts_of_a_bounded_size(string json, string field)
    {
        var (user, message) = await OpenAsync();

        (await user.PostAsync($"{message}/deltas", json.Replace("{long}", new string('a', 257), StringComparison.Ordinal))).IsInvalid(field);
    }

    [Theory]
    [InlineData("""{"status":"in_progress"}""", "status")]
    [InlineData("""{"tokens_used":-1}""", "tokens_used")]
    [InlineData("""{"content":"a","parts":[{"type":"text","text":"a"}]}""", "parts")]
    [InlineData("""{"metadata":[]}""", "metadata")]
    [InlineData("""{"content":[]}""", "content")]
    public async Task A_wrong_end_leaves_the_message_in_progress(string json, string field)
    {
        var (user, message) = await OpenAsync();

        (await user.CompleteAsync(message, json)).IsInvalid(field);

        (await user.CompleteAsync(message)).Is(200);
    }

    [Fact]
    public async Task A_message_has_a_bounded_number_of_deltas_and_of_bytes()
    {
        var (user, many) = await OpenAsync();
        Assert.Equal(600, (await user.SendLinesAsync(many, [.. Enumerable.Range(0, 600).Select(i => Line(i, "a"))])).Is(200).Number("next_index"));
        Assert.Equal(600, (await user.GrowAsync(many, 600, "a")).IsProblem(409, "message_too_long").Number("next_index"));
        var (other, large) = await OpenAsync();
        var text = new string('a', 250);
        Assert.Equal(10, (await other.SendLinesAsync(large, [.. Enumerable.Range(0, 10).Select(i => Line(i, text))])).Is(200).Number("next_index"));

        (await other.GrowAsync(large, 10, text)).IsProblem(409, "message_too_long");

        Assert.Equal(10 * 250, (await other.CompleteAsync(large)).Is(200).Text("content").Length);
    }

    [Fact]
    public async Task A_body_of_lines_takes_no_key_and_no_other_content_type_is_taken()
    {
        var (user, message) = await OpenAsync();
        using var keyed = new HttpRequestMessage(HttpMethod.Post, $"{message}/deltas") { Content = new StringContent(Line(0, "a")) };
        keyed.Content.Headers.ContentType = new("application/x-ndjson");
        keyed.Headers.Add("Idempotency-Key", "key-1");
        using var text = new HttpRequestMessage(HttpMethod.Post, $"{message}/deltas") { Content = new StringContent(Line(0, "a")) };

        (await user.SendAsync(keyed)).IsInvalid("idempotency_key");
        (await user.SendAsync(text)).IsProblem(415, "unsupported_media_type");
    }

    private async Task<(ApiClient User, string Message)> OpenAsync()
    {
        var user = service.AsNewUser();
        return (user, await user.OpenAsync(await user.StartSessionAsync()));
    }

    public sealed class Fixture : ApiFixture
    {
        protected override IEnumerable<KeyValuePair<string, string>> Settings =>
        [
            new("Deltas:MaxBytes", "256"),
            new("Deltas:MaxDeltas", "600"),
            new("Limits:MaxContentBytes", "2650"),
        ];
    }
}
