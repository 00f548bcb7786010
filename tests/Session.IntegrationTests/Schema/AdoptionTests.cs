using System.Globalization;
using Microsoft.Extensions.Logging;
using Npgsql;
using SessionService.Infrastructure.Schema;
using SessionService.IntegrationTests.Databases;

namespace SessionService.IntegrationTests.Schema;

public class AdoptionTests
{
    private const string Session = "a87a9d6e-4137-4d41-8ab8-a13c4abcc83e";
    private const string OtherSession = "5b0d3a53-9f3f-4f0e-9f0e-3f0a2c9a7c11";
    private const string Message = "9dbb6df9-0ead-4580-9b16-e817e12abbc3";

    [Fact]
    public async Task The_sample_is_adopted()
    {
        await using var database = await ExistingAsync();

        var log = await MigrateAsync(database);

        Assert.Equal(
            [
                "(test_user_123,0c7f2f6e-6f0b-4a0c-8b57-2d1a0f6f9d42,ended,f,{},{},\"\",0,0,0.0000000000,\"2025-09-25 10:00:00+00\",\"2025-09-25 10:00:00+00\",\"2025-09-25 10:00:00+00\")",
                "(user_with_lost_updates,5b0d3a53-9f3f-4f0e-9f0e-3f0a2c9a7c11,active,t,{},{},\"\",3,15,0.0020000000,\"2025-09-24 08:00:00+00\",\"2025-09-24 08:00:03+00\",\"2025-09-24 08:00:03+00\")",
                "(test_user_123,a87a9d6e-4137-4d41-8ab8-a13c4abcc83e,active,t,{},\"{\"\"test\"\": true}\",\"\",2,22,0.0022000000,\"2025-09-23 14:21:49.365937+00\",\"2025-09-23 14:54:23.338644+00\",\"2025-09-23 14:54:23.338644+00\")",
            ],
            await database.QueryAsync(
                """
                SELECT (user_id, session_id, status, is_active, conversation_data, metadata, session_summary, message_count, total_tokens,
                    total_cost, created_at, updated_at, last_activity)
                FROM dev.sessions ORDER BY session_id
                """));
        Assert.Equal(
            [
                "(user_with_lost_updates,5b0d3a53-9f3f-4f0e-9f0e-3f0a2c9a7c11,1,11111111-aaaa-4aaa-8aaa-000000000001,user,first,chat,{},5,0.0010000000,\"2025-09-24 08:00:01+00\")",
                "(user_with_lost_updates,5b0d3a53-9f3f-4f0e-9f0e-3f0a2c9a7c11,2,11111111-aaaa-4aaa-8aaa-000000000002,assistant,second,chat,{},5,0.0000000000,\"2025-09-24 08:00:03+00\")",
                "(user_with_lost_updates,5b0d3a53-9f3f-4f0e-9f0e-3f0a2c9a7c11,3,11111111-aaaa-4aaa-8aaa-000000000003,user,third,chat,{},5,0.0010000000,\"2025-09-24 08:00:03+00\")",
                "(test_user_123,a87a9d6e-4137-4d41-8ab8-a13c4abcc83e,1,9dbb6df9-0ead-4580-9b16-e817e12abbc3,user,\"Hello, this is a test message\",chat,\"{\"\"source\"\": \"\"test\"\"}\",10,0.0010000000,\"2025-09-23 14:54:08.106314+00\")",
                "(test_user_123,a87a9d6e-4137-4d41-8ab8-a13c4abcc83e,2,2292e78f-dcb8-4be5-9194-230c37b744a0,assistant,\"Hello! I received your test message.\",chat,\"{\"\"model\"\": \"\"gpt-4\"\"}\",12,0.0012000000,\"2025-09-23 14:54:23.338644+00\")",
            ],
            await database.QueryAsync(
                """
                SELECT (user_id, session_id, sequence, id, role, content, message_type, message_metadata, tokens_used, cost_usd, created_at)
                FROM dev.session_messages ORDER BY session_id, sequence
                """));
        Assert.Equal(
            ["(test_user_123,a87a9d6e-4137-4d41-8ab8-a13c4abcc83e,0d1f95c6-a8fa-462d-8f6e-b1f0da7524a0,conversation,{},[],2,t,\"2025-09-23 14:54:54.163929+00\")"],
            await database.QueryAsync(
                "SELECT (user_id, session_id, id, memory_type, user_preferences, ongoing_tasks, total_messages, is_active, created_at) FROM dev.session_memories"));
        Assert.Equal(["(\"\",0,3,2,5,37,0.0042000000)"], await database.QueryAsync("SELECT (user_id, slot, total_sessions, active_sessions, total_messages, total_tokens, total_cost) FROM dev.session_statistics"));
        Assert.Empty(await database.QueryAsync("SELECT 1 FROM dev.orphaned_rows"));
        Assert.Equal([(LogLevel.Information, "Database: Adopted 3 sessions, 5 messages and 1 memories of the existing database.")], log.Entries);
    }

    [Fact]
    public async Task The_adopted_schema_is_the_fresh_one()
    {
        await using var database = await ExistingAsync();

        await MigrateAsync(database);

        var report = await new SchemaCheck(database.DataSource).RunAsync(CancellationToken.None);
        Assert.Empty(report.Errors);
        Assert.Empty(report.Warnings);
        Assert.Equal(["dev", "public"], await database.QueryAsync("SELECT nspname FROM pg_namespace WHERE nspname !~ '^(pg_|information_schema)' ORDER BY 1"));
    }

