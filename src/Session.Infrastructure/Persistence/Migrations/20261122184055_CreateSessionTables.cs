using System;
using Microsoft.EntityFrameworkCore.Migrations;
using SessionService.Infrastructure.Persistence.Migrations.Adoption;

#nullable disable

namespace SessionService.Infrastructure.Persistence.Migrations
{
    /// <inheritdoc />
    public partial class CreateSessionTables : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.EnsureSchema(
                name: "dev");

            // The previous service's tables have the names of ours: they step aside, and their rows come over at the end.
            migrationBuilder.Sql(AdoptionScript.Read("SetAside.sql"));

            migrationBuilder.CreateTable(
                name: "orphaned_rows",
                schema: "dev",
                columns: table => new
                {
                    user_id = table.Column<string>(type: "character varying(255)", maxLength: 255, nullable: false, comment: "The user that the row named; empty where it named none.", collation: "C"),
                    orphan_id = table.Column<Guid>(type: "uuid", nullable: false, comment: "Id of the parked row."),
                    source_table = table.Column<string>(type: "character varying(63)", maxLength: 63, nullable: false, comment: "session_messages or session_memories."),
                    content = table.Column<string>(type: "jsonb", nullable: false, comment: "The whole row, by column."),
                    parked_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false, comment: "When the row was parked.")
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_orphaned_rows", x => new { x.user_id, x.orphan_id });
                },
                comment: "Messages and memories of the adopted database whose session did not exist there or had a newer memory. Kept for the operator; never served.");

            migrationBuilder.CreateTable(
                name: "session_statistics",
                schema: "dev",
                columns: table => new
                {
                    user_id = table.Column<string>(type: "character varying(255)", maxLength: 255, nullable: false, comment: "Whose writes the row counts; empty where it counts those of every user.", collation: "C"),
                    slot = table.Column<short>(type: "smallint", nullable: false, comment: "Writers add to different slots so that they do not wait for each other."),
                    total_sessions = table.Column<long>(type: "bigint", nullable: false, comment: "Sessions created."),
                    active_sessions = table.Column<long>(type: "bigint", nullable: false, comment: "Sessions that became active less those that ceased to be; may be negative in one row."),
                    total_messages = table.Column<long>(type: "bigint", nullable: false, comment: "Messages written."),
                    total_tokens = table.Column<long>(type: "bigint", nullable: false, comment: "Sum of their tokens."),
                    total_cost = table.Column<decimal>(type: "numeric(28,10)", nullable: false, comment: "Sum of their cost, USD.")
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_session_statistics", x => new { x.user_id, x.slot });
                },
                comment: "The service's totals, as counters that every write adds to in its own transaction. The sum of all rows is exact.")
                .Annotation("Npgsql:StorageParameter:fillfactor", 10);

            migrationBuilder.CreateTable(
                name: "sessions",
                schema: "dev",
                columns: table => new
                {
                    user_id = table.Column<string>(type: "character varying(255)", maxLength: 255, nullable: false, comment: "Owner of the session.", collation: "C"),
                    session_id = table.Column<Guid>(type: "uuid", nullable: false, comment: "Id of the session."),
                    status = table.Column<string>(type: "character varying(50)", maxLength: 50, nullable: false, comment: "active, completed, ended, archived or expired."),
                    conversation_data = table.Column<string>(type: "jsonb", nullable: false, comment: "The client's own data, any JSON object."),
                    metadata = table.Column<string>(type: "jsonb", nullable: false, comment: "The client's own labels, any JSON object."),
                    session_summary = table.Column<string>(type: "text", nullable: false, comment: "What the session was about; empty until somebody writes it."),
                    message_count = table.Column<long>(type: "bigint", nullable: false, comment: "Number of messages, and the sequence of the newest one."),
                    total_tokens = table.Column<long>(type: "bigint", nullable: false, comment: "Sum of the messages' tokens_used."),
                    total_cost = table.Column<decimal>(type: "numeric(28,10)", nullable: false, comment: "Sum of the messages' cost_usd, USD."),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false, comment: "When the session was created."),
                    updated_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false, comment: "When anything of the session last changed."),
                    last_activity = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false, comment: "When the last message was written."),
                    is_active = table.Column<bool>(type: "boolean", nullable: false, computedColumnSql: "(status IN ('active', 'completed'))", stored: true, comment: "Whether the status is active or completed; computed.")
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_sessions", x => new { x.user_id, x.session_id });
                    table.CheckConstraint("ck_sessions_status", "status IN ('active', 'completed', 'ended', 'archived', 'expired')");
                },
                comment: "Conversations, with the totals of their messages.")
                .Annotation("Npgsql:StorageParameter:fillfactor", 80);

            migrationBuilder.CreateTable(
                name: "session_memories",
                schema: "dev",
                columns: table => new
                {
                    user_id = table.Column<string>(type: "character varying(255)", maxLength: 255, nullable: false, comment: "Owner of the session.", collation: "C"),
                    session_id = table.Column<Guid>(type: "uuid", nullable: false, comment: "The session."),
                    id = table.Column<Guid>(type: "uuid", nullable: false, comment: "Id of the memory (memory_id in the API)."),
                    memory_type = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: false, comment: "What kind of memory, the client's own word."),
                    conversation_summary = table.Column<string>(type: "text", nullable: false, comment: "The memory (content in the API)."),
                    session_metadata = table.Column<string>(type: "jsonb", nullable: false, comment: "The client's own labels, any JSON object (metadata in the API)."),
                    user_preferences = table.Column<string>(type: "jsonb", nullable: false, comment: "What the user prefers, any JSON object."),
                    ongoing_tasks = table.Column<string>(type: "jsonb", nullable: false, comment: "What is still to be done, any JSON array."),
                    total_messages = table.Column<long>(type: "bigint", nullable: false, comment: "Messages that the session held when the memory was written."),
                    last_summary_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false, comment: "When the memory was last written."),
                    is_active = table.Column<bool>(type: "boolean", nullable: false, comment: "False for an adopted memory that had been put away: not served until written anew."),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false, comment: "When the memory was first written."),
                    updated_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false, comment: "When the memory last changed.")
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_session_memories", x => new { x.user_id, x.session_id });
                    table.ForeignKey(
                        name: "fk_session_memories_sessions",
                        columns: x => new { x.user_id, x.session_id },
                        principalSchema: "dev",
                        principalTable: "sessions",
                        principalColumns: new[] { "user_id", "session_id" },
                        onDelete: ReferentialAction.Cascade);
                },
                comment: "What was distilled from a session; at most one row each.");

            migrationBuilder.CreateTable(
                name: "session_messages",
                schema: "dev",
                columns: table => new
                {
                    user_id = table.Column<string>(type: "character varying(255)", maxLength: 255, nullable: false, comment: "Owner of the session.", collation: "C"),
                    session_id = table.Column<Guid>(type: "uuid", nullable: false, comment: "The session."),
                    sequence = table.Column<long>(type: "bigint", nullable: false, comment: "1, 2, 3 ... within the session, without gaps: the order of the messages."),
                    id = table.Column<Guid>(type: "uuid", nullable: false, comment: "Id of the message (message_id in the API)."),
                    role = table.Column<string>(type: "character varying(50)", maxLength: 50, nullable: false, comment: "user, assistant, system or tool."),
                    content = table.Column<string>(type: "text", nullable: false, comment: "The text."),
                    message_type = table.Column<string>(type: "character varying(50)", maxLength: 50, nullable: false, comment: "chat, system, tool_call, tool_result, notification, checkpoint, or the client's own."),
                    message_metadata = table.Column<string>(type: "jsonb", nullable: false, comment: "The client's own labels, any JSON object (metadata in the API)."),
                    tokens_used = table.Column<int>(type: "integer", nullable: false, comment: "Tokens that the message cost, 0 or more."),
                    cost_usd = table.Column<decimal>(type: "numeric(20,10)", nullable: false, comment: "What the message cost, USD, 0 or more."),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false, comment: "When the message was written, or as the client said.")
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_session_messages", x => new { x.user_id, x.session_id, x.sequence });
                    table.ForeignKey(
                        name: "fk_session_messages_sessions",
                        columns: x => new { x.user_id, x.session_id },
                        principalSchema: "dev",
                        principalTable: "sessions",
                        principalColumns: new[] { "user_id", "session_id" },
                        onDelete: ReferentialAction.Cascade);
                },
                comment: "Messages of the sessions. Rows are never updated.");

            migrationBuilder.CreateIndex(
                name: "ix_sessions_user_id_created_at",
                schema: "dev",
                table: "sessions",
                columns: new[] { "user_id", "created_at", "session_id" },
                descending: new[] { false, true, true });

            migrationBuilder.CreateIndex(
                name: "ux_sessions_session_id",
                schema: "dev",
                table: "sessions",
                column: "session_id",
                unique: true);

            migrationBuilder.Sql(AdoptionScript.Read("CopyOver.sql"));
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "orphaned_rows",
                schema: "dev");

            migrationBuilder.DropTable(
                name: "session_memories",
                schema: "dev");

            migrationBuilder.DropTable(
                name: "session_messages",
                schema: "dev");

            migrationBuilder.DropTable(
                name: "session_statistics",
                schema: "dev");

            migrationBuilder.DropTable(
                name: "sessions",
                schema: "dev");
        }
    }
}
