using SessionService.IntegrationTests.Hosting;

namespace SessionService.IntegrationTests.Sessions;

internal static class SessionRows
{
    /// <summary>Sessions of a user's, without messages, and counted as the service counts them; their times may depend on <c>n</c>.</summary>
    public static string Insert(ApiClient user, int count, string createdAt, string metadata = "'{}'") =>
        $$"""
        INSERT INTO dev.sessions
            (user_id, session_id, status, conversation_data, metadata, session_summary,
             message_count, total_tokens, total_cost, created_at, updated_at, last_activity)
        SELECT '{{user.UserId}}', gen_random_uuid(), 'active', '{}', {{metadata}}, '', 0, 0, 0, {{createdAt}}, now(), now()
        FROM generate_series(1, {{count}}) AS n;

        INSERT INTO dev.session_counts AS counts (user_id, slot, status, is_starred, sessions)
        VALUES ('{{user.UserId}}', 0, 'active', false, {{count}})
        ON CONFLICT (user_id, slot, status, is_starred) DO UPDATE SET sessions = counts.sessions + excluded.sessions
        """;
}
