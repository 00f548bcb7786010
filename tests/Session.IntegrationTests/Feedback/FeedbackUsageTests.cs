using System.Text.Json;
using SessionService.Infrastructure.Feedback;
using SessionService.IntegrationTests.Databases;
using SessionService.IntegrationTests.Hosting;

namespace SessionService.IntegrationTests.Feedback;

public sealed class FeedbackUsageTests(ApiFixture service) : IClassFixture<ApiFixture>
{
    [Fact]
    public async Task Usage_has_how_often_the_mean_of_numbers_and_the_share_of_true_by_model_and_in_all()
    {
        var user = service.AsNewUser();
        var session = await FillAsync(user);
        foreach (var (message, name, value) in new[]
        {
            (1, "rating", "4"), (2, "rating", "5"), (3, "rating", "1.5"), (1, "helpful", "true"), (2, "helpful", "false"), (3, "helpful", "true"),
            (4, "helpful", "true"), (1, "tone", "\"kind\""), (4, "mixed", "2"), (3, "mixed", "true"), (1, "mixed", "\"x\""),
        })
        {
            (await user.PutAsync($"{session}/messages/{message}/feedback/{name}", $$"""{"value":{{value}}}""")).Is(201);
        }

        var usage = await UsageAsync(user, "?group_by=metadata.model");

        var byModel = usage.Items("usage").ToDictionary(row => row.GetProperty("group").GetString() ?? "", row => row.GetProperty("feedback"));
        AssertHas(byModel["a"], ("rating", 2, "4.5", "null"), ("helpful", 2, "null", "0.5"), ("tone", 1, "null", "null"), ("mixed", 1, "null", "null"));
        AssertHas(byModel["b"], ("rating", 1, "1.5", "null"), ("helpful", 1, "null", "1"), ("mixed", 1, "null", "1"));
        AssertHas(byModel[""], ("helpful", 1, "null", "1"), ("mixed", 1, "2", "null"));
        var totals = usage.GetProperty("totals").GetProperty("feedback");
        AssertHas(totals, ("rating", 3, "3.5", "null"), ("helpful", 4, "null", "0.75"), ("tone", 1, "null", "null"), ("mixed", 3, "2", "1"));
        Assert.Equal(totals.GetRawText(), (await UsageAsync(user, "")).Items("usage")[^1].Raw("feedback"));
        Assert.Equal(totals.GetRawText(), Assert.Single((await UsageAsync(user, "?group_by=session")).Items("usage")).Raw("feedback"));
        var byType = await UsageAsync(user, "?group_by=message_type");
        Assert.Equal(totals.GetRawText(), byType.GetProperty("totals").Raw("feedback"));
        Assert.All(byType.Items("usage"), row => Assert.False(row.TryGetProperty("feedback", out _)));
        var ofAll = (await service.AsNobody().GetAsync("/api/v1/sessions/usage")).Is(200);
        Assert.False(ofAll.GetProperty("totals").TryGetProperty("feedback", out _));
    }

    [Fact]
    public async Task Feedback_counts_when_it_was_last_given_also_where_no_message_was_written()
    {
        var user = service.AsNewUser();
        var session = await FillAsync(user);
        (await user.PutAsync($"{session}/messages/1/feedback/rating", """{"value":4}""")).Is(201);
        (await user.PutAsync($"{session}/messages/3/feedback/rating", """{"value":2}""")).Is(201);
        await using var database = new TestDatabase(service.ConnectionString);
        await database.ExecuteAsync(
            $"UPDATE dev.message_feedback SET updated_at = '2024-03-30T23:00:00Z' WHERE user_id = '{user.UserId}' AND sequence = 1");

        var march = await UsageAsync(user, "?tz=Europe/Berlin&from=2024-03-01&to=2024-04-01&group_by=metadata.model");

        var row = Assert.Single(march.Items("usage"));
        Assert.Equal(("2024-03-30T23:00:00.000000Z", "a", 0), (row.Text("start"), row.Text("group"), row.Number("messages")));
        AssertHas(row.GetProperty("feedback"), ("rating", 1, "4", "null"));
        AssertHas(march.GetProperty("totals").GetProperty("feedback"), ("rating", 1, "4", "null"));
        AssertHas((await UsageAsync(user, "")).GetProperty("totals").GetProperty("feedback"), ("rating", 1, "2", "null"));
        AssertHas((await UsageAsync(user, "?from=2024-03-31&to=2024-04-01")).GetProperty("totals").GetProperty("feedback"));
        AssertHas((await UsageAsync(service.AsNewUser(), "")).GetProperty("totals").GetProperty("feedback"));
    }

