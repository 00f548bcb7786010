using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace SessionService.Infrastructure.Persistence.Migrations
{
    /// <inheritdoc />
    public partial class WordsOfMemories : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<byte[]>(
                name: "words",
                schema: "dev",
                table: "user_memories",
                type: "bytea",
                nullable: true,
                comment: "The lexemes of the content, each with how often it is there.");

            migrationBuilder.AddColumn<byte[]>(
                name: "words",
                schema: "dev",
                table: "session_memories",
                type: "bytea",
                nullable: true,
                comment: "The lexemes of the content, each with how often it is there.");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropColumn(
                name: "words",
                schema: "dev",
                table: "user_memories");

            migrationBuilder.DropColumn(
                name: "words",
                schema: "dev",
                table: "session_memories");
        }
    }
}
