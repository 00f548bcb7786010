using Npgsql;

namespace SessionService.Benchmarks.Data;

/// <summary>Fills the tables as the service would have, with all counters right, but in a few statements.</summary>
internal static class Loader
{
    private const int StatisticsSlots = 64;

    public static async Task AddSessionsAsync(
        NpgsqlDataSource database, SessionKind kind, int sessions, int messagesEach, CancellationToken cancellationToken)
    {
        var id = Keys.UuidSql(Keys.NumberExpression($"{(int)kind}", "session"));
        var user = $"{Keys.UserExpression("session")}::text";
        await using var command = database.CreateCommand(
            $"""
            INSERT INTO dev.sessions
                (user_id, session_id, status, conversation_data, metadata, session_summary,
                 message_count, total_tokens, total_cost, created_at, updated_at, last_activity,
                 is_digested, digested_messages, digested_cost, digested_activity)
            SELECT {user}, {id}, 'active', '{"{}"}', '{SampleMessage.Metadata}', '',
                   {messagesEach}, {messagesEach} * {SampleMessage.Tokens}, {messagesEach} * {SampleMessage.Cost}, now(), now(), now(),
                   {(messagesEach == 0 ? "true" : "false")}, 0, 0, now()
            FROM generate_series(0, {sessions} - 1) AS session;

            INSERT INTO dev.session_messages
                (user_id, session_id, sequence, id, role, content, message_type, message_metadata, tokens_used, cost_usd, created_at)
            SELECT {user}, {id}, sequence, gen_random_uuid(), '{SampleMessage.Role}', '{SampleMessage.Content}', '{SampleMessage.Type}',
                   '{SampleMessage.Metadata}', {SampleMessage.Tokens}, {SampleMessage.Cost}, now()
            FROM generate_series(0, {sessions} - 1) AS session, generate_series(1, {messagesEach}) AS sequence;

            INSERT INTO dev.session_statistics AS totals
                (user_id, slot, total_sessions, active_sessions, total_messages, total_tokens, total_cost)
            SELECT '', slot, {Share(sessions)}, {Share(sessions)}, {Share(Messages())},
                   {Share(Messages())} * {SampleMessage.Tokens}, {Share(Messages())} * {SampleMessage.Cost}
            FROM generate_series(0, {StatisticsSlots} - 1) AS slot
            ON CONFLICT (user_id, slot) DO UPDATE SET
                total_sessions = totals.total_sessions + excluded.total_sessions,
                active_sessions = totals.active_sessions + excluded.active_sessions,
                total_messages = totals.total_messages + excluded.total_messages,
                total_tokens = totals.total_tokens + excluded.total_tokens,
                total_cost = totals.total_cost + excluded.total_cost
            """);
        command.CommandTimeout = 0;
        await command.ExecuteNonQueryAsync(cancellationToken);

        // The shares of all slots add up to the whole.
        string Share(long whole) => $"(({whole} + slot) / {StatisticsSlots})";
        long Messages() => (long)sessions * messagesEach;
    }

    /// <summary>Leaves the database no work of its own for the measurements to pay.</summary>
    public static async Task TidyAsync(NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        foreach (var statement in (string[])["VACUUM ANALYZE dev.sessions, dev.session_messages, dev.session_statistics", "CHECKPOINT"])
        {
            await using var command = database.CreateCommand(statement);
            command.CommandTimeout = 0;
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
    }
}
