using Microsoft.Extensions.Logging.Abstractions;
using SessionService.Infrastructure.Schema;
using SessionService.IntegrationTests.Hosting;

namespace SessionService.IntegrationTests.Schema;

/// <summary>The service on the database of the one that it replaces.</summary>
public class AdoptedDatabaseFixture : ApiFixture
{
    protected override async Task<string> PrepareDatabaseAsync()
    {
        await using var database = await AdoptionTests.ExistingAsync();
        await new SchemaMigrator(database.DataSource, NullLogger<SchemaMigrator>.Instance).MigrateAsync(CancellationToken.None);
        return database.ConnectionString;
    }
}

public sealed class AdoptedServiceTests(AdoptedDatabaseFixture service) : IClassFixture<AdoptedDatabaseFixture>
{
    private const string Session = "/api/v1/sessions/a87a9d6e-4137-4d41-8ab8-a13c4abcc83e";
    private const string SessionWithLostUpdates = "/api/v1/sessions/5b0d3a53-9f3f-4f0e-9f0e-3f0a2c9a7c11";

    [Fact]
    public async Task An_adopted_session_is_answered_with_its_messages_its_memory_and_right_totals()
    {
        var user = service.As("test_user_123");

        var session = (await user.GetAsync(Session)).Is(200);
        var messages = (await user.GetAsync($"{Session}/messages")).Is(200);
        var memory = (await user.GetAsync($"{Session}/memory")).Is(200);
        var summary = (await user.GetAsync($"{Session}/summary")).Is(200);

        Assert.Equal("active", session.Text("status"));
        Assert.Equal("""{"test": true}""", session.Raw("metadata"));
        Assert.Equal(2, session.Number("message_count"));
        Assert.Equal(22, session.Number("total_tokens"));
        Assert.Equal("0.0022", session.Raw("total_cost"));
        Assert.Equal("2025-09-23T14:21:49.365937Z", session.Text("created_at"));
        Assert.Equal(2, messages.Number("total"));
        Assert.Equal(
            ["9dbb6df9-0ead-4580-9b16-e817e12abbc3", "2292e78f-dcb8-4be5-9194-230c37b744a0"],
            messages.Items("messages").Select(message => message.Text("message_id")));
        Assert.Equal("0d1f95c6-a8fa-462d-8f6e-b1f0da7524a0", memory.Text("memory_id"));
        Assert.Equal(2, memory.Number("total_messages"));
        Assert.Equal(0, memory.Number("messages_since_last_summary"));
        Assert.True(summary.GetProperty("has_memory").GetBoolean());
    }

    [Fact]
    public async Task A_session_whose_updates_were_lost_has_its_true_sums_and_order()
    {
        var user = service.As("user_with_lost_updates");

        var session = (await user.GetAsync(SessionWithLostUpdates)).Is(200);
        var messages = (await user.GetAsync($"{SessionWithLostUpdates}/messages")).Is(200);

        Assert.Equal(3, session.Number("message_count"));
        Assert.Equal(15, session.Number("total_tokens"));
        Assert.Equal("0.002", session.Raw("total_cost"));
        Assert.Equal(["first", "second", "third"], messages.Items("messages").Select(message => message.Text("content")));
        Assert.Equal([1, 2, 3], messages.Items("messages").Select(message => message.Number("sequence")));
    }

    [Fact]
    public async Task An_adopted_session_belongs_to_its_owner_alone()
    {
        (await service.As("user_with_lost_updates").GetAsync(Session)).IsProblem(404, "session_not_found");
    }
}