    [Fact]
    public async Task A_second_run_changes_nothing()
    {
        await using var database = await ExistingAsync();
        await MigrateAsync(database);
        var before = await DumpAsync(database);

        var log = await MigrateAsync(database);

        Assert.Equal(before, await DumpAsync(database));
        Assert.Empty(log.Entries);
    }

    [Fact]
    public async Task An_empty_database_gets_no_rows()
    {
        await using var database = await TestDatabase.CloneTemplateAsync();

        Assert.Equal(["0"], await database.QueryAsync("SELECT (SELECT count(*) FROM dev.sessions) + (SELECT count(*) FROM dev.session_statistics) + (SELECT count(*) FROM dev.orphaned_rows)"));
    }

    /// <summary>What the field's databases do differently: a change of the sample, a question, and its answer after the adoption.</summary>
    public static TheoryData<string, string, string> Variations => new()
    {
        // Nulls.
        { "UPDATE dev.sessions SET status = NULL, is_active = NULL", "SELECT DISTINCT (status, is_active) FROM dev.sessions", "(active,t)" },
        { "UPDATE dev.sessions SET metadata = 'null', conversation_data = NULL, session_summary = NULL", "SELECT DISTINCT (metadata, conversation_data, session_summary) FROM dev.sessions", "({},{},\"\")" },
        { "UPDATE dev.session_messages SET message_type = NULL, message_metadata = NULL, tokens_used = NULL, cost_usd = NULL", "SELECT DISTINCT (message_type, message_metadata, tokens_used, cost_usd) FROM dev.session_messages", "(chat,{},0,0.0000000000)" },
        { "ALTER TABLE dev.session_messages ALTER role DROP NOT NULL, ALTER content DROP NOT NULL; UPDATE dev.session_messages SET role = NULL, content = NULL", "SELECT DISTINCT (role, content) FROM dev.session_messages", "(user,\"\")" },
        { "UPDATE dev.session_messages SET role = 'Function'", "SELECT DISTINCT role FROM dev.session_messages", "Function" },
        { "UPDATE dev.session_messages SET tokens_used = -7, cost_usd = -0.5", "SELECT DISTINCT (tokens_used, cost_usd) FROM dev.session_messages", "(-7,-0.5000000000)" },
        {
            "UPDATE dev.session_memories SET conversation_summary = NULL, user_preferences = NULL, ongoing_tasks = NULL, session_metadata = NULL, is_active = NULL",
            "SELECT (conversation_summary, user_preferences, ongoing_tasks, session_metadata, is_active) FROM dev.session_memories",
            "(\"\",{},[],{},t)"
        },
        { "UPDATE dev.session_memories SET is_active = false", "SELECT is_active FROM dev.session_memories", "false" },

        // Times.
        { $"UPDATE dev.sessions SET created_at = NULL WHERE session_id = '{Session}'", $"SELECT created_at FROM dev.sessions WHERE session_id = '{Session}'", "2025-09-23 14:54:08.106314+00" },
        { "DELETE FROM dev.session_messages; UPDATE dev.sessions SET created_at = NULL, last_activity = NULL, updated_at = '2025-01-01Z'", "SELECT DISTINCT (created_at, updated_at, last_activity) FROM dev.sessions", "(\"2025-01-01 00:00:00+00\",\"2025-01-01 00:00:00+00\",\"2025-01-01 00:00:00+00\")" },
        { "UPDATE dev.sessions SET created_at = NULL, last_activity = NULL, updated_at = NULL", "SELECT count(*) FROM dev.sessions WHERE message_count = 0 AND created_at > now() - interval '1 hour' AND updated_at = created_at AND last_activity = created_at", "1" },
        { "UPDATE dev.sessions SET updated_at = '2001-01-01Z'", "SELECT DISTINCT updated_at = created_at FROM dev.sessions", "true" },
        { "UPDATE dev.sessions SET last_activity = '2025-12-31Z'", "SELECT DISTINCT last_activity FROM dev.sessions", "2025-12-31 00:00:00+00" },
        { "UPDATE dev.sessions SET updated_at = 'infinity', last_activity = '-infinity'", $"SELECT (updated_at, last_activity) FROM dev.sessions WHERE session_id = '{Session}'", "(\"2025-09-23 14:54:23.338644+00\",\"2025-09-23 14:54:23.338644+00\")" },
        { "UPDATE dev.session_messages SET created_at = NULL", $"SELECT DISTINCT created_at FROM dev.session_messages WHERE session_id = '{Session}'", "2025-09-23 14:21:49.365937+00" },
        { "UPDATE dev.session_messages SET created_at = NULL", $"SELECT string_agg(left(id::text, 4), ' ' ORDER BY sequence) FROM dev.session_messages WHERE session_id = '{Session}'", "2292 9dbb" },
        { "ALTER TABLE dev.sessions ALTER created_at TYPE timestamp USING created_at AT TIME ZONE 'UTC'", $"SELECT created_at FROM dev.sessions WHERE session_id = '{Session}'", "2025-09-23 14:21:49.365937+00" },
        { "ALTER TABLE dev.session_messages ALTER created_at TYPE text USING '2025-09-23T10:00:00'", "SELECT DISTINCT created_at FROM dev.session_messages", "2025-09-23 10:00:00+00" },
        { "UPDATE dev.session_memories SET last_summary_at = '2025-09-23 14:54:10Z'", "SELECT (total_messages, last_summary_at) FROM dev.session_memories", "(1,\"2025-09-23 14:54:10+00\")" },
        { "UPDATE dev.session_memories SET created_at = NULL, updated_at = NULL", "SELECT (total_messages, last_summary_at, created_at, updated_at) FROM dev.session_memories", "(0,\"2025-09-23 14:21:49.365937+00\",\"2025-09-23 14:21:49.365937+00\",\"2025-09-23 14:21:49.365937+00\")" },

        // Statuses.
        { "UPDATE dev.sessions SET status = ' Archived ', is_active = true", "SELECT DISTINCT status FROM dev.sessions", "archived" },
        { "UPDATE dev.sessions SET status = 'COMPLETED', is_active = true", "SELECT DISTINCT status FROM dev.sessions", "completed" },
        { "UPDATE dev.sessions SET status = 'completed', is_active = false", "SELECT DISTINCT status FROM dev.sessions", "ended" },
        { "UPDATE dev.sessions SET status = 'expired', is_active = false", "SELECT DISTINCT status FROM dev.sessions", "expired" },
        { "UPDATE dev.sessions SET status = NULL, is_active = false", "SELECT DISTINCT status FROM dev.sessions", "ended" },
        { "UPDATE dev.sessions SET status = 'paused', is_active = NULL", "SELECT DISTINCT status FROM dev.sessions", "active" },
        { "UPDATE dev.sessions SET status = 'paused', is_active = false", "SELECT DISTINCT status FROM dev.sessions", "ended" },
        { "ALTER TABLE dev.sessions DROP status, DROP is_active", "SELECT DISTINCT status FROM dev.sessions", "active" },
        { "UPDATE dev.sessions SET status = 'completed'; UPDATE dev.sessions SET is_active = true", "SELECT (total_sessions, active_sessions) FROM dev.session_statistics", "(3,3)" },

        // Types.
        { "ALTER TABLE dev.session_messages ALTER cost_usd TYPE double precision", "SELECT (sum(cost_usd), min(cost_usd) FILTER (WHERE tokens_used = 10)) FROM dev.session_messages", "(0.0042000000,0.0010000000)" },
        { "ALTER TABLE dev.session_messages ALTER cost_usd TYPE real", "SELECT sum(cost_usd) FROM dev.session_messages", "0.0042000000" },
        { "ALTER TABLE dev.session_messages ALTER cost_usd TYPE double precision USING 'NaN'", "SELECT DISTINCT cost_usd FROM dev.session_messages", "0.0000000000" },
        { "ALTER TABLE dev.session_messages ALTER cost_usd TYPE double precision USING '-Infinity'", "SELECT DISTINCT cost_usd FROM dev.session_messages", "0.0000000000" },
        { "ALTER TABLE dev.session_messages ALTER cost_usd DROP DEFAULT, ALTER cost_usd TYPE text USING ' 1.5e-3 '", "SELECT DISTINCT cost_usd FROM dev.session_messages", "0.0015000000" },
        { "ALTER TABLE dev.session_messages ALTER cost_usd DROP DEFAULT, ALTER cost_usd TYPE text USING ''", "SELECT DISTINCT cost_usd FROM dev.session_messages", "0.0000000000" },
        { "ALTER TABLE dev.session_messages ALTER cost_usd TYPE numeric USING 0.00000000016", $"SELECT (total_cost, (SELECT max(cost_usd) FROM dev.session_messages)) FROM dev.sessions WHERE session_id = '{Session}'", "(0.0000000004,0.0000000002)" },
        { "ALTER TABLE dev.session_messages ALTER tokens_used TYPE bigint", $"SELECT total_tokens FROM dev.sessions WHERE session_id = '{Session}'", "22" },
        { "ALTER TABLE dev.session_messages ALTER tokens_used TYPE double precision USING 2147483647", $"SELECT total_tokens FROM dev.sessions WHERE session_id = '{Session}'", "4294967294" },
        { "ALTER TABLE dev.sessions ALTER metadata TYPE json", $"SELECT metadata FROM dev.sessions WHERE session_id = '{Session}'", "{\"test\": true}" },
        { "ALTER TABLE dev.sessions ALTER metadata DROP DEFAULT, ALTER metadata TYPE text USING ' '", "SELECT DISTINCT metadata FROM dev.sessions", "{}" },
        { "ALTER TABLE dev.session_messages ALTER message_metadata DROP DEFAULT, ALTER message_metadata TYPE varchar(100)", $"SELECT message_metadata FROM dev.session_messages WHERE id = '{Message}'", "{\"source\": \"test\"}" },
        { "ALTER TABLE dev.session_memories ALTER ongoing_tasks DROP DEFAULT, ALTER ongoing_tasks TYPE text USING '[\"a\"]'", "SELECT ongoing_tasks FROM dev.session_memories", "[\"a\"]" },
        { "ALTER TABLE dev.sessions ALTER is_active DROP DEFAULT, ALTER is_active TYPE integer USING 0", "SELECT DISTINCT status FROM dev.sessions", "ended" },
        { "ALTER TABLE dev.session_messages ALTER id DROP DEFAULT, ALTER id TYPE text USING upper(id::text)", "SELECT count(*) FROM dev.session_messages", "5" },
        {
            "ALTER TABLE dev.session_messages DROP CONSTRAINT session_messages_session_id_fkey; ALTER TABLE dev.sessions ALTER session_id TYPE uuid USING session_id::uuid; ALTER TABLE dev.session_messages ALTER session_id TYPE uuid USING session_id::uuid",
            "SELECT count(*) FROM dev.session_messages",
            "5"
        },
        { "ALTER TABLE dev.session_messages DROP CONSTRAINT session_messages_session_id_fkey; UPDATE dev.session_messages SET session_id = upper(session_id)", "SELECT count(*) FROM dev.session_messages", "5" },
        { "ALTER TABLE dev.session_messages DROP CONSTRAINT session_messages_session_id_fkey; UPDATE dev.sessions SET session_id = replace(session_id, '-', '')", "SELECT count(*) FROM dev.session_messages", "5" },

        // Free JSON of the wrong kind.
        { "UPDATE dev.sessions SET metadata = '[1]', conversation_data = '\"{broken\"'", "SELECT DISTINCT (metadata, conversation_data) FROM dev.sessions", "(\"{\"\"adopted\"\": [1]}\",\"{\"\"adopted\"\": \"\"{broken\"\"}\")" },
        { "UPDATE dev.sessions SET metadata = to_jsonb('{\"a\": 1}'::text), conversation_data = to_jsonb('[1]'::text)", "SELECT DISTINCT (metadata, conversation_data) FROM dev.sessions", "(\"{\"\"a\"\": 1}\",\"{\"\"adopted\"\": \"\"[1]\"\"}\")" },
        { "ALTER TABLE dev.session_messages ALTER message_metadata DROP DEFAULT, ALTER message_metadata TYPE text USING to_json('{\"a\": 1}'::text)", "SELECT DISTINCT message_metadata FROM dev.session_messages", "{\"a\": 1}" },
        { "ALTER TABLE dev.session_messages ALTER message_metadata TYPE json USING '7'", "SELECT DISTINCT message_metadata FROM dev.session_messages", "{\"adopted\": 7}" },
        { "UPDATE dev.session_memories SET ongoing_tasks = '{\"a\": 1}', user_preferences = 'true', session_metadata = '\"\"'", "SELECT (ongoing_tasks, user_preferences, session_metadata) FROM dev.session_memories", "(\"[{\"\"a\"\": 1}]\",\"{\"\"adopted\"\": true}\",\"{\"\"adopted\"\": \"\"\"\"}\")" },
        { "UPDATE dev.session_memories SET ongoing_tasks = to_jsonb('[\"a\"]'::text)", "SELECT ongoing_tasks FROM dev.session_memories", "[\"a\"]" },

        // Texts that are read as something else.
        { "ALTER TABLE dev.session_messages ALTER created_at DROP DEFAULT, ALTER created_at TYPE varchar(40) USING ' 2025-09-23 12:00:00+02 '", "SELECT DISTINCT created_at FROM dev.session_messages", "2025-09-23 10:00:00+00" },
        { "ALTER TABLE dev.session_messages ALTER created_at DROP DEFAULT, ALTER created_at TYPE text USING CASE role WHEN 'user' THEN ' ' ELSE 'Infinity' END", $"SELECT DISTINCT created_at FROM dev.session_messages WHERE session_id = '{Session}'", "2025-09-23 14:21:49.365937+00" },
        { "ALTER TABLE dev.sessions ALTER created_at DROP DEFAULT, ALTER created_at TYPE date", $"SELECT created_at FROM dev.sessions WHERE session_id = '{Session}'", "2025-09-23 00:00:00+00" },
        { "ALTER TABLE dev.session_memories ALTER is_active DROP DEFAULT, ALTER is_active TYPE text USING ' No '", "SELECT is_active FROM dev.session_memories", "false" },
        { "ALTER TABLE dev.session_memories ALTER is_active DROP DEFAULT, ALTER is_active TYPE text USING ''", "SELECT is_active FROM dev.session_memories", "true" },

        // Missing columns, keys and tables.
        { "ALTER TABLE dev.sessions DROP conversation_data, DROP metadata, DROP message_count, DROP total_tokens, DROP total_cost, DROP session_summary, DROP last_activity, DROP updated_at, DROP id", $"SELECT (message_count, conversation_data, last_activity) FROM dev.sessions WHERE session_id = '{Session}'", "(2,{},\"2025-09-23 14:54:23.338644+00\")" },
        { "ALTER TABLE dev.session_messages DROP user_id, DROP message_type, DROP message_metadata, DROP tokens_used, DROP cost_usd, DROP created_at", $"SELECT DISTINCT (user_id, message_type, message_metadata, tokens_used, cost_usd, created_at) FROM dev.session_messages WHERE session_id = '{Session}'", "(test_user_123,chat,{},0,0.0000000000,\"2025-09-23 14:21:49.365937+00\")" },
        { "ALTER TABLE dev.session_memories DROP user_id, DROP user_preferences, DROP ongoing_tasks, DROP total_messages, DROP last_summary_at, DROP is_active, DROP updated_at, DROP messages_since_last_summary", "SELECT (user_id, user_preferences, ongoing_tasks, total_messages, is_active, last_summary_at = created_at) FROM dev.session_memories", "(test_user_123,{},[],2,t,t)" },
        { "ALTER TABLE dev.session_messages DROP CONSTRAINT session_messages_pkey; INSERT INTO dev.session_messages SELECT * FROM dev.session_messages", "SELECT (count(*), max(sequence), count(DISTINCT id)) FROM dev.session_messages", "(10,6,10)" },
        { "DROP TABLE dev.session_memories", "SELECT (SELECT count(*) FROM dev.session_messages) || ' ' || (SELECT count(*) FROM dev.session_memories)", "5 0" },
        { "DROP TABLE dev.session_messages", "SELECT (sum(message_count), sum(total_tokens)) FROM dev.sessions", "(0,0)" },
        { "DROP TABLE dev.session_messages; DROP TABLE dev.sessions", "SELECT (SELECT count(*) FROM dev.orphaned_rows) || ' ' || (SELECT count(*) FROM dev.session_statistics)", "1 0" },
        { "TRUNCATE dev.sessions, dev.session_messages, dev.session_memories", "SELECT count(*) FROM dev.session_statistics", "0" },

        // The deployment's own columns.
        { "ALTER TABLE dev.sessions ADD title int DEFAULT 5, ADD revision text", $"SELECT (adopted_title, title, adopted_revision, revision) FROM dev.sessions WHERE session_id = '{Session}'", "(5,,,1)" },
        { "ALTER TABLE dev.sessions ADD \"Tenant %s\" varchar(20) NOT NULL DEFAULT 'acme', ADD flags int[] DEFAULT '{1,2}'", "SELECT DISTINCT (\"Tenant %s\", flags) FROM dev.sessions", "(acme,\"{1,2}\")" },
        {
            "ALTER TABLE dev.sessions ADD tenant varchar(20) COLLATE \"C\" NOT NULL DEFAULT 'acme'",
            "SELECT format_type(atttypid, atttypmod) || ' ' || attcollation::regcollation || ' ' || attnotnull || ' ' || atthasdef FROM pg_attribute WHERE attrelid = 'dev.sessions'::regclass AND attname = 'tenant'",
            "character varying(20) \"C\" false false"
        },
        { "ALTER TABLE dev.session_messages ADD model text; UPDATE dev.session_messages SET model = 'm-' || content", "SELECT count(*) FROM dev.session_messages WHERE model = 'm-' || content", "5" },
        { "ALTER TABLE dev.session_messages ADD sequence int DEFAULT 77", "SELECT DISTINCT adopted_sequence FROM dev.session_messages", "77" },
        { "ALTER TABLE dev.session_memories ADD embedding real[] DEFAULT '{0.5}', ADD memory_type text DEFAULT 'summary'", "SELECT (embedding, memory_type) FROM dev.session_memories", "({0.5},summary)" },
        { "SELECT 1", "SELECT count(*) FROM pg_attribute WHERE attrelid IN ('dev.sessions'::regclass, 'dev.session_memories'::regclass) AND attname IN ('messages_since_last_summary', 'adopted_id') AND NOT attisdropped", "0" },

        // Owners and orphans.
        { "UPDATE dev.session_messages SET user_id = 'somebody else'", $"SELECT DISTINCT user_id FROM dev.session_messages WHERE session_id = '{Session}'", "test_user_123" },
        { $"UPDATE dev.sessions SET user_id = E' \\tbob\\n' WHERE session_id = '{Session}'", $"SELECT DISTINCT user_id FROM dev.session_messages WHERE session_id = '{Session}'", "bob" },
        { $"UPDATE dev.sessions SET user_id = repeat('ü', 255) WHERE session_id = '{Session}'", $"SELECT length(user_id) FROM dev.sessions WHERE session_id = '{Session}'", "255" },
        {
            $"ALTER TABLE dev.session_messages DROP CONSTRAINT session_messages_session_id_fkey; UPDATE dev.session_messages SET session_id = 'no such session', user_id = 'orphan' WHERE id = '{Message}'",
            "SELECT (user_id, source_table, content ->> 'session_id', content ->> 'id', content ->> 'content', content ->> 'cost_usd') FROM dev.orphaned_rows",
            $"(orphan,session_messages,\"no such session\",{Message},\"Hello, this is a test message\",0.0010)"
        },
        {
            $"ALTER TABLE dev.session_messages DROP CONSTRAINT session_messages_session_id_fkey; UPDATE dev.session_messages SET session_id = 'no such session' WHERE id = '{Message}'",
            $"SELECT (s.message_count, m.sequence, t.total_messages) FROM dev.sessions s JOIN dev.session_messages m USING (session_id) CROSS JOIN dev.session_statistics t WHERE session_id = '{Session}'",
            "(1,1,4)"
        },
        {
            "ALTER TABLE dev.session_messages DROP CONSTRAINT session_messages_session_id_fkey, ALTER session_id DROP NOT NULL, ALTER user_id DROP NOT NULL; UPDATE dev.session_messages SET session_id = NULL, user_id = NULL",
            "SELECT (count(*), count(DISTINCT orphan_id), max(user_id)) FROM dev.orphaned_rows",
            "(5,5,\"\")"
        },
        {
            "ALTER TABLE dev.session_memories DROP CONSTRAINT session_memories_session_id_key; INSERT INTO dev.session_memories (session_id, user_id, conversation_summary, updated_at) SELECT session_id, user_id, 'older', '2020-01-01Z' FROM dev.session_memories",
            "SELECT (left(m.conversation_summary, 12), o.source_table, o.content ->> 'conversation_summary') FROM dev.session_memories m CROSS JOIN dev.orphaned_rows o",
            "(\"User prefers\",session_memories,older)"
        },
    };

