using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace SessionService.Infrastructure.Persistence.Migrations
{
    /// <inheritdoc />
    public partial class PackWhatIsPutAwayAndFindForks : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_sessions_packable",
                schema: "dev",
                table: "sessions");

            migrationBuilder.CreateIndex(
                name: "ix_sessions_forks",
                schema: "dev",
                table: "sessions",
                columns: new[] { "user_id", "forked_from_session_id" },
                filter: "forked_from_session_id IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_sessions_packable",
                schema: "dev",
                table: "sessions",
                columns: new[] { "user_id", "session_id" },
                filter: "packed_messages < digested_messages AND (archived_at IS NOT NULL OR digested_messages - packed_messages >= 256)");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_sessions_forks",
                schema: "dev",
                table: "sessions");

            migrationBuilder.DropIndex(
                name: "ix_sessions_packable",
                schema: "dev",
                table: "sessions");

            migrationBuilder.CreateIndex(
                name: "ix_sessions_packable",
                schema: "dev",
                table: "sessions",
                columns: new[] { "user_id", "session_id" },
                filter: "packed_messages < digested_messages AND (status = 'archived' OR digested_messages - packed_messages >= 256)");
        }
    }
}
