using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace SessionService.Infrastructure.Persistence.Migrations
{
    /// <inheritdoc />
    public partial class MemoriesOfUsers : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "model",
                schema: "dev",
                table: "session_memories",
                type: "character varying(255)",
                maxLength: 255,
                nullable: true,
                comment: "Another model, if there is a vector by one.");

            migrationBuilder.AddColumn<byte[]>(
                name: "model_vector",
                schema: "dev",
                table: "session_memories",
                type: "bytea",
                nullable: true,
                comment: "The vector of the content by that model.");

            migrationBuilder.AddColumn<byte[]>(
                name: "vector",
                schema: "dev",
                table: "session_memories",
                type: "bytea",
                nullable: true,
                comment: "The vector of the content by the embedded model, a signed byte a dimension.");

            migrationBuilder.AlterColumn<Guid>(
                name: "session_id",
                schema: "dev",
                table: "idempotency_keys",
                type: "uuid",
                nullable: false,
                comment: "The session that was written to, made or named; zeros where there is none.",
                oldClrType: typeof(Guid),
                oldType: "uuid",
                oldComment: "The session that was written to, or made.");

            migrationBuilder.CreateTable(
                name: "message_vectors",
                schema: "dev",
                columns: table => new
                {
                    user_id = table.Column<string>(type: "character varying(255)", maxLength: 255, nullable: false, comment: "Owner of the session.", collation: "C"),
                    session_id = table.Column<Guid>(type: "uuid", nullable: false, comment: "The session."),
                    block = table.Column<int>(type: "integer", nullable: false, comment: "0 for messages 1 to 128, 1 for the next, and so on."),
                    message_count = table.Column<int>(type: "integer", nullable: false, comment: "Messages in the block, 1 to 128."),
                    vectors = table.Column<byte[]>(type: "bytea", nullable: false, comment: "Their vectors by the embedded model, 100 bytes each."),
                    model = table.Column<string>(type: "character varying(255)", maxLength: 255, nullable: true, comment: "Another model, if the messages have vectors of one."),
                    model_count = table.Column<int>(type: "integer", nullable: false, defaultValue: 0, comment: "How many of the messages, from the first on, have vectors of that model."),
                    model_vectors = table.Column<byte[]>(type: "bytea", nullable: true, comment: "Their vectors by that model.")
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_message_vectors", x => new { x.user_id, x.session_id, x.block });
                    table.ForeignKey(
                        name: "fk_message_vectors_sessions",
                        columns: x => new { x.user_id, x.session_id },
                        principalSchema: "dev",
                        principalTable: "sessions",
                        principalColumns: new[] { "user_id", "session_id" },
                        onDelete: ReferentialAction.Cascade);
                },
                comment: "What messages mean, as vectors: a row for each 128 messages of a session.");

            migrationBuilder.CreateTable(
                name: "user_memories",
                schema: "dev",
                columns: table => new
                {
                    user_id = table.Column<string>(type: "character varying(255)", maxLength: 255, nullable: false, comment: "Whose memory it is.", collation: "C"),
                    memory_id = table.Column<Guid>(type: "uuid", nullable: false, comment: "Id of the memory."),
                    memory_type = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: false, comment: "What kind of memory, the client's own word."),
                    content = table.Column<string>(type: "text", nullable: false, comment: "The memory."),
                    metadata = table.Column<string>(type: "jsonb", nullable: false, comment: "The client's own labels, any JSON object."),
                    session_id = table.Column<Guid>(type: "uuid", nullable: true, comment: "The user's session that it came from, if any."),
                    sequence = table.Column<long>(type: "bigint", nullable: true, comment: "The message of that session that it came from, if any."),
                    importance = table.Column<decimal>(type: "numeric(7,6)", nullable: true, comment: "0 to 1, where somebody judged it."),
                    valid_until = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true, comment: "When it ceases to hold, if ever."),
                    version = table.Column<int>(type: "integer", nullable: false, comment: "1, and one more with every change."),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false, comment: "When the memory was created."),
                    updated_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false, comment: "When this version was written."),
                    model = table.Column<string>(type: "character varying(255)", maxLength: 255, nullable: true, comment: "Another model, if there is a vector by one."),
                    model_vector = table.Column<byte[]>(type: "bytea", nullable: true, comment: "The vector of the content by that model."),
                    vector = table.Column<byte[]>(type: "bytea", nullable: true, comment: "The vector of the content by the embedded model, a signed byte a dimension.")
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_user_memories", x => new { x.user_id, x.memory_id });
                },
                comment: "What is worth knowing about a user for longer than a session.");

            migrationBuilder.CreateTable(
                name: "user_memory_versions",
                schema: "dev",
                columns: table => new
                {
                    user_id = table.Column<string>(type: "character varying(255)", maxLength: 255, nullable: false, comment: "Whose memory it is.", collation: "C"),
                    memory_id = table.Column<Guid>(type: "uuid", nullable: false, comment: "The memory."),
                    version = table.Column<int>(type: "integer", nullable: false, comment: "The number of this version."),
                    memory_type = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: false, comment: "What kind of memory it was."),
                    content = table.Column<string>(type: "text", nullable: false, comment: "The memory as it was."),
                    metadata = table.Column<string>(type: "jsonb", nullable: false, comment: "The client's own labels as they were."),
                    session_id = table.Column<Guid>(type: "uuid", nullable: true, comment: "The session that it came from, if any."),
                    sequence = table.Column<long>(type: "bigint", nullable: true, comment: "The message that it came from, if any."),
                    importance = table.Column<decimal>(type: "numeric(7,6)", nullable: true, comment: "0 to 1, where somebody judged it."),
                    valid_until = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true, comment: "When it was to cease to hold, if ever."),
                    written_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false, comment: "When this version was written.")
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_user_memory_versions", x => new { x.user_id, x.memory_id, x.version });
                    table.ForeignKey(
                        name: "fk_user_memory_versions_user_memories",
                        columns: x => new { x.user_id, x.memory_id },
                        principalSchema: "dev",
                        principalTable: "user_memories",
                        principalColumns: new[] { "user_id", "memory_id" },
                        onDelete: ReferentialAction.Cascade);
                },
                comment: "What memories of users were before they were changed.");

            migrationBuilder.CreateIndex(
                name: "ix_user_memories_user_id_created_at",
                schema: "dev",
                table: "user_memories",
                columns: new[] { "user_id", "created_at", "memory_id" },
                descending: new[] { false, true, true });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "message_vectors",
                schema: "dev");

            migrationBuilder.DropTable(
                name: "user_memory_versions",
                schema: "dev");

            migrationBuilder.DropTable(
                name: "user_memories",
                schema: "dev");

            migrationBuilder.DropColumn(
                name: "model",
                schema: "dev",
                table: "session_memories");

            migrationBuilder.DropColumn(
                name: "model_vector",
                schema: "dev",
                table: "session_memories");

            migrationBuilder.DropColumn(
                name: "vector",
                schema: "dev",
                table: "session_memories");

            migrationBuilder.AlterColumn<Guid>(
                name: "session_id",
                schema: "dev",
                table: "idempotency_keys",
                type: "uuid",
                nullable: false,
                comment: "The session that was written to, or made.",
                oldClrType: typeof(Guid),
                oldType: "uuid",
                oldComment: "The session that was written to, made or named; zeros where there is none.");
        }
    }
}
