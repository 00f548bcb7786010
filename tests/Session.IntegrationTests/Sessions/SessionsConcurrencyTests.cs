using SessionService.IntegrationTests.Hosting;

namespace SessionService.IntegrationTests.Sessions;

public sealed class SessionsConcurrencyTests(ApiFixture service) : IClassFixture<ApiFixture>
{
    [Fact]
    public async Task Of_many_who_create_one_id_at_once_one_succeeds()
    {
        var body = $$"""{"session_id":"{{Guid.NewGuid()}}"}""";
        var owner = service.AsNewUser();
        var callers = Enumerable.Range(0, 20).Select(i => i % 2 == 0 ? owner : service.AsNewUser()).ToArray();

        var answers = await Task.WhenAll(callers.Select(caller => caller.PostAsync("/api/v1/sessions", body)));

        var created = Assert.Single(answers, answer => answer.Status == 201);
        created.Is(201);
        Assert.All(answers.Where(answer => answer != created), answer => answer.IsProblem(409, "session_id_taken"));
    }

    [Fact]
    public async Task Updates_at_once_do_not_undo_each_other()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();

        for (var round = 0; round < 10; round++)
        {
            // Behind the updates a message may wait too long.
            var message = user.WriteOnceAsync($"{session}/messages", """{"role":"user","content":"Hello"}""");
            var answers = await Task.WhenAll(
                user.PutAsync(session, $$"""{"metadata":{"round":{{round}}} }"""),
                user.PutAsync(session, $$"""{"conversation_data":{"round":{{round}}} }"""),
                user.PutAsync(session, $$"""{"session_summary":"{{round}}"}"""));
            await message;

            Assert.All(answers, answer => answer.Is(200));
            var read = (await user.GetAsync(session)).Is(200);
            Assert.Equal(round, read.GetProperty("metadata").Number("round"));
            Assert.Equal(round, read.GetProperty("conversation_data").Number("round"));
            Assert.Equal(round.ToString(), read.Text("session_summary"));
            Assert.Equal(round + 1, read.Number("message_count"));
        }
    }

    [Fact]
    public async Task Of_contradicting_status_changes_at_once_only_allowed_ones_happen()
    {
        var user = service.AsNewUser();
        for (var round = 0; round < 10; round++)
        {
            var session = await user.StartSessionAsync();

            var answers = await Task.WhenAll(
                user.PutAsync(session, """{"status":"archived"}"""),
                user.PutAsync(session, """{"status":"expired"}"""),
                user.PutAsync(session, """{"status":"ended"}"""));

            // From active each is allowed, from one of the three none of the others is.
            Assert.Single(answers, answer => answer.Status == 200);
            Assert.Equal(2, answers.Count(answer => answer.Status == 409));
        }
    }
}
