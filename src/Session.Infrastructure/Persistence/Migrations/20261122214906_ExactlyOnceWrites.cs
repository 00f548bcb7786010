using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace SessionService.Infrastructure.Persistence.Migrations
{
    /// <inheritdoc />
    public partial class ExactlyOnceWrites : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "idempotency_keys",
                schema: "dev",
                columns: table => new
                {
                    user_id = table.Column<string>(type: "character varying(255)", maxLength: 255, nullable: false, comment: "Whose key it is.", collation: "C"),
                    idempotency_key = table.Column<string>(type: "character varying(255)", maxLength: 255, nullable: false, comment: "The client's key.", collation: "C"),
                    request_hash = table.Column<byte[]>(type: "bytea", nullable: false, comment: "SHA-256 of the operation and the request; the same key with another is refused."),
                    session_id = table.Column<Guid>(type: "uuid", nullable: false, comment: "The session that was written to, or made."),
                    answer = table.Column<string>(type: "jsonb", nullable: false, comment: "What the database decided and the first answer told; the rest follows from the request. No content."),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false, comment: "When the write was made.")
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_idempotency_keys", x => new { x.user_id, x.idempotency_key });
                },
                comment: "Writes that carried an Idempotency-Key, so that the same request is not made twice. Removed in the background after a day.");

            // An adopted table without a primary key may hold an id twice: all but the first such message get an id of their own.
            migrationBuilder.Sql(
                """
                UPDATE dev.session_messages AS m
                SET id = gen_random_uuid()
                FROM (
                    SELECT user_id, session_id, sequence,
                           row_number() OVER (PARTITION BY user_id, id ORDER BY session_id, sequence) AS number
                    FROM dev.session_messages) AS same
                WHERE same.number > 1
                  AND m.user_id = same.user_id AND m.session_id = same.session_id AND m.sequence = same.sequence
                """);

            migrationBuilder.CreateIndex(
                name: "ux_session_messages_user_id_id",
                schema: "dev",
                table: "session_messages",
                columns: new[] { "user_id", "id" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_idempotency_keys_created_at",
                schema: "dev",
                table: "idempotency_keys",
                column: "created_at");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "idempotency_keys",
                schema: "dev");

            migrationBuilder.DropIndex(
                name: "ux_session_messages_user_id_id",
                schema: "dev",
                table: "session_messages");
        }
    }
}
