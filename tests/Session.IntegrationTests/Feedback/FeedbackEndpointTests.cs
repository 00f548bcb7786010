using System.Text.Json;
using SessionService.IntegrationTests.Databases;
using SessionService.IntegrationTests.Hosting;

namespace SessionService.IntegrationTests.Feedback;

public sealed class FeedbackEndpointTests(ApiFixture service) : IClassFixture<ApiFixture>
{
    private const string Unstorable =
        """
        "a\u0000b"
        """;

    private const string LoneSurrogate =
        """
        "\ud800"
        """;

    [Fact]
    public async Task Feedback_is_created_replaced_read_and_deleted()
    {
        var (user, message) = await StartAsync();

        var created = await user.PutAsync($"{message}/feedback/rating", """{"value":true,"comment":"Short."}""");
        var first = created.Is(201);
        var replaced = (await user.PutAsync($"{message}/feedback/rating", """{"value":4.5,"source":"annotator"}""")).Is(200);
        (await user.PutAsync($"{message}/feedback/a", """{"value":"fine","source":"model"}""")).Is(201);

        JsonShape.AssertMatches(
            $$"""
            {"session_id":"{{message.Split('/')[4]}}","sequence":1,"user_id":"{{user.UserId}}","name":"rating","value":true,"comment":"Short.",
             "source":"user","created_at":"<time>","updated_at":"<time>"}
            """,
            first);
        Assert.Equal($"{message}/feedback/rating", created.Headers["Location"]);
        Assert.Equal(("4.5", JsonValueKind.Null, "annotator"), (
            replaced.Raw("value"), replaced.GetProperty("comment").ValueKind, replaced.Text("source")));
        Assert.Equal(first.Text("created_at"), replaced.Text("created_at"));
        Assert.True(replaced.Time("updated_at") > first.Time("updated_at"));
        Assert.Equal(replaced.GetRawText(), (await user.GetAsync($"{message}/feedback/rating")).Is(200).GetRawText());
        var all = (await user.GetAsync($"{message}/feedback")).Is(200);
        Assert.Equal(2, all.Number("total"));
        Assert.Equal(["a", "rating"], all.Items("feedback").Select(one => one.Text("name")));
        Assert.Equal(replaced.GetRawText(), all.Items("feedback")[1].GetRawText());

        (await user.DeleteAsync($"{message}/feedback/rating")).Is(200);

        (await user.GetAsync($"{message}/feedback/rating")).IsProblem(404, "feedback_not_found");
        (await user.DeleteAsync($"{message}/feedback/rating")).IsProblem(404, "feedback_not_found");
        Assert.Equal(1, (await user.GetAsync($"{message}/feedback")).Is(200).Number("total"));
    }

    [Theory]
    [InlineData("true", "true")]
    [InlineData("false", "false")]
    [InlineData("4", "4")]
    [InlineData("4.50", "4.50")]
    [InlineData("-0", "0")]
    [InlineData("-0.0", "0.0")]
    [InlineData("-1.5e3", "-1500")]
    [InlineData("1.50E1", "15.0")]
    [InlineData("15e-3", "0.015")]
    [InlineData("5.551115123125783e-17", "0.00000000000000005551115123125783")]
    [InlineData("0.1", "0.1")]
    [InlineData("12345678901234567890.000000000000000001", "12345678901234567890.000000000000000001")]
    [InlineData("1e99", "1000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("\"4\"", "\"4\"")]
    public async Task A_value_comes_back_with_all_its_digits_and_characters(string value, string expected)
    {
        var (user, message) = await StartAsync();
        var path = $"{message}/feedback/rating";

        var written = (await user.PutAsync(path, $$"""{"value":{{value}}}""")).Is(201);
        var again = (await user.PutAsync(path, $$"""{"value":{{value}}}""")).Is(200);

        Assert.Equal(expected, written.Raw("value"));
        Assert.Equal(written.GetRawText(), again.GetRawText());
        Assert.Equal(written.GetRawText(), (await user.GetAsync(path)).Is(200).GetRawText());
    }

