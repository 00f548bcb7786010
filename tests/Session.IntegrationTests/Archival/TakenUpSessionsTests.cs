using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using SessionService.Infrastructure.Sessions;
using SessionService.IntegrationTests.Hosting;

namespace SessionService.IntegrationTests.Archival;

/// <summary>A message takes an archived or expired session up again.</summary>
public sealed class TakenUpSessionsTests(ArchivalFixture service) : IClassFixture<ArchivalFixture>
{
    private const string Message = """{"role":"user","content":"Hello again"}""";

    [Theory]
    [InlineData("archived", "messages", Message, false)]
    [InlineData("archived", "messages", Message, true)]
    [InlineData("archived", "messages/batch", $$"""{"messages":[{{Message}},{{Message}}]}""", false)]
    [InlineData("expired", "messages", Message, false)]
    [InlineData("expired", "messages/batch", $$"""{"messages":[{{Message}},{{Message}}]}""", true)]
    public async Task A_message_makes_a_session_active_and_counted_as_such(string status, string path, string body, bool isStarred)
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionInAsync(status);
        if (isStarred)
        {
            (await user.PostAsync($"{session}/star", "")).Is(200);
        }

        var before = await ActiveSessionsAsync(user);

        (await user.PostAsync($"{session}/{path}", body)).Is(201);

        var read = (await user.GetAsync(session)).Is(200);
        Assert.Equal(("active", true), (read.Text("status"), read.GetProperty("is_active").GetBoolean()));
        Assert.Equal(JsonValueKind.Null, read.GetProperty("archived_at").ValueKind);
        Assert.Equal(isStarred, read.GetProperty("is_starred").GetBoolean());
        Assert.Equal(before + 1, await ActiveSessionsAsync(user));
        Assert.Equal(0, await TotalAsync(user, $"status={status}"));
        Assert.Equal(1, await TotalAsync(user, $"status=active&starred={(isStarred ? "true" : "false")}"));
        Assert.Equal(0, await RecountAsync());
    }

    [Fact]
    public async Task Many_messages_at_once_take_a_session_up_once()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionInAsync("archived");
        var before = await ActiveSessionsAsync(user);

        await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => user.WriteMessageAsync(session)));

        Assert.Equal(40, (await user.GetAsync(session)).Is(200).Number("message_count"));
        Assert.Equal(before + 1, await ActiveSessionsAsync(user));
        Assert.Equal(0, await RecountAsync());
    }

    [Fact]
    public async Task A_message_that_is_sent_again_and_one_that_is_refused_leave_the_session_archived()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        var key = Guid.NewGuid().ToString();
        (await user.PostAsync($"{session}/messages", Message, key)).Is(201);
        var archived = (await user.PostAsync($"{session}/archive", "")).Is(200);
        var before = await ActiveSessionsAsync(user);

        (await user.PostAsync($"{session}/messages", Message, key)).Is(201);
        (await user.PostAsync($"{session}/messages", """{"role":"user","content":"Hello","expected_sequence":7}"""))
            .IsProblem(409, "sequence_mismatch");

        Assert.Equal(archived.GetRawText(), (await user.GetAsync(session)).Is(200).GetRawText());
        Assert.Equal(before, await ActiveSessionsAsync(user));
    }

    [Fact]
    public async Task An_ended_session_that_is_archived_takes_no_message_and_stays_as_it_is()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionInAsync("ended");
        var archived = (await user.PostAsync($"{session}/archive", "")).Is(200);

        (await user.PostAsync($"{session}/messages", Message)).IsProblem(409, "session_ended");

        Assert.Equal(archived.GetRawText(), (await user.GetAsync(session)).Is(200).GetRawText());
    }

    [Fact]
    public async Task An_imported_message_leaves_an_archived_session_archived()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionInAsync("archived");

        (await user.PostAsync(
            "/api/v1/sessions/import",
            $$"""{"type":"message","session_id":"{{session[^36..]}}","sequence":1,"role":"user","content":"Hello"}""")).Is(200);

        var read = (await user.GetAsync(session)).Is(200);
        Assert.Equal(("archived", 1), (read.Text("status"), read.Number("message_count")));
        Assert.Equal(JsonValueKind.String, read.GetProperty("archived_at").ValueKind);
    }

    private static async Task<long> TotalAsync(ApiClient user, string filter) =>
        (await user.GetAsync($"/api/v1/sessions?{filter}")).Is(200).Number("total");

    private static async Task<long> ActiveSessionsAsync(ApiClient user) =>
        (await user.GetAsync("/api/v1/sessions/stats")).Is(200).Number("active_sessions");

    /// <summary>How many of the kept numbers of sessions were wrong.</summary>
    private Task<int> RecountAsync() => service.Services.GetServices<IHostedService>()
        .OfType<RecountJob>().Single().RecountAsync(CancellationToken.None);
}
