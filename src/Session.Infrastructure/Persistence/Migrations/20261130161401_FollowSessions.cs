using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace SessionService.Infrastructure.Persistence.Migrations
{
    /// <inheritdoc />
    public partial class FollowSessions : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "backfilled_at",
                schema: "dev",
                table: "sessions",
                type: "timestamp with time zone",
                nullable: true,
                comment: "When messages last came whose times are not those of their arrival; null where none did.");

            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "changed_at",
                schema: "dev",
                table: "sessions",
                type: "timestamp with time zone",
                nullable: false,
                defaultValueSql: "'-infinity'::timestamp with time zone",
                comment: "When changes last grew or messages with times of their own came: appends leave it alone.");

            migrationBuilder.AddColumn<long>(
                name: "changes",
                schema: "dev",
                table: "sessions",
                type: "bigint",
                nullable: false,
                defaultValueSql: "0",
                comment: "One more with every change of the session but the arrival of messages: what followers are told of.");

            migrationBuilder.CreateIndex(
                name: "ix_sessions_user_id_changed_at",
                schema: "dev",
                table: "sessions",
                columns: new[] { "user_id", "changed_at" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_sessions_user_id_changed_at",
                schema: "dev",
                table: "sessions");

            migrationBuilder.DropColumn(
                name: "backfilled_at",
                schema: "dev",
                table: "sessions");

            migrationBuilder.DropColumn(
                name: "changed_at",
                schema: "dev",
                table: "sessions");

            migrationBuilder.DropColumn(
                name: "changes",
                schema: "dev",
                table: "sessions");
        }
    }
}
