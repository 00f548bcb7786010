using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Time.Testing;
using SessionService.IntegrationTests.Hosting;

namespace SessionService.IntegrationTests.Usage;

/// <summary>Answers that a chart can draw as they are.</summary>
public sealed class UsageChartTests(UsageFixture service) : IClassFixture<UsageFixture>, IDisposable
{
    public void Dispose() => service.Clock.Set(TimeProvider.System);

    [Theory]
    [InlineData("hour")]
    [InlineData("day")]
    [InlineData("week")]
    [InlineData("month")]
    public async Task Without_bounds_there_are_the_last_30_buckets_and_the_current_one_is_the_last(string bucket)
    {
        var user = service.AsNewUser();
        // No bucket ends meanwhile.
        service.Clock.Set(new FakeTimeProvider(DateTimeOffset.UtcNow));
        await user.WriteMessageAsync(await user.StartSessionAsync());

        var usage = await UsageAsync(user, $"?bucket={bucket}&tz=America/New_York");

        var rows = usage.Items("usage");
        Assert.Equal(30, rows.Count);
        Assert.All(rows.Zip(rows.Skip(1)), pair => Assert.Equal(pair.First.Raw("end"), pair.Second.Raw("start")));
        Assert.InRange(service.Clock.GetUtcNow(), rows[^1].Time("start"), rows[^1].Time("end"));
        Assert.Equal((usage.Raw("from"), usage.Raw("to")), (rows[0].Raw("start"), rows[^1].Raw("end")));
        Assert.Equal([.. Enumerable.Repeat(0L, 29), 1], rows.Select(row => row.Number("messages")));
        Assert.All(rows, row => Assert.Equal(row.Time("start"), DateTimeOffset.Parse(row.Text("local_start"), CultureInfo.InvariantCulture)));
    }

    [Fact]
    public async Task Without_from_there_are_the_30_buckets_before_to()
    {
        var rows = (await UsageAsync(service.AsNewUser(), "?to=2024-03-01")).Items("usage");

        Assert.Equal(30, rows.Count);
        Assert.Equal(("2024-01-31T00:00:00+00:00", "2024-02-29T00:00:00+00:00"), (rows[0].Text("local_start"), rows[^1].Text("local_start")));
    }

    [Fact]
    public async Task Empty_buckets_are_there_unless_they_are_divided()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        foreach (var time in new[] { "2024-03-29T12:00:00Z", "2024-04-01T12:00:00Z" })
        {
            await user.WriteMessageAsync(session, $$"""{"role":"user","content":"x","created_at":"{{time}}"}""");
        }

        const string Query = "?tz=Europe/Berlin&from=2024-03-29&to=2024-04-03";
        var whole = (await UsageAsync(user, Query)).Items("usage");
        var divided = (await UsageAsync(user, $"{Query}&group_by=message_type")).Items("usage");

        Assert.Equal([1L, 0, 0, 1, 0], whole.Select(row => row.Number("messages")));
        Assert.Equal(
            ["2024-03-29T00:00:00+01:00", "2024-03-30T00:00:00+01:00", "2024-03-31T00:00:00+01:00", "2024-04-01T00:00:00+02:00", "2024-04-02T00:00:00+02:00"],
            whole.Select(row => row.Text("local_start")));
        Assert.Equal(["0", "0"], new[] { whole[1].Raw("cost_usd"), whole[1].Raw("tokens") });
        Assert.Equal(2, divided.Count);
    }

    [Fact]
    public async Task A_week_begins_on_Monday()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        foreach (var (time, tokens) in new[] { ("2024-12-29T22:59:59Z", 1), ("2024-12-29T23:00:00Z", 2), ("2025-01-05T22:59:59Z", 4), ("2025-01-05T23:00:00Z", 8) })
        {
            await user.WriteMessageAsync(session, $$"""{"role":"user","content":"x","created_at":"{{time}}","tokens_used":{{tokens}}}""");
        }

        var rows = (await UsageAsync(user, "?bucket=week&tz=Europe/Berlin&from=2024-12-25&to=2025-01-08")).Items("usage");

        Assert.Equal(["2024-12-23T00:00:00+01:00", "2024-12-30T00:00:00+01:00", "2025-01-06T00:00:00+01:00"], rows.Select(row => row.Text("local_start")));
        Assert.Equal([1L, 6, 8], rows.Select(row => row.Number("tokens")));
    }

    [Fact]
    public async Task A_day_without_midnight_and_the_day_before_do_not_overlap()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        await user.WriteMessageAsync(session, """{"role":"user","content":"x","created_at":"2025-04-24T20:59:00Z","tokens_used":100}""");
        await user.WriteMessageAsync(session, """{"role":"user","content":"x","created_at":"2025-04-24T22:30:00Z","tokens_used":1000}""");

        var rows = (await UsageAsync(user, "?tz=Africa/Cairo&from=2025-04-24&to=2025-04-26")).Items("usage");

        Assert.Equal(
            ["2025-04-23T22:00:00.000000Z 2025-04-24T22:00:00.000000Z 100", "2025-04-24T22:00:00.000000Z 2025-04-25T21:00:00.000000Z 1000"],
            rows.Select(row => $"{row.Text("start")} {row.Text("end")} {row.Number("tokens")}"));
        Assert.Equal("2025-04-25T01:00:00+03:00", rows[1].Text("local_start"));
    }

    [Theory]
    [InlineData("CET", "2025-07-01T00:00:00+02:00")]
    [InlineData("EET", "2025-07-01T00:00:00+03:00")]
    [InlineData("MET", "2025-07-01T00:00:00+02:00")]
    [InlineData("WET", "2025-07-01T00:00:00+01:00")]
    [InlineData("Asia/Kathmandu", "2025-07-01T00:00:00+05:45")]
    public async Task Zones_have_their_summer_time_and_their_minutes(string zone, string start)
    {
        var rows = (await UsageAsync(service.AsNewUser(), $"?tz={zone}&from=2025-07-01&to=2025-07-02")).Items("usage");

        Assert.Equal([start], rows.Select(row => row.Text("local_start")));
    }

    private static async Task<JsonElement> UsageAsync(ApiClient user, string query) =>
        (await user.GetAsync($"/api/v1/users/{user.UserId}/usage{query}")).Is(200);
}
