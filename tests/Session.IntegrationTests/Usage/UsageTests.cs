using System.Globalization;
using System.Text.Json;
using SessionService.Infrastructure.Usage;
using SessionService.IntegrationTests.Databases;
using SessionService.IntegrationTests.Digests;
using SessionService.IntegrationTests.Hosting;
using SessionService.IntegrationTests.Writes;

namespace SessionService.IntegrationTests.Usage;

/// <summary>A service that digests when a test says so.</summary>
public sealed class UsageFixture : ApiFixture
{
    protected override IEnumerable<KeyValuePair<string, string>> Settings => DigestByHand.Settings;
}

public sealed class UsageTests(UsageFixture service) : IClassFixture<UsageFixture>
{
    [Fact]
    public async Task Buckets_add_up_to_the_sessions_totals_to_the_last_digit_digested_or_not()
    {
        var user = service.AsNewUser();
        var sessions = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => user.StartSessionAsync()));
        for (var round = 0; round < 3; round++)
        {
            await Task.WhenAll(sessions.Select((session, i) => WriteAsync(user, session, i + round)));
            if (round < 2)
            {
                await service.DigestAsync();
            }

            await AssertAddsUpAsync(user);
        }

        await service.DigestAsync();
        await AssertAddsUpAsync(user);
    }

    [Fact]
    public async Task Many_who_ask_an_instance_first_do_not_crowd_each_other_out()
    {
        await using var database = await TestDatabase.CloneTemplateAsync();
        await using var instance = new InstanceFixture(database.ConnectionString);
        await instance.InitializeAsync();
        var user = instance.AsNewUser();

        var answers = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => user.GetAsync($"/api/v1/users/{user.UserId}/usage?tz=Europe/Berlin")));

        Assert.All(answers, answer => answer.Is(200));
    }

    [Fact]
    public async Task While_others_write_and_digest_every_answer_is_of_one_moment()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        var writing = Task.Run(async () =>
        {
            for (var i = 0; i < 40; i++)
            {
                await WriteAsync(user, session, i);
                if (i % 10 == 9)
                {
                    await service.DigestAsync();
                }
            }
        });

        long seen = 0;
        do
        {
            // A batch is 10 messages of 7 tokens: there are never some of them, nor any twice.
            var totals = (await UsageAsync(user, "")).GetProperty("totals");
            Assert.Equal((0, totals.Number("messages") * 7), (totals.Number("messages") % 10, totals.Number("tokens")));
            Assert.True(totals.Number("messages") >= seen);
            seen = totals.Number("messages");
        }
        while (!writing.IsCompleted);

        await writing;
        Assert.Equal(400, (await UsageAsync(user, "")).GetProperty("totals").Number("messages"));
    }

    [Fact]
    public async Task History_counts_where_it_belongs_and_buckets_begin_in_the_time_zone()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        foreach (var (time, i) in new[] { "2024-03-30T22:59:59Z", "2024-03-30T23:00:00Z", "2024-03-31T21:59:59.999999Z", "2024-03-31T22:00:00Z", "2024-10-27T00:30:00Z", "2024-10-27T01:30:00Z" }.Select((time, i) => (time, i)))
        {
            await user.WriteMessageAsync(session, $$"""{"role":"user","content":"x","created_at":"{{time}}","tokens_used":{{1 << i}}}""");
        }

        foreach (var isDigested in new[] { false, true })
        {
            if (isDigested)
            {
                await service.DigestAsync();
            }

            // The last Sundays of March and October have 23 and 25 hours in Berlin.
            Assert.Equal(
                ["2024-03-29T23:00:00.000000Z 2024-03-30T23:00:00.000000Z 1", "2024-03-30T23:00:00.000000Z 2024-03-31T22:00:00.000000Z 6",
                    "2024-03-31T22:00:00.000000Z 2024-04-01T22:00:00.000000Z 8", "2024-10-26T22:00:00.000000Z 2024-10-27T23:00:00.000000Z 48"],
                Rows(await UsageAsync(user, "?tz=Europe/Berlin&from=2024-01-01&to=2025-01-01")));
            Assert.Equal(
                ["2024-10-27T00:00:00.000000Z 2024-10-27T01:00:00.000000Z 16", "2024-10-27T01:00:00.000000Z 2024-10-27T02:00:00.000000Z 32"],
                Rows(await UsageAsync(user, "?tz=Europe/Berlin&bucket=hour&from=2024-10-27&to=2024-10-28")));
            Assert.Equal(
                ["2024-02-29T18:15:00.000000Z 2024-03-31T18:15:00.000000Z 3", "2024-03-31T18:15:00.000000Z 2024-04-30T18:15:00.000000Z 12"],
                Rows(await UsageAsync(user, "?tz=Asia/Kathmandu&bucket=month&from=2024-03-15&to=2024-04-02")));
            Assert.Equal(["2024-03-30T22:00:00.000000Z 2024-03-30T23:00:00.000000Z 1"], Rows(await UsageAsync(user, "?bucket=hour&from=2024-03-30T22:10:00Z&to=2024-03-30T22:20:00Z")));
            Assert.Empty(Rows(await UsageAsync(user, "?from=2024-05-01&to=2024-06-01")));
        }
    }

    [Fact]
    public async Task Buckets_are_divided_by_session_type_or_model()
    {
        var user = service.AsNewUser();
        var first = await user.StartSessionAsync();
        var second = await user.StartSessionAsync();
        var longName = string.Concat(Enumerable.Repeat("😀", 201));
        foreach (var (session, message) in new[]
        {
            (first, """{"role":"user","content":"x","tokens_used":1}"""),
            (first, """{"role":"assistant","content":"x","tokens_used":2,"cost_usd":0.0000000001,"metadata":{"model":"gpt-4o"}}"""),
            (second, """{"role":"assistant","content":"x","tokens_used":4,"message_type":"tool_call","metadata":{"model":"gpt-4o"}}"""),
            (second, """{"role":"assistant","content":"x","tokens_used":8,"metadata":{"model":5}}"""),
            (second, $$$"""{"role":"assistant","content":"x","tokens_used":16,"metadata":{"model":"{{{longName}}}"}}"""),
        })
        {
            await user.WriteMessageAsync(session, message);
        }

        foreach (var isDigested in new[] { false, true })
        {
            if (isDigested)
            {
                await service.DigestAsync();
            }

            Assert.Equal([(Id(first), 3L), (Id(second), 28L)], Groups(await UsageAsync(user, "?group_by=session")).Order());
            Assert.Equal([("chat", 27L), ("tool_call", 4L)], Groups(await UsageAsync(user, "?group_by=message_type")).Order());
            Assert.Equal(
                [(null, 9L), ("gpt-4o", 6L), (string.Concat(Enumerable.Repeat("😀", 200)), 16L)], Groups(await UsageAsync(user, "?group_by=metadata.model")).Order());
            Assert.Equal("0.0000000001", (await UsageAsync(user, "")).GetProperty("totals").Raw("cost_usd"));
        }
    }

    [Fact]
    public async Task The_whole_service_adds_up_to_its_statistics()
    {
        foreach (var user in Enumerable.Range(0, 3).Select(_ => service.AsNewUser()))
        {
            await WriteAsync(user, await user.StartSessionAsync(), 1);
            await service.DigestAsync();
            await WriteAsync(user, await user.StartSessionAsync(), 2);
        }

        var nobody = service.AsNobody();
        var before = (await nobody.GetAsync("/api/v1/sessions/stats")).Is(200);
        var usage = (await nobody.GetAsync("/api/v1/sessions/usage?group_by=metadata.model")).Is(200);
        var after = (await nobody.GetAsync("/api/v1/sessions/stats")).Is(200);

        var totals = usage.GetProperty("totals");
        Assert.InRange(totals.Number("messages"), before.Number("total_messages"), after.Number("total_messages"));
        if (before.GetRawText() == after.GetRawText())
        {
            Assert.Equal((before.Number("total_tokens"), before.Raw("total_cost")), (totals.Number("tokens"), totals.Raw("cost_usd")));
        }

        Assert.Equal(JsonValueKind.Null, usage.GetProperty("user_id").ValueKind);
        (await nobody.GetAsync("/api/v1/sessions/usage?group_by=session")).IsInvalid("group_by");
    }

    [Theory]
    [InlineData("?tz=Europe/Atlantis", "tz")]
    [InlineData("?tz=posix/Europe/Berlin", "tz")]
    [InlineData("?tz=localtime", "tz")]
    [InlineData("?tz=Foo%2B3", "tz")]
    [InlineData("?tz=%27%3B--", "tz")]
    [InlineData("?tz=UTC%2B03", "tz")]
    [InlineData("?tz=..%2F..%2Fetc%2Fpasswd", "tz")]
    [InlineData("?from=yesterday&to=2024-13-01&bucket=year&group_by=role", "from", "to", "bucket", "group_by")]
    [InlineData("?from=2024-02-01&to=2024-01-01", "to")]
    [InlineData("?from=0001-01-01&to=9999-12-31&tz=Asia/Tokyo", "from", "to")]
    [InlineData("?from=2024-01-01&to=2024-01-01", "to")]
    [InlineData("?bucket=hour&from=2020-01-01&to=2024-01-01", "from")]
    public async Task What_cannot_be_asked_for_is_refused(string query, params string[] fields)
    {
        var user = service.AsNewUser();

        (await user.GetAsync($"/api/v1/users/{user.UserId}/usage{query}")).IsInvalid(fields);
    }

    [Fact]
    public async Task Usage_is_ones_own()
    {
        var owner = service.AsNewUser();
        await WriteAsync(owner, await owner.StartSessionAsync(), 1);

        Assert.All((await UsageAsync(service.AsNewUser(), "")).Items("usage"), row => Assert.Equal(0, row.Number("messages")));
        (await service.AsNewUser().GetAsync($"/api/v1/users/{owner.UserId}/usage")).IsProblem(403, "user_mismatch");
        Assert.Equal(10, (await service.AsNobody().GetAsync($"/api/v1/users/{owner.UserId}/usage")).Is(200).GetProperty("totals").Number("messages"));
    }

    [Fact]
    public async Task An_answer_reads_its_own_rows_and_not_everybodys_messages()
    {
        var user = service.AsNewUser();
        await using var database = new TestDatabase(service.ConnectionString);
        await database.ExecuteAsync(
            $"""
            INSERT INTO dev.usage (user_id, quarter_hour, session_id, message_type, model, messages, tokens, cost)
            SELECT u, date_bin('15 minutes', now(), 'epoch'::timestamptz) - n * interval '15 minutes', gen_random_uuid(), 'chat', '', 1, 1, 0.1
            FROM generate_series(1, 2000) AS n, (VALUES ('{user.UserId}'), ('someone-{user.UserId}'), ('{user.UserId}-else')) AS users (u);
            ANALYZE dev.usage
            """);
        var day = await UsageAsync(user, $"?from={DateTime.UtcNow.AddDays(-2):yyyy-MM-dd}&to={DateTime.UtcNow.AddDays(-1):yyyy-MM-dd}");
        Assert.Equal(96, day.GetProperty("totals").Number("messages"));
        Assert.Equal("9.6", day.GetProperty("totals").Raw("cost_usd"));

        var plan = await StatementPlan.ExplainAsync(
            database, UsageStore.OfUser,
            $"'{user.UserId}', now() - interval '2 days', now() - interval '1 day', ARRAY[now() - interval '2 days', now() - interval '1 day'], NULL, 100::int");

        Assert.InRange(plan.RowsRead("usage"), 1, 300);
        Assert.Equal(0, plan.RowsRead("session_messages"));
    }

    private static async Task WriteAsync(ApiClient user, string session, int seed)
    {
        var messages = Enumerable.Range(0, 10).Select(i => JsonSerializer.Serialize(new
        {
            role = "assistant",
            content = "x",
            message_type = i % 3 == 0 ? "tool_call" : "chat",
            metadata = new { model = $"model-{(i + seed) % 3}" },
            tokens_used = 7,
            cost_usd = 0.0000000001m * (i + seed),
            created_at = DateTime.UtcNow.AddHours(-i * seed).ToString("O", CultureInfo.InvariantCulture),
        }));
        (await user.PostAsync($"{session}/messages/batch", $$"""{"messages":[{{string.Join(',', messages)}}]}""")).Is(201);
    }

    private static async Task AssertAddsUpAsync(ApiClient user)
    {
        var sessions = (await user.GetAsync("/api/v1/sessions?page_size=100")).Is(200).Items("sessions").ToDictionary(
            session => session.Text("session_id"),
            session => (session.Number("message_count"), session.Number("total_tokens"), session.GetProperty("total_cost").GetDecimal()));
        foreach (var bucket in new[] { "hour", "day", "week", "month" })
        {
            var usage = await UsageAsync(user, $"?bucket={bucket}&group_by=session&tz=America/St_Johns&from={DateTime.UtcNow.AddDays(-10):yyyy-MM-dd}");
            var sums = usage.Items("usage").GroupBy(row => row.Text("group")).ToDictionary(
                rows => rows.Key,
                rows => (rows.Sum(row => row.Number("messages")), rows.Sum(row => row.Number("tokens")), rows.Sum(row => row.GetProperty("cost_usd").GetDecimal())));
            Assert.Equal(sessions.OrderBy(pair => pair.Key), sums.OrderBy(pair => pair.Key));
            Assert.Equal(
                (sums.Values.Sum(sum => sum.Item1), sums.Values.Sum(sum => sum.Item3)),
                (usage.GetProperty("totals").Number("messages"), usage.GetProperty("totals").GetProperty("cost_usd").GetDecimal()));
        }
    }

    private static async Task<JsonElement> UsageAsync(ApiClient user, string query) =>
        (await user.GetAsync($"/api/v1/users/{user.UserId}/usage{query}")).Is(200);

    private static IEnumerable<string> Rows(JsonElement usage) =>
        usage.Items("usage").Where(row => row.Number("messages") > 0).Select(row => $"{row.Text("start")} {row.Text("end")} {row.Number("tokens")}");

    private static IEnumerable<(string? Group, long Tokens)> Groups(JsonElement usage) =>
        usage.Items("usage").GroupBy(row => row.GetProperty("group").GetString()).Select(rows => (rows.Key, rows.Sum(row => row.Number("tokens"))));

    private static string Id(string path) => path.Split('/')[^1];
}
