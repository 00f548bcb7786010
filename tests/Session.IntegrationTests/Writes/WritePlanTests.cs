using SessionService.IntegrationTests.Databases;
using SessionService.IntegrationTests.Hosting;

namespace SessionService.IntegrationTests.Writes;

public sealed class WritePlanTests
{
    [Fact]
    public async Task A_plan_that_was_made_for_empty_tables_reads_none_of_them_whole_when_they_have_grown()
    {
        await using var database = await TestDatabase.CloneTemplateAsync();
        await using var service = new InstanceFixture(database.ConnectionString, new KeyValuePair<string, string>("Writes:Writers", "1"));
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
        await service.DisposeAsync();

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

    private static string Message(Guid id) => $$"""{"message_id":"{{id}}","role":"user","content":"Hello"}""";
}