    [Theory]
    [MemberData(nameof(Variations))]
    public async Task Databases_of_the_field_are_adopted(string change, string question, string answer)
    {
        await using var database = await ExistingAsync();
        await database.ExecuteAsync(change);

        await MigrateAsync(database);

        Assert.Equal([answer], await database.QueryAsync(question));
    }

    public static TheoryData<string, string> Notices => new()
    {
        { "UPDATE dev.sessions SET status = 'paused'", "3 sessions had an unknown status and became active or ended, as their is_active said." },
        {
            "ALTER TABLE dev.session_messages DROP CONSTRAINT session_messages_session_id_fkey; UPDATE dev.session_messages SET session_id = 'x'",
            "5 messages belong to no session; they were parked in dev.orphaned_rows."
        },
        {
            "UPDATE dev.session_memories SET session_id = gen_random_uuid()",
            "1 memories belong to no session or are older than another of their session; they were parked in dev.orphaned_rows."
        },
        { $"UPDATE dev.session_messages SET user_id = 'x' WHERE id = '{Message}'", "1 messages named another user than their session; they belong to the session's user now." },
        {
            "GRANT SELECT ON dev.sessions TO public; CREATE TRIGGER touch BEFORE UPDATE ON dev.sessions FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()",
            "Not carried over from dev.sessions: grants to (public), triggers (touch), policies (), indexes (), checks (), foreign keys ()."
        },
        {
            "CREATE INDEX by_tenant ON dev.sessions (user_id, created_at); CREATE INDEX live ON dev.sessions (status) WHERE status = 'active'; CREATE INDEX renamed ON dev.sessions (user_id); ALTER TABLE dev.sessions ADD CONSTRAINT positive CHECK (message_count >= 0)",
            "Not carried over from dev.sessions: grants to (), triggers (), policies (), indexes (by_tenant, live), checks (positive), foreign keys ()."
        },
        {
            "CREATE TABLE dev.models (name text PRIMARY KEY); ALTER TABLE dev.session_messages ADD model text CONSTRAINT known_model REFERENCES dev.models",
            "Not carried over from dev.session_messages: grants to (), triggers (), policies (), indexes (), checks (), foreign keys (known_model)."
        },
        { "UPDATE dev.sessions SET status = 'Completed', is_active = false", "3 sessions had the status active or completed, but is_active = false; they became ended." },
        { "ALTER TABLE dev.session_messages ALTER cost_usd TYPE double precision; UPDATE dev.session_messages SET cost_usd = CASE role WHEN 'user' THEN 'NaN' ELSE '-Infinity' END::float", "5 messages had NaN or infinity as cost_usd or tokens_used; it became 0." },
        { "UPDATE dev.sessions SET metadata = '[]'", "3 sessions.metadata were no JSON object; they were kept as {\"adopted\": ...}." },
        { $"UPDATE dev.session_messages SET message_metadata = '\"x\"' WHERE id = '{Message}'", "1 session_messages.message_metadata were no JSON object; they were kept as {\"adopted\": ...}." },
        { "UPDATE dev.session_memories SET ongoing_tasks = '{}'", "1 session_memories.ongoing_tasks were no JSON array; they were kept as [...]." },
    };

