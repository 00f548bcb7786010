using SessionService.Infrastructure.Schema;
using SessionService.IntegrationTests.Databases;

namespace SessionService.IntegrationTests.Schema;

public class SchemaCheckTests
{
    [Fact]
    public async Task A_migrated_database_has_no_differences()
    {
        await using var database = await TestDatabase.CloneTemplateAsync();

        var report = await CheckAsync(database);

        Assert.Empty(report.Errors);
        Assert.Empty(report.Warnings);
        Assert.True(report.IsUsable);
    }

    [Fact]
    public async Task An_empty_database_lacks_every_table_and_migration()
    {
        await using var database = await TestDatabase.CreateEmptyAsync();

        var report = await CheckAsync(database);

        Assert.False(report.IsUsable);
        Assert.Equal(
            [
                "dev.api_keys: expected table, found none",
                "dev.attachment_pieces: expected table, found none",
                "dev.attachment_removals: expected table, found none",
                "dev.attachment_uses: expected table, found none",
                "dev.attachments: expected table, found none",
                "dev.conversation_items: expected table, found none",
                "dev.idempotency_keys: expected table, found none",
                "dev.message_deltas: expected table, found none",
                "dev.message_feedback: expected table, found none",
                "dev.message_segments: expected table, found none",
                "dev.message_tokens: expected table, found none",
                "dev.message_vectors: expected table, found none",
                "dev.open_messages: expected table, found none",
                "dev.orphaned_rows: expected table, found none",
                "dev.search_segments: expected table, found none",
                "dev.session_branches: expected table, found none",
                "dev.session_counts: expected table, found none",
                "dev.session_ids: expected table, found none",
                "dev.session_memories: expected table, found none",
                "dev.session_messages: expected table, found none",
                "dev.session_statistics: expected table, found none",
                "dev.sessions: expected table, found none",
                "dev.usage: expected table, found none",
                "dev.user_locks: expected table, found none",
                "dev.user_memories: expected table, found none",
                "dev.user_memory_versions: expected table, found none",
                "dev.webhook_deliveries: expected table, found none",
                "dev.webhooks: expected table, found none",
            ],
            report.Errors.Where(e => e.StartsWith("dev.", StringComparison.Ordinal)));
        Assert.Contains(report.Errors, e => e.StartsWith("migration ", StringComparison.Ordinal) && e.EndsWith("_CreateSessionTables: expected, found not applied", StringComparison.Ordinal));
    }

