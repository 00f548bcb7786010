using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace SessionService.Infrastructure.Persistence.Migrations
{
    /// <inheritdoc />
    public partial class SearchMessages : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "search_segments",
                schema: "dev",
                columns: table => new
                {
                    user_id = table.Column<string>(type: "character varying(255)", maxLength: 255, nullable: false, comment: "Owner of the messages.", collation: "C"),
                    segment_id = table.Column<Guid>(type: "uuid", nullable: false, comment: "Id of the segment; in the order of their making."),
                    message_count = table.Column<int>(type: "integer", nullable: false, comment: "Messages that it covers."),
                    data = table.Column<byte[]>(type: "bytea", nullable: false, comment: "Dictionary, postings and what is known of each message.")
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_search_segments", x => new { x.user_id, x.segment_id });
                },
                comment: "Inverted indexes, each over a run of one user's messages. Rows are never updated: merging and removing put others in their place.");

            // Read whole and packed already: compressing it again would cost time and save nothing.
            migrationBuilder.Sql("ALTER TABLE dev.search_segments ALTER COLUMN data SET STORAGE EXTERNAL");

            migrationBuilder.CreateIndex(
                name: "ix_sessions_summarized",
                schema: "dev",
                table: "sessions",
                columns: new[] { "user_id", "session_id" },
                filter: "session_summary <> ''");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "search_segments",
                schema: "dev");

            migrationBuilder.DropIndex(
                name: "ix_sessions_summarized",
                schema: "dev",
                table: "sessions");
        }
    }
}
