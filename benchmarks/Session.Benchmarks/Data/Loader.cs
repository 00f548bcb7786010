using Npgsql;
using SessionService.Infrastructure.Embeddings;
using SessionService.Infrastructure.Statistics;

namespace SessionService.Benchmarks.Data;

/// <summary>Fills the tables as the service would have, with all counters right, but in a few statements.</summary>
internal static class Loader
{
    private const int Md5Bytes = 16;

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
                   true, {messagesEach}, {messagesEach} * {SampleMessage.Cost}, now()
            FROM generate_series(0, {sessions} - 1) AS session;

            INSERT INTO dev.session_messages
                (user_id, session_id, sequence, id, role, content, message_type, message_metadata, tokens_used, cost_usd, created_at)
            SELECT {user}, {id}, sequence, gen_random_uuid(), '{SampleMessage.Role}', '{SampleMessage.Content}', '{SampleMessage.Type}',
                   '{SampleMessage.Metadata}', {SampleMessage.Tokens}, {SampleMessage.Cost}, now()
            FROM generate_series(0, {sessions} - 1) AS session, generate_series(1, {messagesEach}) AS sequence;

            INSERT INTO dev.usage (user_id, quarter_hour, session_id, message_type, model, messages, tokens, cost)
            SELECT s.user_id, date_bin('15 minutes', now(), 'epoch'::timestamptz), s.session_id, '{SampleMessage.Type}', '',
                   {messagesEach}, {messagesEach} * {SampleMessage.Tokens}, {messagesEach} * {SampleMessage.Cost}
            FROM (SELECT {user}, {id} FROM generate_series(0, {sessions} - 1) AS session) AS s (user_id, session_id)
            WHERE {messagesEach} > 0;

            INSERT INTO dev.session_counts AS counts (user_id, slot, status, is_starred, sessions)
            SELECT {user}, 0, 'active', false, count(*)
            FROM generate_series(0, {sessions} - 1) AS session
            GROUP BY 1
            ON CONFLICT (user_id, slot, status, is_starred) DO UPDATE SET sessions = counts.sessions + excluded.sessions;

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

    /// <summary>Empty sessions of one user, with values of their own in everything that they may be sorted by and that messages do not decide.</summary>
    public static async Task AddSessionsOfAsync(NpgsqlDataSource database, string user, int sessions, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            $"""
            INSERT INTO dev.sessions
                (user_id, session_id, status, conversation_data, metadata, session_summary,
                 message_count, total_tokens, total_cost, created_at, updated_at, last_activity,
                 is_digested, digested_messages, digested_cost, digested_activity)
            SELECT '{user}', gen_random_uuid(), 'active', '{"{}"}', '{SampleMessage.Metadata}', '', 0, 0, 0, at, at, at, true, 0, 0, at
            FROM generate_series(1, {sessions}) AS session
            CROSS JOIN LATERAL (SELECT now() - session * interval '1 minute') AS made (at);

            {SessionCountsSql.Add($"SELECT '{user}' AS user_id, 'active' AS status, false AS is_starred, {sessions} AS sessions")};

            {StatisticsSql.Add("(SELECT) AS one", sessions: $"{sessions}", activeSessions: $"{sessions}")}
            """);
        command.CommandTimeout = 0;
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Messages of one user, in sessions of 1,000 at most: of twenty words each, some of which are much more frequent than others.</summary>
    public static async Task AddTextsAsync(NpgsqlDataSource database, string user, int messages, CancellationToken cancellationToken)
    {
        const int SessionLength = 1_000;
        var each = Math.Min(messages, SessionLength);
        await using var command = database.CreateCommand(
            $"""
            INSERT INTO dev.sessions
                (user_id, session_id, status, conversation_data, metadata, session_summary,
                 message_count, total_tokens, total_cost, created_at, updated_at, last_activity)
            SELECT '{user}', gen_random_uuid(), 'active', '{"{}"}', '{"{}"}', '', {each}, 0, 0, now(), now(), now()
            FROM generate_series(1, {messages / each});

            INSERT INTO dev.session_messages
                (user_id, session_id, sequence, id, role, content, message_type, message_metadata, tokens_used, cost_usd, created_at)
            SELECT s.user_id, s.session_id, n, gen_random_uuid(), 'user',
                   'common ' || (SELECT string_agg('word' || floor(power(random(), 3) * 5000), ' ') FROM generate_series(1, 20 + 0 * n)),
                   'chat', '{"{}"}', 0, 0, now() - n * interval '1 second'
            FROM dev.sessions AS s CROSS JOIN generate_series(1, {each}) AS n
            WHERE s.user_id = '{user}';
            """);
        command.CommandTimeout = 0;
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Returns when the service has digested what was loaded.</summary>
    public static async Task WaitUntilDigestedAsync(NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("SELECT NOT EXISTS (SELECT FROM dev.sessions WHERE NOT is_digested)");
        while (await command.ExecuteScalarAsync(cancellationToken) is not true)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(100), cancellationToken);
        }
    }

    /// <summary>
    /// Gives every message a vector by the sentence model, which takes a question as long to compare as the right one, but not minutes to
    /// compute.
    /// </summary>
    public static async Task AddVectorsAsync(NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            UPDATE dev.message_vectors AS v
            SET model = $1, model_count = v.message_count, model_vectors = (
                SELECT string_agg(decode(md5(v.session_id::text || v.block || n), 'hex'), '')
                FROM generate_series(1, v.message_count * $2) AS n)
            """);
        command.CommandTimeout = 0;
        command.Parameters.Add(new() { Value = EmbeddingModel.OfSentences.Key });
        command.Parameters.Add(new() { Value = EmbeddingModel.OfSentences.Dimensions / Md5Bytes });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Leaves the database no work of its own for the measurements to pay.</summary>
    public static async Task TidyAsync(NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        foreach (var statement in (string[])["VACUUM ANALYZE dev.sessions, dev.session_messages, dev.session_statistics, dev.session_counts, dev.usage", "CHECKPOINT"])
        {
            await using var command = database.CreateCommand(statement);
            command.CommandTimeout = 0;
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
    }
}
