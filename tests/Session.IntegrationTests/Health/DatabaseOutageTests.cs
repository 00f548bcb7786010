using Npgsql;
using SessionService.IntegrationTests.Hosting;

namespace SessionService.IntegrationTests.Health;

// The database refuses and drops connections, as while it restarts or fails over, and comes back.
public sealed class DatabaseOutageTests(ApiFixture service) : IClassFixture<ApiFixture>
{
    [Fact]
    public async Task An_outage_is_a_503_until_the_database_is_back()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        await user.WriteMessageAsync(session);

        await SetAccessAsync(allowed: false);
        try
        {
            Answer[] answers =
            [
                await user.GetAsync(session),
                await user.PutAsync(session, """{"session_summary":"A test."}"""),
                await user.DeleteAsync(session),
                await user.GetAsync($"{session}/summary"),
                await user.PostAsync("/api/v1/sessions", "{}"),
                await user.GetAsync("/api/v1/sessions"),
                await user.GetAsync($"/api/v1/users/{user.UserId}/sessions"),
                await user.GetAsync("/api/v1/sessions/stats"),
                await user.PostAsync($"{session}/messages", """{"role":"user","content":"Hello"}"""),
                await user.GetAsync($"{session}/messages"),
                await user.GetAsync($"{session}/messages?role=user"),
                await user.GetAsync($"{session}/messages?after=0"),
                await user.GetAsync($"{session}/messages?before=9&role=user"),
                await user.PostAsync($"{session}/memory", """{"content":"All."}"""),
                await user.GetAsync($"{session}/memory"),
            ];
            var health = await user.GetAsync("/health");
            var sessionsHealth = await user.GetAsync("/api/v1/sessions/health");
            var ready = await user.GetAsync("/health/ready");
            var detailed = await user.GetAsync("/health/detailed");
            var live = await user.GetAsync("/health/live");

            Assert.All(answers, answer => answer.IsProblem(503, "database_unavailable"));
            Assert.All(answers, answer => Assert.True(int.Parse(answer.Headers["Retry-After"]) > 0));
            Assert.Equal("unhealthy", health.Is(503).Text("status"));
            Assert.Equal("unhealthy", sessionsHealth.Is(503).Text("status"));
            Assert.Equal("unhealthy", ready.Is(503).Text("status"));
            Assert.False(detailed.Is(503).GetProperty("database_connected").GetBoolean());
            Assert.Equal("unhealthy", detailed.Is(503).GetProperty("checks").GetProperty("database").Text("status"));
            live.Is(200);
        }
        finally
        {
            await SetAccessAsync(allowed: true);
        }

        (await user.GetAsync("/health")).Is(200);
        (await user.GetAsync("/health/ready")).Is(200);
        await user.WriteMessageAsync(session);
        var read = (await user.GetAsync(session)).Is(200);
        Assert.Equal("active", read.Text("status"));
        Assert.Equal("", read.Text("session_summary"));
        Assert.Equal(2, read.Number("message_count"));
    }

    private async Task SetAccessAsync(bool allowed)
    {
        var database = new NpgsqlConnectionStringBuilder(service.ConnectionString).Database!;
        var server = new NpgsqlConnectionStringBuilder(service.ConnectionString) { Database = "postgres", Pooling = false };
        await using var connection = new NpgsqlConnection(server.ConnectionString);
        await connection.OpenAsync();
        await using var alter = connection.CreateCommand();
        var name = new NpgsqlCommandBuilder().QuoteIdentifier(database);
#pragma warning disable CA2100 // The name of a database cannot be a parameter; it is quoted.
        alter.CommandText = $"ALTER DATABASE {name} WITH ALLOW_CONNECTIONS {(allowed ? "true" : "false")}";
#pragma warning restore CA2100
        await alter.ExecuteNonQueryAsync();
        if (!allowed)
        {
            await using var terminate = new NpgsqlCommand(
                "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = $1", connection)
            {
                Parameters = { new NpgsqlParameter<string> { TypedValue = database } },
            };
            await terminate.ExecuteNonQueryAsync();
        }
    }
}
