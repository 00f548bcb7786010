using SessionService.IntegrationTests.Hosting;

namespace SessionService.IntegrationTests.Statistics;

// The statistics are of the whole service: each test counts from what it finds.
public sealed class StatisticsEndpointTests(ApiFixture service) : IClassFixture<ApiFixture>
{
    private readonly record struct Totals(long Sessions, long Active, long Messages, long Tokens, decimal Cost);

    [Fact]
    public async Task The_statistics_are_exact_after_every_kind_of_write()
    {
        var user = service.AsNewUser();
        var before = await ReadAsync();

        var session = await user.StartSessionAsync();
        Assert.Equal(new Totals(1, 1, 0, 0, 0), await ReadSinceAsync(before));

        await user.WriteMessageAsync(session, """{"role":"user","content":"Hello","tokens_used":10,"cost_usd":0.001}""");
        Assert.Equal(new Totals(1, 1, 1, 10, 0.001m), await ReadSinceAsync(before));

        await user.WriteMessageAsync(session, """{"role":"user","content":"Hello","tokens_used":12,"cost_usd":0.0012}""");
        Assert.Equal(new Totals(1, 1, 2, 22, 0.0022m), await ReadSinceAsync(before));

        (await user.PostAsync($"{session}/memory", """{"content":"All."}""")).Is(201);
        Assert.Equal(new Totals(1, 1, 2, 22, 0.0022m), await ReadSinceAsync(before));

        foreach (var (status, active) in new[] { ("completed", 1), ("archived", 0), ("archived", 0), ("active", 1), ("expired", 0), ("active", 1) })
        {
            (await user.PutAsync(session, $$"""{"status":"{{status}}"}""")).Is(200);
            Assert.Equal(new Totals(1, active, 2, 22, 0.0022m), await ReadSinceAsync(before));
        }

        (await user.DeleteAsync(session)).Is(200);
        Assert.Equal(new Totals(1, 0, 2, 22, 0.0022m), await ReadSinceAsync(before));

        (await user.DeleteAsync(session)).Is(200);
        Assert.Equal(new Totals(1, 0, 2, 22, 0.0022m), await ReadSinceAsync(before));
    }

    [Fact]
    public async Task What_is_refused_is_not_counted()
    {
        var user = service.AsNewUser();
        var id = Guid.NewGuid();
        var session = await user.StartSessionAsync($$"""{"session_id":"{{id}}"}""");
        (await user.DeleteAsync(session)).Is(200);
        var before = await ReadAsync();

        (await user.PostAsync("/api/v1/sessions", $$"""{"session_id":"{{id}}"}""")).IsProblem(409, "session_id_taken");
        (await user.PostAsync($"{session}/messages", """{"role":"user","content":"Hello","tokens_used":5}""")).IsProblem(409, "session_ended");
        (await user.PutAsync(session, """{"status":"active"}""")).IsProblem(409, "status_change_not_allowed");
        (await service.AsNewUser().PostAsync($"{session}/messages", """{"role":"user","content":"Hello"}""")).IsProblem(404, "session_not_found");
        (await user.PostAsync("/api/v1/sessions", """{"metadata":[]}""")).IsInvalid("metadata");

        Assert.Equal(before, await ReadAsync());
    }

    [Fact]
    public async Task The_statistics_are_answered_as_the_contract_shows_them_and_to_anyone()
    {
        var user = service.AsNewUser();
        await user.WriteMessageAsync(await user.StartSessionAsync());

        var statistics = (await service.AsNobody().GetAsync("/api/v1/sessions/stats")).Is(200);

        Assert.Equal(
            ["active_sessions", "average_messages_per_session", "total_cost", "total_messages", "total_sessions", "total_tokens"],
            statistics.EnumerateObject().Select(member => member.Name).Order(StringComparer.Ordinal));
        Assert.Equal(
            (double)statistics.Number("total_messages") / statistics.Number("total_sessions"),
            statistics.GetProperty("average_messages_per_session").GetDouble());
    }

    [Fact]
    public async Task The_statistics_are_exact_however_many_write_at_once()
    {
        var before = await ReadAsync();

        await Task.WhenAll(Enumerable.Range(0, 16).Select(async i =>
        {
            var user = service.AsNewUser();
            var session = await user.StartSessionAsync();
            for (var message = 0; message < 10; message++)
            {
                await user.WriteMessageAsync(session, """{"role":"user","content":"Hello","tokens_used":7,"cost_usd":0.0000000003}""");
            }

            if (i % 2 == 0)
            {
                (await user.DeleteAsync(session)).Is(200);
            }
        }));

        Assert.Equal(new Totals(16, 8, 160, 1120, 0.000000048m), await ReadSinceAsync(before));
    }

    [Fact]
    public async Task An_acknowledged_message_is_in_the_next_answer_while_others_write()
    {
        var others = service.AsNewUser();
        var othersSession = await others.StartSessionAsync();
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        using var done = new CancellationTokenSource();
        var noise = Task.WhenAll(Enumerable.Range(0, 3).Select(async _ =>
        {
            while (!done.IsCancellationRequested)
            {
                await others.WriteMessageAsync(othersSession);
            }
        }));

        for (var i = 0; i < 20; i++)
        {
            var before = await ReadAsync();
            await user.WriteMessageAsync(session);
            var after = await ReadAsync();
            Assert.True(after.Messages > before.Messages);
        }

        await done.CancelAsync();
        await noise;
        var counted = (await others.GetAsync(othersSession)).Is(200).Number("message_count") + 20;
        Assert.True((await ReadAsync()).Messages >= counted);
    }

    private async Task<Totals> ReadAsync()
    {
        var statistics = (await service.AsNobody().GetAsync("/api/v1/sessions/stats")).Is(200);
        return new Totals(
            statistics.Number("total_sessions"),
            statistics.Number("active_sessions"),
            statistics.Number("total_messages"),
            statistics.Number("total_tokens"),
            statistics.GetProperty("total_cost").GetDecimal());
    }

    private async Task<Totals> ReadSinceAsync(Totals before)
    {
        var now = await ReadAsync();
        return new Totals(
            now.Sessions - before.Sessions,
            now.Active - before.Active,
            now.Messages - before.Messages,
            now.Tokens - before.Tokens,
            now.Cost - before.Cost);
    }
}
