using SessionService.IntegrationTests.Hosting;

namespace SessionService.IntegrationTests.Sessions;

public sealed class SessionStatusEndpointTests(ApiFixture service) : IClassFixture<ApiFixture>
{
    private static readonly string[] All = ["active", "completed", "ended", "archived", "expired"];

    [Theory]
    [InlineData("active", "active completed ended archived expired")]
    [InlineData("completed", "active completed ended archived expired")]
    [InlineData("ended", "ended")]
    [InlineData("archived", "active archived")]
    [InlineData("expired", "active expired")]
    public async Task A_status_leads_where_the_contract_says_and_nowhere_else(string from, string allowed)
    {
        var user = service.AsNewUser();
        foreach (var to in All)
        {
            var session = await user.StartSessionInAsync(from);
            var before = (await user.GetAsync(session)).Text;

            var answer = await user.PutAsync(session, $$"""{"status":"{{to}}","session_summary":"Changed."}""");

            if (allowed.Split(' ').Contains(to, StringComparer.Ordinal))
            {
                var updated = answer.Is(200);
                Assert.Equal(to, updated.Text("status"));
                Assert.Equal(to is "active" or "completed", updated.GetProperty("is_active").GetBoolean());
                Assert.Equal("Changed.", updated.Text("session_summary"));
            }
            else
            {
                answer.IsProblem(409, "status_change_not_allowed");
                Assert.Equal(before, (await user.GetAsync(session)).Text);
            }
        }
    }

    [Theory]
    [InlineData("completed", "completed")]
    [InlineData("archived", "active")]
    [InlineData("expired", "active")]
    public async Task Only_the_end_of_a_session_closes_it_to_messages(string status, string then)
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionInAsync(status);

        await user.WriteMessageAsync(session);

        var read = (await user.GetAsync(session)).Is(200);
        Assert.Equal(then, read.Text("status"));
        Assert.Equal(1, read.Number("message_count"));
    }

    [Fact]
    public async Task A_session_that_an_update_ended_takes_no_messages()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionInAsync("ended");

        var answer = await user.PostAsync($"{session}/messages", """{"role":"user","content":"Too late"}""");

        answer.IsProblem(409, "session_ended");
    }
}
