using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace SessionService.Infrastructure.Persistence.Migrations
{
    /// <inheritdoc />
    public partial class FindSessionsAndUsage : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            // An adopted table may have had columns of these names for something else.
            migrationBuilder.Sql(
                """
                DO $$
                DECLARE
                    taken text;
                BEGIN
                    FOR taken IN
                        SELECT attname
                        FROM pg_attribute
                        WHERE attrelid = 'dev.sessions'::regclass AND attname IN ('title', 'starred_at', 'revision') AND NOT attisdropped
                    LOOP
                        EXECUTE format('ALTER TABLE dev.sessions RENAME COLUMN %I TO %I', taken, 'adopted_' || taken);
                    END LOOP;
                END
                $$
                """);

            migrationBuilder.AddColumn<long>(
                name: "revision",
                schema: "dev",
                table: "sessions",
                type: "bigint",
                nullable: false,
                defaultValue: 1L,
                comment: "1 at first, and one more with every change of the session, messages included: its ETag.");

            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "starred_at",
                schema: "dev",
                table: "sessions",
                type: "timestamp with time zone",
                nullable: true,
                comment: "When its user starred it; null where it is not starred.");

            migrationBuilder.AddColumn<string>(
                name: "title",
                schema: "dev",
                table: "sessions",
                type: "character varying(500)",
                maxLength: 500,
                nullable: true,
                comment: "What its user calls it; null where nobody named it.");

            migrationBuilder.CreateTable(
                name: "session_counts",
                schema: "dev",
                columns: table => new
                {
                    user_id = table.Column<string>(type: "character varying(255)", maxLength: 255, nullable: false, comment: "Whose sessions the row counts.", collation: "C"),
                    slot = table.Column<short>(type: "smallint", nullable: false, comment: "Writers add to different slots so that they do not wait for each other."),
                    status = table.Column<string>(type: "character varying(50)", maxLength: 50, nullable: false, comment: "The status of the sessions that the row counts."),
                    is_starred = table.Column<bool>(type: "boolean", nullable: false, comment: "Whether the sessions that the row counts are starred."),
                    sessions = table.Column<long>(type: "bigint", nullable: false, comment: "Sessions that came to be so less those that ceased to be; may be negative in one row.")
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_session_counts", x => new { x.user_id, x.slot, x.status, x.is_starred });
                },
                comment: "How many sessions of each status a user has, starred or not: the sum of the slots' rows. Kept by the transactions that create and change sessions.")
                .Annotation("Npgsql:StorageParameter:fillfactor", 70);

            migrationBuilder.CreateTable(
                name: "usage",
                schema: "dev",
                columns: table => new
                {
                    user_id = table.Column<string>(type: "character varying(255)", maxLength: 255, nullable: false, comment: "Owner of the session; empty in the rows that sum up everybody's.", collation: "C"),
                    quarter_hour = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false, comment: "Beginning of the quarter of an hour in which the messages were created."),
                    session_id = table.Column<Guid>(type: "uuid", nullable: false, comment: "The session; in the rows that sum up everybody's one of 16 ids, so that writers do not wait for each other."),
                    message_type = table.Column<string>(type: "character varying(50)", maxLength: 50, nullable: false, comment: "The type of the messages."),
                    model = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false, comment: "The text in model of the messages' metadata, cut to 200 characters; empty where there is none."),
                    messages = table.Column<long>(type: "bigint", nullable: false, comment: "Number of messages."),
                    tokens = table.Column<long>(type: "bigint", nullable: false, comment: "Sum of their tokens_used."),
                    cost = table.Column<decimal>(type: "numeric(28,10)", nullable: false, comment: "Sum of their cost_usd, USD.")
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_usage", x => new { x.user_id, x.quarter_hour, x.session_id, x.message_type, x.model });
                },
                comment: "What digested messages used, by quarter of an hour, session, type and model. With the messages that are not digested it is exact.")
                .Annotation("Npgsql:StorageParameter:fillfactor", 80);

            migrationBuilder.CreateIndex(
                name: "ix_sessions_starred",
                schema: "dev",
                table: "sessions",
                columns: new[] { "user_id", "session_id" },
                filter: "starred_at IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_sessions_user_id_digested_activity",
                schema: "dev",
                table: "sessions",
                columns: new[] { "user_id", "digested_activity", "session_id" });

            migrationBuilder.CreateIndex(
                name: "ix_sessions_user_id_digested_cost",
                schema: "dev",
                table: "sessions",
                columns: new[] { "user_id", "digested_cost", "session_id" });

            migrationBuilder.CreateIndex(
                name: "ix_sessions_user_id_digested_messages",
                schema: "dev",
                table: "sessions",
                columns: new[] { "user_id", "digested_messages", "session_id" });

            // Every path in the index begins with the user, so that a condition leads to the user's sessions only. EF has no indexes on
            // expressions.
            migrationBuilder.Sql(
                """
                CREATE INDEX ix_sessions_user_id_metadata ON dev.sessions
                USING gin (jsonb_set('{}'::jsonb, ARRAY[(user_id)::text], metadata) jsonb_path_ops)
                """);

            migrationBuilder.Sql(
                """
                INSERT INTO dev.session_counts (user_id, slot, status, is_starred, sessions)
                SELECT user_id, 0, status, false, count(*)
                FROM dev.sessions
                GROUP BY user_id, status
                """);

            // JSON merge patches are merged by the statement that stores them, so that none is lost. No language but SQL, and nothing but its
            // arguments: it may run on any server of a distributed database.
            migrationBuilder.Sql(
                """
                CREATE FUNCTION dev.merge_patch(target jsonb, patch jsonb) RETURNS jsonb
                LANGUAGE sql IMMUTABLE PARALLEL SAFE
                AS $$
                    SELECT coalesce(jsonb_object_agg(member.key, member.value), '{}'::jsonb)
                    FROM (
                        SELECT old.key, old.value
                        FROM jsonb_each(CASE jsonb_typeof(target) WHEN 'object' THEN target ELSE '{}'::jsonb END) AS old
                        WHERE NOT patch ? old.key
                        UNION ALL
                        SELECT new.key,
                               CASE jsonb_typeof(new.value) WHEN 'object' THEN dev.merge_patch(target -> new.key, new.value) ELSE new.value END
                        FROM jsonb_each(patch) AS new
                        WHERE jsonb_typeof(new.value) <> 'null') AS member
                $$;

                COMMENT ON FUNCTION dev.merge_patch(jsonb, jsonb) IS
                    'A JSON object with a merge patch (RFC 7396) made to it: objects are merged, a null removes, anything else replaces.';
                """);

            // Where the digest went on before it knew of usage, what it has digested is counted here; the rest it counts itself.
            migrationBuilder.Sql(
                """
                INSERT INTO dev.usage (user_id, quarter_hour, session_id, message_type, model, messages, tokens, cost)
                SELECT CASE WHEN grouping(m.user_id) = 1 THEN '' ELSE m.user_id END,
                       u.quarter_hour,
                       coalesce(m.session_id, '00000000-0000-0000-0000-000000000000'),
                       m.message_type,
                       u.model,
                       count(*),
                       sum(m.tokens_used),
                       sum(m.cost_usd)
                FROM dev.sessions AS s
                JOIN dev.session_messages AS m
                    ON m.user_id = s.user_id AND m.session_id = s.session_id AND m.sequence <= s.digested_messages
                CROSS JOIN LATERAL (
                    SELECT date_bin('15 minutes', m.created_at, 'epoch'::timestamptz),
                           CASE jsonb_typeof(m.message_metadata -> 'model') WHEN 'string' THEN left(m.message_metadata ->> 'model', 200) ELSE '' END
                    ) AS u (quarter_hour, model)
                GROUP BY GROUPING SETS (
                    (m.user_id, m.session_id, u.quarter_hour, m.message_type, u.model), (u.quarter_hour, m.message_type, u.model))
                """);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql("DROP FUNCTION dev.merge_patch(jsonb, jsonb)");

            migrationBuilder.DropTable(
                name: "session_counts",
                schema: "dev");

            migrationBuilder.DropTable(
                name: "usage",
                schema: "dev");

            migrationBuilder.DropIndex(
                name: "ix_sessions_starred",
                schema: "dev",
                table: "sessions");

            migrationBuilder.DropIndex(
                name: "ix_sessions_user_id_digested_activity",
                schema: "dev",
                table: "sessions");

            migrationBuilder.DropIndex(
                name: "ix_sessions_user_id_digested_cost",
                schema: "dev",
                table: "sessions");

            migrationBuilder.DropIndex(
                name: "ix_sessions_user_id_digested_messages",
                schema: "dev",
                table: "sessions");

            migrationBuilder.DropIndex(
                name: "ix_sessions_user_id_metadata",
                schema: "dev",
                table: "sessions");

            migrationBuilder.DropColumn(
                name: "revision",
                schema: "dev",
                table: "sessions");

            migrationBuilder.DropColumn(
                name: "starred_at",
                schema: "dev",
                table: "sessions");

            migrationBuilder.DropColumn(
                name: "title",
                schema: "dev",
                table: "sessions");
        }
    }
}
