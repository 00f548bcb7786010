using SessionService.IntegrationTests.Hosting;
using SessionService.IntegrationTests.Messages.Packed;
using SessionService.IntegrationTests.Transfers;

namespace SessionService.IntegrationTests.Forks;

public sealed class PackedForkTests(PackingFixture service) : IClassFixture<PackingFixture>
{
    [Fact]
    public async Task Messages_that_are_packed_are_copied_and_exported_as_any_others_and_stay_redacted()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        (await user.PostAsync($"{session}/messages/batch", $$"""{"messages":[{{string.Join(',', new Conversation(seed: 5).Requests(700))}}]}""")).Is(201);
        (await user.DeleteAsync($"{session}/messages/100")).Is(200);
        var unpacked = (await user.ExportAsync()).Where(line => !line.StartsWith("{\"type\":\"session\"", StringComparison.Ordinal)).ToList();
        Assert.True(await service.PackAsync() > 1);

        var fork = (await user.PostAsync($"{session}/fork", """{"through_sequence":650}""")).Is(201);

        var path = $"/api/v1/sessions/{fork.Text("session_id")}";
        var exported = (await user.GetAsync($"{session}/export?format=jsonl")).Text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(unpacked[..^1], exported[2..^1]);
        Assert.Equal(await MessagesAsync(user, session, before: 651), await MessagesAsync(user, path, before: 651));

        // And the copies are packed in their turn.
        var copies = await MessagesAsync(user, path, before: 651);
        Assert.True(await service.PackAsync() > 0);
        Assert.Equal(copies, await MessagesAsync(user, path, before: 651));
    }

    [Fact]
    public async Task When_a_user_is_erased_the_statistics_are_as_before_whatever_was_forked()
    {
        var user = service.AsNewUser();
        var before = (await user.GetAsync("/api/v1/sessions/stats")).Is(200);
        var session = await user.StartSessionAsync();
        await user.WriteMessageAsync(session, """{"role":"user","content":"one","tokens_used":3,"cost_usd":0.25}""");
        var fork = (await user.PostAsync($"{session}/fork", "{}")).Is(201);
        await user.WriteMessageAsync($"/api/v1/sessions/{fork.Text("session_id")}", """{"role":"user","content":"two","tokens_used":4,"cost_usd":0.5}""");

        var erased = (await user.DeleteAsync($"/api/v1/users/{user.UserId}/data")).Is(200);

        Assert.Equal((2, 3), (erased.Number("sessions"), erased.Number("messages")));
        var after = (await user.GetAsync("/api/v1/sessions/stats")).Is(200);
        foreach (var name in new[] { "total_sessions", "active_sessions", "total_messages", "total_tokens" })
        {
            Assert.Equal((name, before.Number(name)), (name, after.Number(name)));
        }

        Assert.Equal(before.GetProperty("total_cost").GetDecimal(), after.GetProperty("total_cost").GetDecimal());
    }

    /// <summary>All that the messages say, but for their ids and their session's.</summary>
    private static async Task<List<string>> MessagesAsync(ApiClient user, string session, int before) =>
        [.. (await user.GetAsync($"{session}/messages?after=0&before={before}&limit=1000")).Is(200).Items("messages").Select(message => string.Join(
            '|',
            message.EnumerateObject().Where(field => field.Name is not ("message_id" or "session_id")).Select(field => field.Value.GetRawText())))];
}
