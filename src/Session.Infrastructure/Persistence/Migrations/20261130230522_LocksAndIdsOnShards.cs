using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace SessionService.Infrastructure.Persistence.Migrations
{
    /// <inheritdoc />
    public partial class LocksAndIdsOnShards : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "session_ids",
                schema: "dev",
                columns: table => new
                {
                    session_id = table.Column<Guid>(type: "uuid", nullable: false, comment: "Id of the session."),
                    user_id = table.Column<string>(type: "character varying(255)", maxLength: 255, nullable: false, comment: "Owner of the session.", collation: "C")
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_session_ids", x => x.session_id);
                },
                comment: "The session ids that clients gave, with their owners, in a sharded database. On one server the table is empty: an index on sessions keeps the ids unique.");

            migrationBuilder.CreateTable(
                name: "user_locks",
                schema: "dev",
                columns: table => new
                {
                    user_id = table.Column<string>(type: "character varying(255)", maxLength: 255, nullable: false, comment: "The user whose lock it is.", collation: "C"),
                    kind = table.Column<int>(type: "integer", nullable: false, comment: "What the lock is about: 5 is what is worked out from messages, 9 the attachments.")
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_user_locks", x => new { x.user_id, x.kind });
                },
                comment: "Rows that transactions lock in a sharded database, where an advisory lock holds on one server only. On one server the table is empty.");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "session_ids",
                schema: "dev");

            migrationBuilder.DropTable(
                name: "user_locks",
                schema: "dev");
        }
    }
}
