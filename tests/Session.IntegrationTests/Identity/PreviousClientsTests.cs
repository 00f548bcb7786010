using SessionService.IntegrationTests.Hosting;

namespace SessionService.IntegrationTests.Identity;

/// <summary>The calls of the previous platform's clients, as they send them, in a closed network: most of them name no user.</summary>
public sealed class PreviousClientsTests(ClosedNetworkFixture service) : IClassFixture<ClosedNetworkFixture>
{
    private const string Sessions = "/api/v1/sessions";

    private readonly string _user = $"user-{Guid.NewGuid()}";

    private ApiClient Nobody => service.AsNobody();

    [Fact]
    public async Task The_user_service_of_the_agent_SDK_keeps_a_conversation()
    {
        var created = (await Nobody.PostAsync(Sessions, $$"""{"user_id":"{{_user}}","title":"Tea","metadata":{},"is_active":true}""")).Is(201);
        var session = $"{Sessions}/{created.Text("session_id")}";

        (await Nobody.GetAsync(session)).Is(200);
        (await Nobody.PostAsync(
            $"{session}/messages",
            """{"role":"user","content":"Hello","message_type":"chat","tokens_used":null,"cost_usd":null,"metadata":{}}""")).Is(201);
        var activity = (await Nobody.PutAsync(session, $$"""{"last_activity":"{{DateTime.UtcNow:yyyy-MM-ddTHH:mm:ss.ffffff}}"}""")).Is(200);

        Assert.InRange(activity.Time("last_activity"), DateTimeOffset.UtcNow.AddMinutes(-1), DateTimeOffset.UtcNow);
        Assert.Equal(1, (await Nobody.GetAsync($"/api/v1/users/{_user}/sessions?page=1&page_size=20")).Is(200).Number("total"));
        Assert.Equal(1, (await Nobody.GetAsync($"{session}/messages?page=1&page_size=50")).Is(200).Number("total"));
        (await Nobody.DeleteAsync(session)).Is(200);
        Assert.Equal("ended", (await Nobody.GetAsync(session)).Is(200).Text("status"));
    }

    [Theory]
    [InlineData("system")]
    [InlineData("the owner")]
    public async Task The_checkpointer_of_the_agent_SDK_saves_and_loads(string user)
    {
        var id = Guid.NewGuid();
        var session = $"{Sessions}/{id}";
        (await Nobody.GetAsync(session)).IsProblem(404, "session_not_found");
        (await Nobody.PostAsync(
            Sessions, $$$"""{"user_id":"{{{user}}}","session_id":"{{{id}}}","metadata":{"source":"checkpointer","auto_created":true}}""")).Is(201);

        var saved = (await Nobody.PostAsync($"{session}/messages", Checkpoint(user))).Is(201);

        var loaded = Assert.Single((await Nobody.GetAsync($"{session}/messages?limit=100&user_id={Uri.EscapeDataString(user)}")).Is(200).Items("messages"));
        JsonShape.AssertMatches(saved.GetRawText(), loaded);
        Assert.Equal("checkpoint", loaded.Text("message_type"));
    }

    [Fact]
    public async Task The_checkpointer_saves_into_a_users_session_as_before()
    {
        var session = await service.As(_user).StartSessionAsync();

        Assert.Equal(_user, (await Nobody.PostAsync($"{session}/messages", Checkpoint("system"))).Is(201).Text("user_id"));
    }

    [Fact]
    public async Task The_client_of_the_sharing_service_reads_a_conversation()
    {
        var session = await service.As(_user).StartSessionAsync();
        await service.As(_user).WriteMessageAsync(session);

        (await Nobody.GetAsync(session)).Is(200);
        Assert.Single((await Nobody.GetAsync($"{session}/messages?page_size=100")).Is(200).Items("messages"));
        (await Nobody.GetAsync($"{Sessions}/{Guid.NewGuid()}")).IsProblem(404, "session_not_found");
    }

    [Fact]
    public async Task A_session_is_moved_by_its_owner_only_there_too()
    {
        var session = await service.As(_user).StartSessionAsync();

        (await Nobody.SendAsync(HttpMethod.Patch, session, """{"user_id":"somebody else","project_id":"proj"}""")).IsProblem(404, "session_not_found");
        (await Nobody.SendAsync(HttpMethod.Patch, session, $$"""{"user_id":"{{_user}}","project_id":"proj"}""")).Is(200);
        (await Nobody.SendAsync(HttpMethod.Patch, session, """{"project_id":"proj"}""")).Is(200);
    }

    private static string Checkpoint(string user) =>
        $$$"""
        {"role":"system","content":"gASV","message_type":"checkpoint",
         "metadata":{"checkpoint_id":"1","parent_checkpoint_id":"","timestamp":"2026-11-30T01:29:37.123456","channel_versions_json":"{}"},
         "user_id":"{{{user}}}"}
        """;
}