    [Theory]
    [MemberData(nameof(Notices))]
    public async Task The_operator_is_told_what_was_decided(string change, string warning)
    {
        await using var database = await ExistingAsync();
        await database.ExecuteAsync(change);

        var log = await MigrateAsync(database);

        Assert.Equal([$"Database: {warning}"], log.Entries.Where(e => e.Level == LogLevel.Warning).Select(e => e.Message));
    }

    /// <summary>A change of the sample, and what the refusal says of it.</summary>
    public static TheoryData<string, string> Refusals => new()
    {
        { $"ALTER TABLE dev.session_messages DROP CONSTRAINT session_messages_session_id_fkey; UPDATE dev.sessions SET session_id = 'mine' WHERE session_id = '{Session}'", "1 sessions whose session_id is no UUID: session_id 'mine'" },
        { $"ALTER TABLE dev.sessions ALTER session_id DROP NOT NULL; UPDATE dev.session_messages SET session_id = '{OtherSession}'; UPDATE dev.sessions SET session_id = NULL WHERE session_id = '{Session}'", "1 sessions whose session_id is no UUID: session_id NULL" },
        { $"INSERT INTO dev.sessions (session_id, user_id) VALUES (upper('{Session}'), 'x')", $"2 sessions with the same session_id, read as UUID: session_id 'A87A9D6E-4137-4D41-8AB8-A13C4ABCC83E'; session_id '{Session}'" },
        { $"ALTER TABLE dev.sessions ALTER user_id DROP NOT NULL; UPDATE dev.sessions SET user_id = NULL WHERE session_id = '{Session}'", $"1 sessions without user_id: session_id '{Session}'" },
        { $"UPDATE dev.sessions SET user_id = ' ' WHERE session_id = '{Session}'", $"1 sessions without user_id: session_id '{Session}'" },
        { $"ALTER TABLE dev.sessions ALTER user_id TYPE text; UPDATE dev.sessions SET user_id = repeat('u', 256) WHERE session_id = '{Session}'", $"1 sessions with a user_id of more than 255 characters: session_id '{Session}'" },
        { $"ALTER TABLE dev.session_messages ALTER id DROP DEFAULT, ALTER id TYPE text; UPDATE dev.session_messages SET id = 'm1' WHERE id = '{Message}'", $"1 messages whose id is no UUID: id 'm1' of session '{Session}'" },
        { "ALTER TABLE dev.session_messages DROP id; ALTER TABLE dev.session_messages ADD id serial", $"5 messages whose id is no UUID: id '1' of session '{Session}'; id '2' of session '{Session}'; id '3' of session '{OtherSession}'; id '4' of session '{OtherSession}'; id '5' of session '{OtherSession}'" },
        { "ALTER TABLE dev.session_memories DROP id; ALTER TABLE dev.session_memories ADD id serial", $"1 memories whose id is no UUID: id '1' of session '{Session}'" },
        { $"ALTER TABLE dev.session_messages ALTER role TYPE text; UPDATE dev.session_messages SET role = repeat('r', 51) WHERE id = '{Message}'", $"1 messages with a role or message_type of more than 50 characters: id '{Message}' of session '{Session}'" },
        { $"ALTER TABLE dev.session_messages ALTER tokens_used TYPE bigint; UPDATE dev.session_messages SET tokens_used = 2147483648 WHERE id = '{Message}'", $"1 messages whose tokens_used is no number or beyond an integer: id '{Message}' of session '{Session}'" },
        { $"ALTER TABLE dev.session_messages ALTER cost_usd DROP DEFAULT, ALTER cost_usd TYPE text; UPDATE dev.session_messages SET cost_usd = 'much' WHERE id = '{Message}'", $"1 messages whose cost_usd is no number or beyond numeric(20,10): id '{Message}' of session '{Session}'" },
        { $"ALTER TABLE dev.session_messages ALTER cost_usd TYPE numeric; UPDATE dev.session_messages SET cost_usd = 1e10 WHERE id = '{Message}'", $"1 messages whose cost_usd is no number or beyond numeric(20,10): id '{Message}' of session '{Session}'" },
        { "ALTER TABLE dev.session_memories ADD memory_type text DEFAULT repeat('t', 101)", "1 memories with a memory_type of more than 100 characters: id '0d1f95c6-a8fa-462d-8f6e-b1f0da7524a0' of session" },
        { $"ALTER TABLE dev.sessions ALTER metadata DROP DEFAULT, ALTER metadata TYPE text USING '{{'", "3 sessions whose metadata is no valid JSON: session_id '0c7f2f6e-6f0b-4a0c-8b57-2d1a0f6f9d42'; session_id" },
        { $"ALTER TABLE dev.session_messages ALTER message_metadata TYPE json; UPDATE dev.session_messages SET message_metadata = '\"\\u0000\"' WHERE id = '{Message}'", $"1 messages whose message_metadata is no valid JSON: id '{Message}' of session '{Session}'" },
        { $"UPDATE dev.session_messages SET created_at = '10000-01-01Z' WHERE id = '{Message}'", $"1 messages whose created_at is before the year 1 or after 9999: id '{Message}' of session '{Session}'" },
        { $"UPDATE dev.session_memories SET last_summary_at = '0001-01-01Z BC'", "1 memories whose last_summary_at is before the year 1 or after 9999: id '0d1f95c6-a8fa-462d-8f6e-b1f0da7524a0' of session" },
        { $"ALTER TABLE dev.session_messages ALTER created_at DROP DEFAULT, ALTER created_at TYPE text; UPDATE dev.session_messages SET created_at = 'noon' WHERE id = '{Message}'", $"1 messages whose created_at is no time: id '{Message}' of session '{Session}'" },
        { $"ALTER TABLE dev.sessions ALTER updated_at DROP DEFAULT, ALTER updated_at TYPE text; UPDATE dev.sessions SET updated_at = '2025-02-30' WHERE session_id = '{Session}'", $"1 sessions whose updated_at is no time: session_id '{Session}'" },
        { $"ALTER TABLE dev.sessions ALTER is_active DROP DEFAULT, ALTER is_active TYPE text; UPDATE dev.sessions SET is_active = 'maybe' WHERE session_id = '{Session}'", $"1 sessions whose is_active is no boolean: session_id '{Session}'" },
        { "ALTER TABLE dev.session_memories ALTER is_active DROP DEFAULT, ALTER is_active TYPE integer USING 2", "1 memories whose is_active is no boolean: id '0d1f95c6-a8fa-462d-8f6e-b1f0da7524a0' of session" },
        { "ALTER TABLE dev.session_messages ALTER created_at DROP DEFAULT, ALTER created_at TYPE double precision USING extract(epoch FROM created_at)", "dev.session_messages.created_at is of type double precision, which cannot be read as a time." },
        { "ALTER TABLE dev.sessions ALTER metadata DROP DEFAULT, ALTER metadata TYPE integer USING 1", "dev.sessions.metadata is of type integer, which cannot be read as JSON." },
        { "CREATE TABLE dev.session_statistics (day date)", "dev.session_statistics exists already, but the service needs the name for a table of its own." },
        { "CREATE SEQUENCE dev.orphaned_rows", "dev.orphaned_rows exists already, but the service needs the name for a table of its own." },
        { "ALTER TABLE dev.session_messages RENAME content TO body", "dev.session_messages has no column content." },
        { "ALTER TABLE dev.session_memories RENAME TO other; CREATE VIEW dev.session_memories AS SELECT * FROM dev.other", "dev.session_memories is no table." },
        { "CREATE VIEW dev.report AS SELECT count(*) FROM dev.session_messages", "Something else depends on its tables. view dev.report depends on table dev.session_messages" },
        { "CREATE TABLE dev.tags (session_id varchar(255) REFERENCES dev.sessions (session_id))", "Something else depends on its tables. constraint tags_session_id_fkey on table dev.tags depends on table dev.sessions" },
    };