    [Fact]
    public async Task A_text_comes_back_with_all_its_characters()
    {
        var (user, message) = await StartAsync();
        const string Text = " Grüße\n\u007f\u0001 🦊 <b> \\ \" \u2028 ";

        var body = JsonSerializer.Serialize(new { value = Text, comment = Text });
        var written = (await user.PutAsync($"{message}/feedback/rating", body)).Is(201);

        Assert.Equal((Text, Text), (written.Text("value"), written.Text("comment")));
        Assert.Equal(written.GetRawText(), (await user.PutAsync($"{message}/feedback/rating", body)).Is(200).GetRawText());
        Assert.Equal(written.GetRawText(), (await user.GetAsync($"{message}/feedback/rating")).Is(200).GetRawText());
    }

    [Theory]
    [InlineData("""{}""", "value")]
    [InlineData("""{"value":null}""", "value")]
    [InlineData("""{"value":[1]}""", "value")]
    [InlineData("""{"value":{"a":1}}""", "value")]
    [InlineData("""{"value":""}""", "value")]
    [InlineData("""{"value":" \n "}""", "value")]
    [InlineData("""{"value":1e101}""", "value")]
    [InlineData("""{"value":1e-101}""", "value")]
    [InlineData("""{"value":1e99999999999999999999}""", "value")]
    [InlineData($$"""{"value":{{Unstorable}}}""", "value")]
    [InlineData($$"""{"value":{{LoneSurrogate}}}""", "value")]
    [InlineData("""{"value":1,"comment":7}""", "comment")]
    [InlineData($$"""{"value":1,"comment":{{Unstorable}}}""", "comment")]
    [InlineData($$"""{"value":1,"comment":{{LoneSurrogate}}}""", "comment")]
    [InlineData("""{"value":1,"source":"robot"}""", "source")]
    [InlineData("""{"value":1,"source":"User"}""", "source")]
    [InlineData("""{"value":1,"source":true}""", "source")]
    [InlineData("""{"value":[],"comment":{},"source":""}""", "value", "comment", "source")]
    public async Task What_is_no_feedback_is_refused(string body, params string[] fields)
    {
        var (user, message) = await StartAsync();

        (await user.PutAsync($"{message}/feedback/rating", body)).IsInvalid(fields);

        Assert.Equal(0, (await user.GetAsync($"{message}/feedback")).Is(200).Number("total"));
    }

    [Theory]
    [InlineData("""{"value":NaN}""")]
    [InlineData("""{"value":Infinity}""")]
    [InlineData("""{"value":01}""")]
    [InlineData("true")]
    public async Task What_is_no_JSON_or_no_object_is_refused(string body)
    {
        var (user, message) = await StartAsync();

        Assert.InRange((await user.PutAsync($"{message}/feedback/rating", body)).Status, 400, 422);
    }

    [Fact]
    public async Task Lengths_are_limited_in_characters()
    {
        var (user, message) = await StartAsync();
        var path = $"{message}/feedback/rating";

        (await user.PutAsync(path, $$"""{"value":"{{Foxes(1_000)}}","comment":"{{Foxes(10_000)}}"}""")).Is(201);

        (await user.PutAsync(path, $$"""{"value":"{{Foxes(1_001)}}","comment":"{{Foxes(10_001)}}"}""")).IsInvalid("value", "comment");
        Assert.Equal(Foxes(10_000), (await user.GetAsync(path)).Is(200).Text("comment"));

        static string Foxes(int count) => string.Concat(Enumerable.Repeat("🦊", count));
    }

    [Theory]
    [InlineData("rating")]
    [InlineData("A")]
    [InlineData("_x.y-Z.0")]
    [InlineData("0123456789012345678901234567890123456789012345678901234567890123")]
    public async Task A_name_is_a_word(string name)
    {
        var (user, message) = await StartAsync();

        Assert.Equal(name, (await user.PutAsync($"{message}/feedback/{name}", """{"value":1}""")).Is(201).Text("name"));
        Assert.Equal(name, (await user.GetAsync($"{message}/feedback/{name}")).Is(200).Text("name"));
    }

