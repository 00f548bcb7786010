using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace SessionService.Infrastructure.Persistence.Migrations
{
    /// <inheritdoc />
    public partial class ApiKeys : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "api_keys",
                schema: "dev",
                columns: table => new
                {
                    key_id = table.Column<Guid>(type: "uuid", nullable: false, comment: "Public part of the key."),
                    user_id = table.Column<string>(type: "character varying(255)", maxLength: 255, nullable: true, comment: "The user for whom the key acts; null for the key of a service.", collation: "C"),
                    name = table.Column<string>(type: "character varying(255)", maxLength: 255, nullable: true, comment: "What the key is for, if somebody said."),
                    secret_hash = table.Column<byte[]>(type: "bytea", nullable: false, comment: "SHA-256 of the secret part. The secret is not stored."),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false, comment: "When the key was created."),
                    expires_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true, comment: "From when on the key is refused; null where it is not."),
                    revoked_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true, comment: "When the key was revoked; null where it was not."),
                    last_used_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true, comment: "When the key was last used, to within a few minutes; null where it was not.")
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_api_keys", x => x.key_id);
                },
                comment: "Keys of users and services, for Identity:Mode=ApiKey. A reference table where the database is sharded.");

            migrationBuilder.CreateIndex(
                name: "ix_api_keys_user_id",
                schema: "dev",
                table: "api_keys",
                columns: new[] { "user_id", "key_id" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "api_keys",
                schema: "dev");
        }
    }
}