    [Theory]
    [MemberData(nameof(Refusals))]
    public async Task What_cannot_be_adopted_stops_the_migration_and_nothing_changes(string change, string reason)
    {
        await using var database = await ExistingAsync();
        await database.ExecuteAsync(change);
        var before = await DumpAsync(database);

        var exception = await Assert.ThrowsAsync<SchemaMigrationException>(() => MigrateAsync(database));

        Assert.StartsWith("The existing database cannot be adopted; nothing was changed:\n- ", exception.Message, StringComparison.Ordinal);
        Assert.Contains(reason, exception.Message, StringComparison.Ordinal);
        Assert.Equal(before, await DumpAsync(database));
    }

    [Fact]
    public async Task All_reasons_to_stop_are_told_at_once_and_ten_rows_of_each()
    {
        await using var database = await ExistingAsync();
        await database.ExecuteAsync(
            """
            INSERT INTO dev.sessions (session_id, user_id) SELECT 's' || to_char(n, 'FM00'), 'u' FROM generate_series(1, 13) AS n;
            UPDATE dev.session_messages SET created_at = '20000-01-01Z'
            """);

        var exception = await Assert.ThrowsAsync<SchemaMigrationException>(() => MigrateAsync(database));

        var tenRows = string.Join("; ", Enumerable.Range(1, 10).Select(n => string.Create(CultureInfo.InvariantCulture, $"session_id 's{n:00}'")));
        Assert.Contains($"\n- 13 sessions whose session_id is no UUID: {tenRows}; and 3 more\n", exception.Message, StringComparison.Ordinal);
        Assert.Contains("\n- 5 messages whose created_at", exception.Message, StringComparison.Ordinal);
    }

