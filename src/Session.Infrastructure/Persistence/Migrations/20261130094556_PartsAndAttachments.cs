using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace SessionService.Infrastructure.Persistence.Migrations
{
    /// <inheritdoc />
    public partial class PartsAndAttachments : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AlterColumn<string>(
                name: "role",
                schema: "dev",
                table: "session_messages",
                type: "character varying(50)",
                maxLength: 50,
                nullable: false,
                comment: "user, assistant, system, developer or tool.",
                oldClrType: typeof(string),
                oldType: "character varying(50)",
                oldMaxLength: 50,
                oldComment: "user, assistant, system or tool.");

            migrationBuilder.AlterColumn<DateTimeOffset>(
                name: "redacted_at",
                schema: "dev",
                table: "session_messages",
                type: "timestamp with time zone",
                nullable: true,
                comment: "When content, parts, name and metadata were blanked, if they were.",
                oldClrType: typeof(DateTimeOffset),
                oldType: "timestamp with time zone",
                oldNullable: true,
                oldComment: "When content and metadata were blanked, if they were.");

            migrationBuilder.AlterColumn<string>(
                name: "content",
                schema: "dev",
                table: "session_messages",
                type: "text",
                nullable: false,
                comment: "The text. Where there are parts, it follows from them.",
                oldClrType: typeof(string),
                oldType: "text",
                oldComment: "The text.");

            migrationBuilder.AddColumn<string>(
                name: "name",
                schema: "dev",
                table: "session_messages",
                type: "character varying(128)",
                maxLength: 128,
                nullable: true,
                comment: "Who speaks, by name, if it was given.");

            migrationBuilder.AddColumn<string>(
                name: "parts",
                schema: "dev",
                table: "session_messages",
                type: "json",
                nullable: true,
                comment: "The content as the client gave it, an array of parts; null where a text was given.");

            migrationBuilder.AddColumn<string>(
                name: "status",
                schema: "dev",
                table: "session_messages",
                type: "character varying(20)",
                maxLength: 20,
                nullable: false,
                defaultValue: "completed",
                comment: "completed, in_progress or incomplete.");

            migrationBuilder.CreateTable(
                name: "attachment_removals",
                schema: "dev",
                columns: table => new
                {
                    user_id = table.Column<string>(type: "character varying(255)", maxLength: 255, nullable: false, comment: "Owner of the object.", collation: "C"),
                    object_key = table.Column<string>(type: "character varying(1024)", maxLength: 1024, nullable: false, comment: "Where the object is."),
                    due_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false, comment: "Not before this time.")
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_attachment_removals", x => new { x.user_id, x.object_key });
                },
                comment: "Objects outside of the database that are to be removed, or whose upload has begun.");

            migrationBuilder.CreateTable(
                name: "attachments",
                schema: "dev",
                columns: table => new
                {
                    user_id = table.Column<string>(type: "character varying(255)", maxLength: 255, nullable: false, comment: "Owner of the attachment.", collation: "C"),
                    attachment_id = table.Column<Guid>(type: "uuid", nullable: false, comment: "Id, derived from owner and bytes."),
                    sha256 = table.Column<byte[]>(type: "bytea", nullable: false, comment: "SHA-256 of the bytes."),
                    size = table.Column<long>(type: "bigint", nullable: false, comment: "Bytes."),
                    media_type = table.Column<string>(type: "character varying(255)", maxLength: 255, nullable: false, comment: "As the client said."),
                    name = table.Column<string>(type: "character varying(255)", maxLength: 255, nullable: true, comment: "Name of the file, if it has one."),
                    object_key = table.Column<string>(type: "character varying(1024)", maxLength: 1024, nullable: true, comment: "Where the bytes are outside of the database; null where they are in attachment_pieces."),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false, comment: "When the bytes first came."),
                    uploaded_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false, comment: "When the bytes last came. Without a message that refers to it the attachment is removed a day later.")
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_attachments", x => new { x.user_id, x.attachment_id });
                },
                comment: "Pictures and files of the messages. Their bytes are in attachment_pieces, or in a bucket or directory.");

            migrationBuilder.CreateTable(
                name: "message_tokens",
                schema: "dev",
                columns: table => new
                {
                    user_id = table.Column<string>(type: "character varying(255)", maxLength: 255, nullable: false, comment: "Owner of the session.", collation: "C"),
                    session_id = table.Column<Guid>(type: "uuid", nullable: false, comment: "The session."),
                    block = table.Column<int>(type: "integer", nullable: false, comment: "0 for messages 1 to 128, 1 for the next, and so on."),
                    tokenizer = table.Column<string>(type: "character varying(50)", maxLength: 50, nullable: false, comment: "The tokenizer that counted."),
                    counts = table.Column<int[]>(type: "integer[]", nullable: false, comment: "The tokens of each message, in the order of their numbers.")
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_message_tokens", x => new { x.user_id, x.session_id, x.block });
                    table.ForeignKey(
                        name: "fk_message_tokens_sessions",
                        columns: x => new { x.user_id, x.session_id },
                        principalSchema: "dev",
                        principalTable: "sessions",
                        principalColumns: new[] { "user_id", "session_id" },
                        onDelete: ReferentialAction.Cascade);
                },
                comment: "How many tokens messages take, as a tokenizer counted them: a row for each 128 messages of a session.");

            migrationBuilder.CreateTable(
                name: "attachment_pieces",
                schema: "dev",
                columns: table => new
                {
                    user_id = table.Column<string>(type: "character varying(255)", maxLength: 255, nullable: false, comment: "Owner of the attachment.", collation: "C"),
                    attachment_id = table.Column<Guid>(type: "uuid", nullable: false, comment: "The attachment."),
                    piece = table.Column<int>(type: "integer", nullable: false, comment: "0, 1, 2 ... in the order of the bytes."),
                    bytes = table.Column<byte[]>(type: "bytea", nullable: false, comment: "The bytes of the piece.")
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_attachment_pieces", x => new { x.user_id, x.attachment_id, x.piece });
                    table.ForeignKey(
                        name: "fk_attachment_pieces_attachments",
                        columns: x => new { x.user_id, x.attachment_id },
                        principalSchema: "dev",
                        principalTable: "attachments",
                        principalColumns: new[] { "user_id", "attachment_id" },
                        onDelete: ReferentialAction.Cascade);
                },
                comment: "The bytes of attachments that are kept in the database.");

            migrationBuilder.CreateTable(
                name: "attachment_uses",
                schema: "dev",
                columns: table => new
                {
                    user_id = table.Column<string>(type: "character varying(255)", maxLength: 255, nullable: false, comment: "Owner of session and attachment.", collation: "C"),
                    session_id = table.Column<Guid>(type: "uuid", nullable: false, comment: "The session."),
                    sequence = table.Column<long>(type: "bigint", nullable: false, comment: "The number of the message."),
                    attachment_id = table.Column<Guid>(type: "uuid", nullable: false, comment: "The attachment.")
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_attachment_uses", x => new { x.user_id, x.session_id, x.sequence, x.attachment_id });
                    table.ForeignKey(
                        name: "fk_attachment_uses_attachments",
                        columns: x => new { x.user_id, x.attachment_id },
                        principalSchema: "dev",
                        principalTable: "attachments",
                        principalColumns: new[] { "user_id", "attachment_id" },
                        onDelete: ReferentialAction.Restrict);
                    table.ForeignKey(
                        name: "fk_attachment_uses_sessions",
                        columns: x => new { x.user_id, x.session_id },
                        principalSchema: "dev",
                        principalTable: "sessions",
                        principalColumns: new[] { "user_id", "session_id" },
                        onDelete: ReferentialAction.Cascade);
                },
                comment: "Which messages refer to which attachments.");

            // Pictures and most files are compressed already.
            migrationBuilder.Sql("ALTER TABLE dev.attachment_pieces ALTER COLUMN bytes SET STORAGE EXTERNAL");

            migrationBuilder.CreateIndex(
                name: "ix_attachment_removals_due_at",
                schema: "dev",
                table: "attachment_removals",
                column: "due_at");

            migrationBuilder.CreateIndex(
                name: "ix_attachment_uses_user_id_attachment_id",
                schema: "dev",
                table: "attachment_uses",
                columns: new[] { "user_id", "attachment_id" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "attachment_pieces",
                schema: "dev");

            migrationBuilder.DropTable(
                name: "attachment_removals",
                schema: "dev");

            migrationBuilder.DropTable(
                name: "attachment_uses",
                schema: "dev");

            migrationBuilder.DropTable(
                name: "message_tokens",
                schema: "dev");

            migrationBuilder.DropTable(
                name: "attachments",
                schema: "dev");

            migrationBuilder.DropColumn(
                name: "name",
                schema: "dev",
                table: "session_messages");

            migrationBuilder.DropColumn(
                name: "parts",
                schema: "dev",
                table: "session_messages");

            migrationBuilder.DropColumn(
                name: "status",
                schema: "dev",
                table: "session_messages");

            migrationBuilder.AlterColumn<string>(
                name: "role",
                schema: "dev",
                table: "session_messages",
                type: "character varying(50)",
                maxLength: 50,
                nullable: false,
                comment: "user, assistant, system or tool.",
                oldClrType: typeof(string),
                oldType: "character varying(50)",
                oldMaxLength: 50,
                oldComment: "user, assistant, system, developer or tool.");

            migrationBuilder.AlterColumn<DateTimeOffset>(
                name: "redacted_at",
                schema: "dev",
                table: "session_messages",
                type: "timestamp with time zone",
                nullable: true,
                comment: "When content and metadata were blanked, if they were.",
                oldClrType: typeof(DateTimeOffset),
                oldType: "timestamp with time zone",
                oldNullable: true,
                oldComment: "When content, parts, name and metadata were blanked, if they were.");

            migrationBuilder.AlterColumn<string>(
                name: "content",
                schema: "dev",
                table: "session_messages",
                type: "text",
                nullable: false,
                comment: "The text.",
                oldClrType: typeof(string),
                oldType: "text",
                oldComment: "The text. Where there are parts, it follows from them.");
        }
    }
}
