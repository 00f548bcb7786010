using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace SessionService.Infrastructure.Persistence.Migrations
{
    /// <inheritdoc />
    public partial class ForksAndArchive : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "archived_at",
                schema: "dev",
                table: "sessions",
                type: "timestamp with time zone",
                nullable: true,
                comment: "When the session was put away; null where it is not. An ended session keeps its status.");

            migrationBuilder.AddColumn<decimal>(
                name: "copied_cost",
                schema: "dev",
                table: "sessions",
                type: "numeric(28,10)",
                nullable: false,
                defaultValueSql: "0",
                comment: "Sum of their cost_usd, USD.");

            migrationBuilder.AddColumn<long>(
                name: "copied_messages",
                schema: "dev",
                table: "sessions",
                type: "bigint",
                nullable: false,
                defaultValueSql: "0",
                comment: "Messages 1 to this one were copied from there, and are no part of the statistics and of the usage.");

            migrationBuilder.AddColumn<long>(
                name: "copied_tokens",
                schema: "dev",
                table: "sessions",
                type: "bigint",
                nullable: false,
                defaultValueSql: "0",
                comment: "Sum of their tokens_used.");

            migrationBuilder.AddColumn<long>(
                name: "forked_from_sequence",
                schema: "dev",
                table: "sessions",
                type: "bigint",
                nullable: true,
                comment: "The last message that the two have in common.");

            migrationBuilder.AddColumn<Guid>(
                name: "forked_from_session_id",
                schema: "dev",
                table: "sessions",
                type: "uuid",
                nullable: true,
                comment: "The session that this one went on from, if there was one; it may be gone.");

            // When they were put away nobody wrote down; nothing has happened to them since.
            migrationBuilder.Sql("UPDATE dev.sessions SET archived_at = updated_at WHERE status = 'archived'");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropColumn(
                name: "archived_at",
                schema: "dev",
                table: "sessions");

            migrationBuilder.DropColumn(
                name: "copied_cost",
                schema: "dev",
                table: "sessions");

            migrationBuilder.DropColumn(
                name: "copied_messages",
                schema: "dev",
                table: "sessions");

            migrationBuilder.DropColumn(
                name: "copied_tokens",
                schema: "dev",
                table: "sessions");

            migrationBuilder.DropColumn(
                name: "forked_from_sequence",
                schema: "dev",
                table: "sessions");

            migrationBuilder.DropColumn(
                name: "forked_from_session_id",
                schema: "dev",
                table: "sessions");
        }
    }
}
