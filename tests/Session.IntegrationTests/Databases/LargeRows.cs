using SessionService.IntegrationTests.Hosting;

namespace SessionService.IntegrationTests.Databases;

/// <summary>Makes what a user has large, by rows that are changed in the database.</summary>
internal static class LargeRows
{
    /// <summary>Gives a session so many messages, with texts of so many kilobytes. The texts do not compress.</summary>
    public static async Task AddMessagesAsync(string connectionString, string session, int messages, int kilobytesEach)
    {
        var id = session[(session.LastIndexOf('/') + 1)..];
        await ExecuteAsync(
            connectionString,
            $$"""
            INSERT INTO dev.session_messages
                (user_id, session_id, sequence, id, role, content, message_type, message_metadata, tokens_used, cost_usd, created_at)
            SELECT s.user_id, s.session_id, n, gen_random_uuid(), CASE WHEN n % 3 = 0 THEN 'assistant' ELSE 'user' END,
                   {{Text(kilobytesEach)}}, 'chat', jsonb_build_object('n', n), 1, 0, s.created_at
            FROM dev.sessions AS s CROSS JOIN generate_series(1, {{messages}}) AS n
            WHERE s.session_id = '{{id}}';
            UPDATE dev.sessions SET message_count = {{messages}}, total_tokens = {{messages}} WHERE session_id = '{{id}}'
            """);
    }

    /// <summary>Creates sessions with free JSON of so many kilobytes.</summary>
    public static async Task AddSessionsAsync(string connectionString, ApiClient user, int sessions, int kilobytesEach)
    {
        for (var i = 0; i < sessions; i++)
        {
            await user.StartSessionAsync($$"""{"title":"Large {{i}}"}""");
        }

        // Half of them compress well.
        await ExecuteAsync(
            connectionString,
            $"""
            UPDATE dev.sessions SET
                conversation_data = jsonb_build_object('text', {Text(kilobytesEach / 2)}),
                metadata = jsonb_build_object('text', CASE WHEN title LIKE '%0' THEN repeat('x', {kilobytesEach * 512}) ELSE {Text(kilobytesEach / 2)} END)
            WHERE user_id = '{user.UserId}'
            """);
    }

    /// <summary>Creates memories of a user, and gives the first so many versions.</summary>
    /// <returns>The path of the memory with the versions.</returns>
    public static async Task<string> AddMemoriesAsync(string connectionString, ApiClient user, int memories, int kilobytesEach)
    {
        var path = $"/api/v1/users/{user.UserId}/memories";
        var id = "";
        for (var i = 0; i < memories; i++)
        {
            id = (await user.PostAsync(path, $$"""{"content":"Memory {{i}}"}""")).Is(201).Text("memory_id");
        }

        for (var i = 0; i < memories; i++)
        {
            (await user.PutAsync($"{path}/{id}", $$"""{"content":"Version {{i}}"}""")).Is(200);
        }

        await ExecuteAsync(
            connectionString,
            $"""
            UPDATE dev.user_memories SET content = {Text(kilobytesEach)} WHERE user_id = '{user.UserId}';
            UPDATE dev.user_memory_versions SET content = {Text(kilobytesEach)} WHERE user_id = '{user.UserId}'
            """);
        return $"{path}/{id}";
    }

    private static string Text(int kilobytes) =>
        $"(SELECT string_agg(md5(random()::text), '') FROM generate_series(1, {kilobytes * 32}))";

    private static async Task ExecuteAsync(string connectionString, string sql)
    {
        await using var database = new TestDatabase(connectionString);
        await database.ExecuteAsync(sql);
    }
}
