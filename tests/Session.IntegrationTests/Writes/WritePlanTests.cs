using System.Globalization;
using SessionService.IntegrationTests.Databases;
using SessionService.IntegrationTests.Digests;
using SessionService.IntegrationTests.Hosting;

namespace SessionService.IntegrationTests.Writes;

public sealed class WritePlanTests
{
    [Fact]
    public async Task A_plan_that_was_made_for_empty_tables_reads_none_of_them_whole_when_they_have_grown()
    {
        await using var database = await TestDatabase.CloneTemplateAsync();
        await using var service = NewService(database);
        await service.InitializeAsync();
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        var planned = await user.PostAsync($"{session}/messages", Message(Guid.NewGuid()), "first");
        await database.ExecuteAsync(
            """
            INSERT INTO dev.session_messages
            SELECT user_id, session_id, g + 1, gen_random_uuid(), 'user', 'Hello', 'chat', '{}', 0, 0, now()
            FROM dev.sessions, generate_series(1, 2000) AS g;
            UPDATE dev.sessions SET message_count = 2001;
            INSERT INTO dev.idempotency_keys
            SELECT 'another', g, '', gen_random_uuid(), '{}', now() FROM generate_series(1, 2000) AS g;
            """);

        var appended = await user.PostAsync($"{session}/messages", Message(Guid.NewGuid()), "second");
        await EndAsync(service, database);

        planned.Is(201);
        Assert.Equal(2002, appended.Is(201).Number("sequence"));
        Assert.Equal(
            ["(idempotency_keys,0)", "(session_messages,0)"],
            await database.QueryAsync(
                """
                SELECT (relname, seq_tup_read) FROM pg_stat_user_tables
                WHERE schemaname = 'dev' AND relname IN ('session_messages', 'idempotency_keys') ORDER BY relname
                """));
    }

    [Fact]
    public async Task A_plan_that_was_made_for_empty_tables_is_made_anew_as_they_grow()
    {
        const int Rows = 2_000;
        const int Appends = 32;
        await using var database = await TestDatabase.CloneTemplateAsync();
        await database.ExecuteAsync("ANALYZE dev.sessions, dev.session_messages");
        await using var service = NewService(database);
        await service.InitializeAsync();
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        await user.PostAsync($"{session}/messages", Message(Guid.NewGuid()));
        await database.ExecuteAsync(
            $"""
            INSERT INTO dev.session_messages
            SELECT user_id, session_id, g + 1, gen_random_uuid(), 'user', 'Hello', 'chat', '{"{}"}', 0, 0, now()
            FROM dev.sessions, generate_series(1, {Rows}) AS g;
            UPDATE dev.sessions SET message_count = {Rows} + 1;
            """);

        for (var i = 0; i < Appends; i++)
        {
            (await user.PostAsync($"{session}/messages", Message(Guid.NewGuid()))).Is(201);
        }

        await EndAsync(service, database);

        // Before it was made anew it could read everything at each append, and after that no more than it needs.
        var read = await database.QueryAsync(
            "SELECT sum(idx_tup_read) FROM pg_stat_user_indexes WHERE schemaname = 'dev' AND relname IN ('sessions', 'session_messages')");
        Assert.InRange(long.Parse(Assert.Single(read), CultureInfo.InvariantCulture), 1, Rows * Appends / 2);
    }

    /// <summary>A service with one writer, in which no digest reads the messages meanwhile.</summary>
    private static InstanceFixture NewService(TestDatabase database) =>
        new(database.ConnectionString, [.. DigestByHand.Settings, new("Writes:Writers", "1")]);

    /// <summary>A connection tells what it has read when it ends, which is soon after its client has gone.</summary>
    private static async Task EndAsync(InstanceFixture service, TestDatabase database)
    {
        await service.DisposeAsync();
        const string Others = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'";
        await Eventually.IsSoAsync(async () => await database.QueryAsync(Others) is ["0"]);
    }

    private static string Message(Guid id) => $$"""{"message_id":"{{id}}","role":"user","content":"Hello"}""";
}
