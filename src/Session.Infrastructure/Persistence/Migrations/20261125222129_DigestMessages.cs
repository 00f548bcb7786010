using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace SessionService.Infrastructure.Persistence.Migrations
{
    /// <inheritdoc />
    public partial class DigestMessages : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "digested_activity",
                schema: "dev",
                table: "sessions",
                type: "timestamp with time zone",
                nullable: false,
                defaultValueSql: "'-infinity'::timestamp with time zone",
                comment: "last_activity as of the last digest, and as it is where is_digested: a key to sort by which appends leave alone.");

            migrationBuilder.AddColumn<decimal>(
                name: "digested_cost",
                schema: "dev",
                table: "sessions",
                type: "numeric(28,10)",
                nullable: false,
                defaultValueSql: "0",
                comment: "total_cost as of the last digest, and as it is where is_digested: a key to sort by which appends leave alone.");

            migrationBuilder.AddColumn<long>(
                name: "digested_messages",
                schema: "dev",
                table: "sessions",
                type: "bigint",
                nullable: false,
                defaultValueSql: "0",
                comment: "Messages 1 to this one are in everything that follows from messages; message_count where is_digested.");

            migrationBuilder.AddColumn<bool>(
                name: "is_digested",
                schema: "dev",
                table: "sessions",
                type: "boolean",
                nullable: false,
                defaultValueSql: "false",
                comment: "Whether everything that follows from the messages tells of the session as it is.");

            // Nothing follows from the messages of a session without any. The others are digested in the background, at leisure.
            migrationBuilder.Sql(
                """
                UPDATE dev.sessions
                SET is_digested = true, digested_cost = total_cost, digested_activity = last_activity
                WHERE message_count = 0
                """);

            migrationBuilder.CreateIndex(
                name: "ix_sessions_undigested",
                schema: "dev",
                table: "sessions",
                columns: new[] { "user_id", "session_id" },
                filter: "NOT is_digested");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_sessions_undigested",
                schema: "dev",
                table: "sessions");

            migrationBuilder.DropColumn(
                name: "digested_activity",
                schema: "dev",
                table: "sessions");

            migrationBuilder.DropColumn(
                name: "digested_cost",
                schema: "dev",
                table: "sessions");

            migrationBuilder.DropColumn(
                name: "digested_messages",
                schema: "dev",
                table: "sessions");

            migrationBuilder.DropColumn(
                name: "is_digested",
                schema: "dev",
                table: "sessions");
        }
    }
}
