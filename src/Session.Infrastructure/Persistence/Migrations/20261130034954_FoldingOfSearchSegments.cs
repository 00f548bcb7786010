using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace SessionService.Infrastructure.Persistence.Migrations
{
    /// <inheritdoc />
    public partial class FoldingOfSearchSegments : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<int>(
                name: "folding",
                schema: "dev",
                table: "search_segments",
                type: "integer",
                nullable: false,
                defaultValue: 1,
                comment: "Version of the letter folding of its words. Segments of an earlier version are renewed in the background.");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropColumn(
                name: "folding",
                schema: "dev",
                table: "search_segments");
        }
    }
}