    public static TheoryData<string, string> Errors => new()
    {
        { "ALTER TABLE dev.sessions DROP COLUMN revision", "dev.sessions.revision: expected column of type bigint, found none" },
        { "DROP TABLE dev.session_memories", "dev.session_memories: expected table, found none" },
        { "ALTER TABLE dev.session_memories RENAME TO m; CREATE VIEW dev.session_memories AS SELECT * FROM dev.m", "dev.session_memories: expected table, found none" },
        { "ALTER TABLE dev.session_messages DROP COLUMN role", "dev.session_messages.role: expected column of type character varying(50), found none" },
        { "ALTER TABLE dev.sessions ALTER COLUMN session_summary TYPE varchar(10)", "dev.sessions.session_summary: expected type text, found character varying(10)" },
        { "ALTER TABLE dev.session_messages ALTER COLUMN cost_usd TYPE numeric(10,4)", "dev.session_messages.cost_usd: expected type numeric(20,10), found numeric(10,4)" },
        { "ALTER TABLE dev.session_messages ALTER COLUMN created_at TYPE timestamp", "dev.session_messages.created_at: expected type timestamp with time zone, found timestamp without time zone" },
        {
            "ALTER TABLE dev.session_statistics ALTER COLUMN user_id TYPE varchar(255) COLLATE \"default\"",
            "dev.session_statistics.user_id: expected collation C, found default"
        },
        { "ALTER TABLE dev.session_messages ALTER COLUMN content DROP NOT NULL", "dev.session_messages.content: expected NOT NULL, found nullable" },
        { "ALTER TABLE dev.sessions ALTER COLUMN metadata SET DEFAULT '{}'", "dev.sessions.metadata: expected no default, found default '{}'::jsonb" },
        {
            "ALTER TABLE dev.sessions ALTER COLUMN is_active DROP EXPRESSION",
            "dev.sessions.is_active: expected computation (status IN ('active', 'completed')), found no computation"
        },
        {
            "ALTER TABLE dev.sessions DROP COLUMN is_active, ADD COLUMN is_active boolean NOT NULL GENERATED ALWAYS AS (status = 'active') STORED",
            "dev.sessions.is_active: expected computation (status IN ('active', 'completed')), found computation ((status)::text = 'active'::text)"
        },
        {
            "ALTER TABLE dev.session_statistics DROP CONSTRAINT pk_session_statistics",
            "dev.session_statistics: expected primary key (user_id, slot), found none"
        },
        {
            "ALTER TABLE dev.session_statistics DROP CONSTRAINT pk_session_statistics, ADD PRIMARY KEY (slot, user_id)",
            "dev.session_statistics: expected primary key (user_id, slot), found (slot, user_id)"
        },
        { "DROP INDEX dev.ux_sessions_session_id", "dev.sessions: expected unique index (session_id), found none" },
        {
            "DROP INDEX dev.ux_sessions_session_id; CREATE UNIQUE INDEX ON dev.sessions (session_id) WHERE status = 'active'",
            "dev.sessions: expected unique index (session_id), found none"
        },
        {
            "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'dev.ux_sessions_session_id'::regclass",
            "dev.sessions: expected unique index (session_id), found ux_sessions_session_id, which is invalid"
        },
        { "CREATE UNIQUE INDEX one_each ON dev.session_messages (session_id)", "dev.session_messages: expected no such index, found unique index one_each (session_id)" },
        {
            "ALTER TABLE dev.session_messages DROP CONSTRAINT fk_session_messages_sessions",
            "dev.session_messages: expected foreign key (user_id, session_id) to dev.sessions (user_id, session_id) on delete Cascade, found none"
        },
        {
            """
            ALTER TABLE dev.session_messages DROP CONSTRAINT fk_session_messages_sessions,
                ADD FOREIGN KEY (user_id, session_id) REFERENCES dev.sessions
            """,
            "dev.session_messages: expected foreign key (user_id, session_id) to dev.sessions (user_id, session_id) on delete Cascade, found (user_id, session_id) to dev.sessions (user_id, session_id) on delete NoAction"
        },
        {
            "ALTER TABLE dev.sessions DROP CONSTRAINT ck_sessions_status",
            "dev.sessions: expected check status IN ('active', 'completed', 'ended', 'archived', 'expired'), found none"
        },
        {
            "ALTER TABLE dev.sessions DROP CONSTRAINT ck_sessions_status, ADD CONSTRAINT ck_sessions_status CHECK (status <> 'expired')",
            "dev.sessions: expected check status IN ('active', 'completed', 'ended', 'archived', 'expired'), found ((status)::text <> 'expired'::text)"
        },
        {
            "ALTER TABLE dev.sessions DROP CONSTRAINT ck_sessions_status, ADD CONSTRAINT ck_sessions_status CHECK (status NOT IN ('active', 'completed', 'ended', 'archived', 'expired'))",
            "dev.sessions: expected check status IN ('active', 'completed', 'ended', 'archived', 'expired'), found ((status)::text <> ALL ((ARRAY['active'::character varying, 'completed'::character varying, 'ended'::character varying, 'archived'::character varying, 'expired'::character varying])::text[]))"
        },
        {
            "ALTER TABLE dev.sessions DROP CONSTRAINT ck_sessions_status, ADD CONSTRAINT ck_sessions_status CHECK (NOT status IN ('active', 'completed', 'ended', 'archived', 'expired'))",
            "dev.sessions: expected check status IN ('active', 'completed', 'ended', 'archived', 'expired'), found (NOT ((status)::text = ANY ((ARRAY['active'::character varying, 'completed'::character varying, 'ended'::character varying, 'archived'::character varying, 'expired'::character varying])::text[])))"
        },
        {
            "ALTER TABLE dev.sessions DROP COLUMN is_active, ADD COLUMN is_active boolean NOT NULL GENERATED ALWAYS AS (status NOT IN ('active', 'completed')) STORED",
            "dev.sessions.is_active: expected computation (status IN ('active', 'completed')), found computation ((status)::text <> ALL ((ARRAY['active'::character varying, 'completed'::character varying])::text[]))"
        },
        { "ALTER TABLE dev.sessions ADD CHECK (message_count < 5)", "dev.sessions: expected no such check, found sessions_message_count_check (message_count < 5)" },
        {
            "ALTER TABLE dev.session_messages ALTER COLUMN sequence ADD GENERATED ALWAYS AS IDENTITY",
            "dev.session_messages.sequence: expected no identity, found GENERATED ALWAYS AS IDENTITY"
        },
        {
            "ALTER TABLE dev.session_statistics DROP CONSTRAINT pk_session_statistics, ADD PRIMARY KEY (user_id, slot) DEFERRABLE",
            "dev.session_statistics: expected primary key (user_id, slot), found a deferrable one"
        },
        {
            "ALTER TABLE dev.session_statistics ADD CONSTRAINT late UNIQUE (slot, user_id) DEFERRABLE",
            "dev.session_statistics: expected no such index, found deferrable unique index late (slot, user_id)"
        },
        {
            "DROP INDEX dev.ux_sessions_session_id; ALTER TABLE dev.sessions ADD CONSTRAINT late UNIQUE (session_id) DEFERRABLE INITIALLY DEFERRED",
            "dev.sessions: expected unique index (session_id), found late, which is deferrable"
        },
        {
            "ALTER TABLE dev.sessions ADD COLUMN tenant int NOT NULL",
            "dev.sessions.tenant: expected no such column, found integer NOT NULL without default: no row could be inserted"
        },
    };