    [Theory]
    [InlineData(".x")]
    [InlineData("-x")]
    [InlineData("a%20b")]
    [InlineData("a%0A")]
    [InlineData("a%2Fb")]
    [InlineData("%C3%A4")]
    [InlineData("a:b")]
    [InlineData("01234567890123456789012345678901234567890123456789012345678901234")]
    public async Task Any_other_name_is_refused(string name)
    {
        var (user, message) = await StartAsync();
        var path = $"{message}/feedback/{name}";

        (await user.PutAsync(path, """{"value":1}""")).IsInvalid("name");
        (await user.PutAsync(path, """{}""")).IsInvalid("name", "value");
        (await user.GetAsync(path)).IsInvalid("name");
        (await user.DeleteAsync(path)).IsInvalid("name");
    }

    [Fact]
    public async Task What_there_is_not_or_is_anothers_is_a_404()
    {
        var (user, message) = await StartAsync();
        var session = message[..^"/messages/1".Length];
        (await user.PutAsync($"{message}/feedback/rating", """{"value":1}""")).Is(201);
        var other = service.AsNewUser();

        foreach (var number in new[] { 2, 0, -1, long.MinValue, long.MaxValue })
        {
            await AssertNoneAsync(user, $"{session}/messages/{number}", "message_not_found");
        }

        await AssertNoneAsync(other, message, "session_not_found");
        await AssertNoneAsync(user, $"/api/v1/sessions/{Guid.NewGuid()}/messages/1", "session_not_found");
        (await service.AsNobody().GetAsync($"{message}/feedback")).IsInvalid("user_id");
        Assert.Equal(1, (await user.GetAsync($"{message}/feedback/rating")).Is(200).Number("value"));

        static async Task AssertNoneAsync(ApiClient user, string message, string code)
        {
            (await user.PutAsync($"{message}/feedback/rating", """{"value":2}""")).IsProblem(404, code);
            (await user.GetAsync($"{message}/feedback/rating")).IsProblem(404, code);
            (await user.GetAsync($"{message}/feedback")).IsProblem(404, code);
            (await user.DeleteAsync($"{message}/feedback/rating")).IsProblem(404, code);
        }
    }

    [Fact]
    public async Task If_Match_replaces_or_deletes_only_the_version_that_it_names()
    {
        var (user, message) = await StartAsync();
        var path = $"{message}/feedback/rating";
        (await SendAsync(user, "PUT", path, """{"value":1}""", ifMatch: "\"1\"")).IsProblem(412, "precondition_failed");
        (await SendAsync(user, "PUT", path, """{"value":1}""", ifMatch: "*")).IsProblem(412, "precondition_failed");
        var first = (await user.PutAsync(path, """{"value":1}""")).Headers["ETag"];

        var second = await SendAsync(user, "PUT", path, """{"value":2}""", ifMatch: first);

        second.Is(200);
        Assert.NotEqual(first, second.Headers["ETag"]);
        Assert.Equal(second.Headers["ETag"], (await user.GetAsync(path)).Headers["ETag"]);
        (await SendAsync(user, "PUT", path, """{"value":3}""", ifMatch: first)).IsProblem(412, "precondition_failed");
        (await SendAsync(user, "DELETE", path, ifMatch: first)).IsProblem(412, "precondition_failed");
        Assert.Equal(2, (await user.GetAsync(path)).Is(200).Number("value"));
        (await SendAsync(user, "PUT", path, """{"value":3}""", ifMatch: "*")).Is(200);
        (await SendAsync(user, "DELETE", path, ifMatch: (await user.GetAsync(path)).Headers["ETag"])).Is(200);
    }