    internal static async Task<TestDatabase> ExistingAsync()
    {
        var database = await TestDatabase.CreateEmptyAsync();
        await using var stream = typeof(AdoptionTests).Assembly.GetManifestResourceStream(typeof(AdoptionTests), "existing-database.sql")!;
        using var reader = new StreamReader(stream);
        await database.ExecuteAsync(await reader.ReadToEndAsync());
        return database;
    }

    private static async Task<RecordingLogger<SchemaMigrator>> MigrateAsync(TestDatabase database)
    {
        var logger = new RecordingLogger<SchemaMigrator>();

        // A time without zone means UTC wherever the server and its operator are.
        var connectionString = new NpgsqlConnectionStringBuilder(database.ConnectionString) { Timezone = "Asia/Tokyo" };
        await using var dataSource = NpgsqlDataSource.Create(connectionString);
        await new SchemaMigrator(dataSource, logger).MigrateAsync(CancellationToken.None);
        return logger;
    }

    /// <summary>Every row and column of the schema's tables, where it stands in its file, and every relation, constraint and namespace.</summary>
    private static async Task<string[]> DumpAsync(TestDatabase database)
    {
        var tables = await database.QueryAsync("SELECT oid::regclass FROM pg_class WHERE relnamespace = 'dev'::regnamespace AND relkind = 'r' ORDER BY 1::text");
        var dump = new List<string>();
        foreach (var table in tables)
        {
            dump.AddRange(await database.QueryAsync($"SELECT '{table} ' || ctid || xmin || t FROM {table} AS t ORDER BY ctid"));
        }

        dump.AddRange(await database.QueryAsync("SELECT (attrelid::regclass, attname, atttypid, atttypmod, attnotnull, attnum) FROM pg_attribute JOIN pg_class c ON c.oid = attrelid WHERE relnamespace = 'dev'::regnamespace ORDER BY attrelid, attnum"));
        dump.AddRange(await database.QueryAsync("SELECT (oid, relname, relkind, relfilenode, relnamespace) FROM pg_class WHERE oid >= 16384 ORDER BY oid"));
        dump.AddRange(await database.QueryAsync("SELECT (oid, conname, pg_get_constraintdef(oid)) FROM pg_constraint WHERE oid >= 16384 ORDER BY oid"));
        dump.AddRange(await database.QueryAsync("SELECT nspname FROM pg_namespace ORDER BY oid"));
        return [.. dump];
    }
}