    [Theory]
    [MemberData(nameof(Errors))]
    public async Task A_difference_that_breaks_the_service_is_named(string change, string line)
    {
        await using var database = await TestDatabase.CloneTemplateAsync();
        await database.ExecuteAsync(change);

        var report = await CheckAsync(database);

        Assert.False(report.IsUsable);
        Assert.Equal([line], report.Errors);
    }

    [Fact]
    public async Task A_migration_that_was_not_applied_is_named()
    {
        await using var database = await TestDatabase.CloneTemplateAsync();
        await database.ExecuteAsync("""DELETE FROM dev."__EFMigrationsHistory" """);

        var report = await CheckAsync(database);

        Assert.All(report.Errors, e => Assert.Matches("^migration [0-9]+_[A-Za-z]+: expected, found not applied$", e));
        Assert.NotEmpty(report.Errors);
    }

    public static TheoryData<string, string> Warnings => new()
    {
        {
            "DROP INDEX dev.ix_sessions_user_id_created_at",
            "dev.sessions: expected index (user_id, created_at DESC, session_id DESC), found none"
        },
        {
            "DROP INDEX dev.ix_sessions_user_id_created_at; CREATE INDEX up ON dev.sessions (user_id, created_at, session_id)",
            "dev.sessions: expected index (user_id, created_at DESC, session_id DESC), found none"
        },
        {
            "DROP INDEX dev.ix_sessions_user_id_metadata",
            "dev.sessions: expected index jsonb_set('{}'::jsonb, ARRAY[(user_id)::text], metadata), found none"
        },
        { "DROP INDEX dev.ix_sessions_undigested", "dev.sessions: expected index (user_id, session_id) where NOT is_digested, found none" },
        {
            "DROP INDEX dev.ix_sessions_undigested; CREATE INDEX extra ON dev.sessions (user_id, session_id) WHERE is_digested",
            "dev.sessions: expected index (user_id, session_id) where NOT is_digested, found none"
        },
        { "CREATE INDEX extra ON dev.sessions (lower(status))", "dev.sessions: expected no such index, found index extra ()" },
        {
            "CREATE UNIQUE INDEX extra ON dev.sessions (user_id, session_id, status)",
            "dev.sessions: expected no such index, found unique index extra (user_id, session_id, status)"
        },
        { "ALTER TABLE dev.sessions ADD COLUMN tenant int", "dev.sessions.tenant: expected no such column, found integer" },
        { "ALTER TABLE dev.sessions ADD COLUMN tenant int NOT NULL DEFAULT 1", "dev.sessions.tenant: expected no such column, found integer" },
        {
            "CREATE TRIGGER touch BEFORE UPDATE ON dev.sessions FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()",
            "dev.sessions: expected no such trigger, found touch"
        },
        { "ALTER TABLE dev.sessions ENABLE ROW LEVEL SECURITY", "dev.sessions: expected no row level security, found it enabled" },
        {
            "ALTER TABLE dev.sessions ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY",
            "dev.sessions: expected no row level security, found it forced"
        },
        {
            "ALTER TABLE dev.orphaned_rows ADD CONSTRAINT extra FOREIGN KEY (user_id, orphan_id) REFERENCES dev.sessions",
            "dev.orphaned_rows: expected no such foreign key, found extra (user_id, orphan_id) to dev.sessions"
        },
        { """INSERT INTO dev."__EFMigrationsHistory" VALUES ('20990101000000_Later', '10')""", "migration 20990101000000_Later: applied, but unknown to this version" },
    };