    [Fact]
    public async Task A_write_with_a_key_is_made_once_and_answered_as_the_first_time()
    {
        var (user, message) = await StartAsync();
        var path = $"{message}/feedback/rating";
        const string Body = """{"value":1.50,"comment":"Short."}""";
        var first = await SendAsync(user, "PUT", path, Body, key: "key");
        (await user.PutAsync(path, """{"value":2}""")).Is(200);

        var again = await SendAsync(user, "PUT", path, Body, key: "key");

        Assert.Equal((201, first.Text, "true", first.Headers["ETag"]), (again.Status, again.Text, again.Headers["Idempotency-Replayed"], again.Headers["ETag"]));
        Assert.False(first.Headers.ContainsKey("Idempotency-Replayed"));
        Assert.Equal(2, (await user.GetAsync(path)).Is(200).Number("value"));
        (await SendAsync(user, "PUT", path, """{"value":3}""", key: "key")).IsProblem(409, "idempotency_key_reused");
        (await SendAsync(user, "PUT", $"{message}/feedback/other", Body, key: "key")).IsProblem(409, "idempotency_key_reused");
        (await SendAsync(user, "DELETE", path, key: "key")).IsProblem(409, "idempotency_key_reused");
        (await SendAsync(user, "DELETE", path, key: "deletion")).Is(200);
        Assert.Equal("true", (await SendAsync(user, "DELETE", path, key: "deletion")).Headers["Idempotency-Replayed"]);
        Assert.Equal("true", (await SendAsync(user, "PUT", path, Body, key: "key")).Headers["Idempotency-Replayed"]);
        (await user.GetAsync(path)).IsProblem(404, "feedback_not_found");

        await using var database = new TestDatabase(service.ConnectionString);
        var kept = await database.QueryAsync($"SELECT answer FROM dev.idempotency_keys WHERE user_id = '{user.UserId}'");
        Assert.DoesNotContain(kept, answer => answer.Contains("Short", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Feedback_shows_in_no_time_and_no_version_of_the_session()
    {
        var (user, message) = await StartAsync();
        var session = message[..^"/messages/1".Length];
        var before = await user.GetAsync(session);

        (await user.PutAsync($"{message}/feedback/rating", """{"value":true}""")).Is(201);
        (await user.DeleteAsync($"{message}/feedback/rating")).Is(200);

        var after = await user.GetAsync(session);
        Assert.Equal((before.Text, before.Headers["ETag"]), (after.Text, after.Headers["ETag"]));
    }

    [Fact]
    public async Task A_message_takes_twenty_names_and_however_many_come_at_once_no_more()
    {
        var (user, message) = await StartAsync();
        (await user.PutAsync($"{message}/feedback/rating", """{"value":true}""")).Is(201);

        var answers = await Task.WhenAll(Enumerable.Range(0, 40).Select(n => user.PutAsync($"{message}/feedback/n{n}", """{"value":1}""")));

        Assert.Equal((19, 21), (answers.Count(answer => answer.Status == 201), answers.Count(answer => answer.Status == 409)));
        Assert.All(answers.Where(answer => answer.Status == 409), answer => answer.IsProblem(409, "feedback_limit_reached"));
        Assert.Equal(20, (await user.GetAsync($"{message}/feedback")).Is(200).Items("feedback").Count);
        (await user.PutAsync($"{message}/feedback/rating", """{"value":false}""")).Is(200);
        (await user.DeleteAsync($"{message}/feedback/rating")).Is(200);
        (await user.PutAsync($"{message}/feedback/last", """{"value":1}""")).Is(201);
    }

    [Fact]
    public async Task Of_equal_requests_with_one_key_at_once_one_is_made()
    {
        var (user, message) = await StartAsync();

        var answers = await Task.WhenAll(
            Enumerable.Range(0, 16).Select(_ => SendAsync(user, "PUT", $"{message}/feedback/rating", """{"value":1}""", key: "one")));

        var made = Assert.Single(answers, answer => !answer.Headers.ContainsKey("Idempotency-Replayed"));
        Assert.All(answers, answer => Assert.Equal((201, made.Text), (answer.Status, answer.Text)));
    }

    private async Task<(ApiClient User, string Message)> StartAsync()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        await user.WriteMessageAsync(session);
        return (user, $"{session}/messages/1");
    }

    private static async Task<Answer> SendAsync(
        ApiClient user, string method, string path, string? body = null, string? key = null, string? ifMatch = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (key is not null)
        {
            request.Headers.Add("Idempotency-Key", key);
        }

        if (ifMatch is not null)
        {
            request.Headers.TryAddWithoutValidation("If-Match", ifMatch);
        }

        if (body is not null)
        {
            request.Content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");
        }

        return await user.SendAsync(request);
    }
}
