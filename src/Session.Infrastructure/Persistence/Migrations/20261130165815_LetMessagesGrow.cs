using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace SessionService.Infrastructure.Persistence.Migrations
{
    /// <inheritdoc />
    public partial class LetMessagesGrow : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<long[]>(
                name: "open_messages",
                schema: "dev",
                table: "sessions",
                type: "bigint[]",
                nullable: true,
                comment: "The numbers of the messages that are in progress, ascending; null where there are none.");

            migrationBuilder.CreateTable(
                name: "open_messages",
                schema: "dev",
                columns: table => new
                {
                    user_id = table.Column<string>(type: "character varying(255)", maxLength: 255, nullable: false, comment: "Owner of the session.", collation: "C"),
                    session_id = table.Column<Guid>(type: "uuid", nullable: false, comment: "The session."),
                    sequence = table.Column<long>(type: "bigint", nullable: false, comment: "The number of the message."),
                    opened_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false, comment: "When the message was opened."),
                    next_index = table.Column<int>(type: "integer", nullable: false, comment: "The index of the delta that comes next."),
                    bytes = table.Column<int>(type: "integer", nullable: false, comment: "The length of its first content and of its deltas, in bytes."),
                    parts = table.Column<int>(type: "integer", nullable: false, comment: "The most parts that these make."),
                    touched_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false, comment: "When it was opened or its last delta came."),
                    check_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false, comment: "When to look whether it is abandoned.")
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_open_messages", x => new { x.user_id, x.session_id, x.sequence });
                    table.ForeignKey(
                        name: "fk_open_messages_sessions",
                        columns: x => new { x.user_id, x.session_id },
                        principalSchema: "dev",
                        principalTable: "sessions",
                        principalColumns: new[] { "user_id", "session_id" },
                        onDelete: ReferentialAction.Cascade);
                },
                comment: "Messages in progress. A row is deleted when its message is completed.")
                .Annotation("Npgsql:StorageParameter:fillfactor", 50);

            migrationBuilder.CreateTable(
                name: "message_deltas",
                schema: "dev",
                columns: table => new
                {
                    user_id = table.Column<string>(type: "character varying(255)", maxLength: 255, nullable: false, comment: "Owner of the session.", collation: "C"),
                    session_id = table.Column<Guid>(type: "uuid", nullable: false, comment: "The session."),
                    sequence = table.Column<long>(type: "bigint", nullable: false, comment: "The number of the message."),
                    index = table.Column<int>(type: "integer", nullable: false, comment: "0, 1, 2 ... within the message."),
                    text = table.Column<string>(type: "text", nullable: true, comment: "A piece of text; null where it is parts."),
                    parts = table.Column<string>(type: "json", nullable: true, comment: "An array of parts; null where it is text.")
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_message_deltas", x => new { x.user_id, x.session_id, x.sequence, x.index });
                    table.ForeignKey(
                        name: "fk_message_deltas_open_messages",
                        columns: x => new { x.user_id, x.session_id, x.sequence },
                        principalSchema: "dev",
                        principalTable: "open_messages",
                        principalColumns: new[] { "user_id", "session_id", "sequence" },
                        onDelete: ReferentialAction.Cascade);
                },
                comment: "What messages in progress consist of so far, piece by piece.");

            migrationBuilder.CreateIndex(
                name: "ix_open_messages_check_at",
                schema: "dev",
                table: "open_messages",
                column: "check_at");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "message_deltas",
                schema: "dev");

            migrationBuilder.DropTable(
                name: "open_messages",
                schema: "dev");

            migrationBuilder.DropColumn(
                name: "open_messages",
                schema: "dev",
                table: "sessions");
        }
    }
}