    [Theory]
    [MemberData(nameof(Warnings))]
    public async Task A_harmless_difference_is_a_warning(string change, string line)
    {
        await using var database = await TestDatabase.CloneTemplateAsync();
        await database.ExecuteAsync(change);

        var report = await CheckAsync(database);

        Assert.Empty(report.Errors);
        Assert.Contains(line, report.Warnings);
    }

    public static TheoryData<string> Renamings =>
    [
        "ALTER TABLE dev.sessions RENAME CONSTRAINT pk_sessions TO other",
        "ALTER TABLE dev.sessions RENAME CONSTRAINT ck_sessions_status TO other",
        "ALTER TABLE dev.session_messages RENAME CONSTRAINT fk_session_messages_sessions TO other",
        "ALTER INDEX dev.ux_sessions_session_id RENAME TO other",
        "DROP INDEX dev.ux_sessions_session_id; ALTER TABLE dev.sessions ADD CONSTRAINT other UNIQUE (session_id)",
        "CREATE TABLE dev.somebody_elses (a int)",
        "ALTER TABLE dev.sessions DROP CONSTRAINT ck_sessions_status, ADD CHECK (status = ANY (ARRAY['expired', 'archived', 'ended', 'completed', 'active']))",
        "ALTER TABLE dev.sessions ADD CHECK (status IN ('active', 'completed', 'ended', 'archived', 'expired'))",
        "ALTER TABLE dev.sessions DROP COLUMN is_active, ADD COLUMN is_active boolean NOT NULL GENERATED ALWAYS AS (status = 'active' OR status = 'completed') STORED",
    ];

    [Theory]
    [MemberData(nameof(Renamings))]
    public async Task Names_that_no_statement_uses_do_not_matter(string change)
    {
        await using var database = await TestDatabase.CloneTemplateAsync();
        await database.ExecuteAsync(change);

        var report = await CheckAsync(database);

        Assert.Empty(report.Errors);
        Assert.Empty(report.Warnings);
    }

    private static Task<SchemaReport> CheckAsync(TestDatabase database) => new SchemaCheck(database.DataSource).RunAsync(CancellationToken.None);
}
