using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace SessionService.Infrastructure.Persistence.Migrations
{
    /// <inheritdoc />
    public partial class PackMessages : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AlterTable(
                name: "session_messages",
                schema: "dev",
                comment: "Messages of the sessions that are not packed. Rows are updated only to blank what is redacted.",
                oldComment: "Messages of the sessions. Rows are never updated.")
                .Annotation("Npgsql:StorageParameter:autovacuum_vacuum_scale_factor", 0.05m);

            migrationBuilder.AddColumn<long>(
                name: "packed_messages",
                schema: "dev",
                table: "sessions",
                type: "bigint",
                nullable: false,
                defaultValueSql: "0",
                comment: "How many of the messages, from the first, are in message_segments and not in session_messages.");

            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "redacted_at",
                schema: "dev",
                table: "session_messages",
                type: "timestamp with time zone",
                nullable: true,
                comment: "When content and metadata were blanked, if they were.");

            migrationBuilder.CreateTable(
                name: "message_segments",
                schema: "dev",
                columns: table => new
                {
                    user_id = table.Column<string>(type: "character varying(255)", maxLength: 255, nullable: false, comment: "Owner of the session.", collation: "C"),
                    session_id = table.Column<Guid>(type: "uuid", nullable: false, comment: "The session."),
                    first_sequence = table.Column<long>(type: "bigint", nullable: false, comment: "The number of its first message."),
                    last_sequence = table.Column<long>(type: "bigint", nullable: false, comment: "The number of its last message; all between are there."),
                    first_id = table.Column<Guid>(type: "uuid", nullable: false, comment: "The least of its messages' ids."),
                    last_id = table.Column<Guid>(type: "uuid", nullable: false, comment: "The greatest of its messages' ids."),
                    id_filter = table.Column<byte[]>(type: "bytea", nullable: false, comment: "A Bloom filter: tells of most other ids that they are not among its messages'."),
                    ids = table.Column<byte[]>(type: "bytea", nullable: false, comment: "The last id_width bytes of each message's id, in the order of their numbers."),
                    id_width = table.Column<short>(type: "smallint", nullable: false, comment: "16, or 10 where all ids are of version 7: the body has their times."),
                    roles = table.Column<string[]>(type: "text[]", nullable: false, comment: "Role of each kind of messages that it holds; with message_types and counts."),
                    message_types = table.Column<string[]>(type: "text[]", nullable: false, comment: "Type of each kind."),
                    counts = table.Column<int[]>(type: "integer[]", nullable: false, comment: "How many messages there are of each kind."),
                    body = table.Column<byte[]>(type: "bytea", nullable: false, comment: "Everything else of the messages: one zstd frame after a byte that tells the version."),
                    packed_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false, comment: "When they were packed.")
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_message_segments", x => new { x.user_id, x.session_id, x.first_sequence });
                    table.ForeignKey(
                        name: "fk_message_segments_sessions",
                        columns: x => new { x.user_id, x.session_id },
                        principalSchema: "dev",
                        principalTable: "sessions",
                        principalColumns: new[] { "user_id", "session_id" },
                        onDelete: ReferentialAction.Cascade);
                },
                comment: "Older messages of the sessions, many to a row and compressed. The messages 1 to packed_messages of a session are here, the others in session_messages.")
                .Annotation("Npgsql:StorageParameter:toast_tuple_target", 4080);

            // Both are as small as they can be; and of what stands beside the row as it is, a part can be read without the rest.
            migrationBuilder.Sql(
                """
                ALTER TABLE dev.message_segments
                    ALTER COLUMN ids SET STORAGE EXTERNAL, ALTER COLUMN body SET STORAGE EXTERNAL, ALTER COLUMN id_filter SET STORAGE MAIN
                """);

            migrationBuilder.CreateIndex(
                name: "ix_sessions_packable",
                schema: "dev",
                table: "sessions",
                columns: new[] { "user_id", "session_id" },
                filter: "packed_messages < digested_messages AND (status = 'archived' OR digested_messages - packed_messages >= 256)");

            migrationBuilder.CreateIndex(
                name: "ix_message_segments_user_id_last_id",
                schema: "dev",
                table: "message_segments",
                columns: new[] { "user_id", "last_id" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "message_segments",
                schema: "dev");

            migrationBuilder.DropIndex(
                name: "ix_sessions_packable",
                schema: "dev",
                table: "sessions");

            migrationBuilder.DropColumn(
                name: "packed_messages",
                schema: "dev",
                table: "sessions");

            migrationBuilder.DropColumn(
                name: "redacted_at",
                schema: "dev",
                table: "session_messages");

            migrationBuilder.AlterTable(
                name: "session_messages",
                schema: "dev",
                comment: "Messages of the sessions. Rows are never updated.",
                oldComment: "Messages of the sessions that are not packed. Rows are updated only to blank what is redacted.")
                .OldAnnotation("Npgsql:StorageParameter:autovacuum_vacuum_scale_factor", 0.05m);
        }
    }
}