    [Fact]
    public async Task A_redacted_message_counts_for_its_model_as_before()
    {
        var user = service.AsNewUser();
        var session = await FillAsync(user);
        (await user.PutAsync($"{session}/messages/1/feedback/rating", """{"value":4}""")).Is(201);
        var before = await FeedbackAsync();

        (await user.DeleteAsync($"{session}/messages/1")).Is(200);
        (await user.PutAsync($"{session}/messages/1/feedback/rating", """{"value":4,"comment":"Still good."}""")).Is(200);

        Assert.Equal(before, await FeedbackAsync());

        async Task<string> FeedbackAsync() =>
            (await UsageAsync(user, "?group_by=metadata.model")).Items("usage").Single(row => row.GetProperty("group").GetString() == "a").Raw("feedback");
    }

    [Fact]
    public async Task Extreme_numbers_have_a_mean()
    {
        var user = service.AsNewUser();
        var session = await FillAsync(user);
        (await user.PutAsync($"{session}/messages/1/feedback/x", $$"""{"value":{{new string('9', 100)}}.{{new string('9', 100)}}}""")).Is(201);
        (await user.PutAsync($"{session}/messages/2/feedback/x", $$"""{"value":-{{new string('9', 100)}}.{{new string('9', 99)}}8}""")).Is(201);
        (await user.PutAsync($"{session}/messages/3/feedback/y", """{"value":1e-100}""")).Is(201);
        (await user.PutAsync($"{session}/messages/4/feedback/y", """{"value":0}""")).Is(201);

        var feedback = (await UsageAsync(user, "")).GetProperty("totals").GetProperty("feedback");

        Assert.Equal(5e-101, feedback.GetProperty("x").GetProperty("mean").GetDouble());
        Assert.Equal(5e-101, feedback.GetProperty("y").GetProperty("mean").GetDouble());
    }

    [Fact]
    public async Task An_answer_reads_the_feedback_of_its_time_alone_and_no_message()
    {
        var user = service.AsNewUser();
        var session = await FillAsync(user);
        await using var database = new TestDatabase(service.ConnectionString);
        await database.ExecuteAsync(
            $"""
            INSERT INTO dev.message_feedback (user_id, session_id, sequence, name, value, source, model, created_at, updated_at)
            SELECT '{user.UserId}', '{session[^36..]}', n, 'rating', to_jsonb(n), 'user', 'a', now(), now() - n * interval '15 minutes'
            FROM generate_series(1, 2000) AS n;
            ANALYZE dev.message_feedback
            """);

        var plan = await StatementPlan.ExplainAsync(
            database, FeedbackUsage.Sums,
            $"'{user.UserId}', now() - interval '2 days', now() - interval '1 day', ARRAY[now() - interval '2 days', now() - interval '1 day'], NULL, 100::int");

        Assert.InRange(plan.RowsRead("message_feedback"), 1, 300);
        Assert.Equal(0, plan.RowsRead("session_messages"));
    }

    private static void AssertHas(JsonElement feedback, params (string Name, long Count, string Mean, string ShareTrue)[] expected) =>
        Assert.Equal(
            expected.OrderBy(one => one.Name, StringComparer.Ordinal),
            feedback.EnumerateObject()
                .Select(one => (one.Name, one.Value.Number("count"), one.Value.Raw("mean"), one.Value.Raw("share_true")))
                .OrderBy(one => one.Name, StringComparer.Ordinal));

    private static async Task<JsonElement> UsageAsync(ApiClient user, string query) =>
        (await user.GetAsync($"/api/v1/users/{user.UserId}/usage{query}")).Is(200);

    /// <summary>Messages of the model a, two of them, of b, and of none.</summary>
    private static async Task<string> FillAsync(ApiClient user)
    {
        var session = await user.StartSessionAsync();
        foreach (var metadata in new[] { """{"model":"a"}""", """{"model":"a"}""", """{"model":"b"}""", "{}" })
        {
            await user.WriteMessageAsync(session, $$"""{"role":"assistant","content":"Hello","metadata":{{metadata}}}""");
        }

        return session;
    }
}
