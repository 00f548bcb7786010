using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace SessionService.Infrastructure.Persistence.Migrations
{
    /// <inheritdoc />
    public partial class SessionsByStatus : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            // Each has another in its place, with the status before the rest. Instances of the version before sort all of a user's sessions until they
            // are replaced.
            migrationBuilder.DropIndex(
                name: "ix_sessions_user_id_digested_activity",
                schema: "dev",
                table: "sessions");

            migrationBuilder.DropIndex(
                name: "ix_sessions_user_id_digested_cost",
                schema: "dev",
                table: "sessions");

            migrationBuilder.DropIndex(
                name: "ix_sessions_user_id_digested_messages",
                schema: "dev",
                table: "sessions");

            // Which keys the objects in a document have, wherever they are, each hashed with its owner: a number is short however long the key is,
            // and leads to the sessions of one user. In an array of numbers the index need not compare again what it has found.
            migrationBuilder.Sql(
                """
                CREATE FUNCTION dev.owned_keys(owner text, document jsonb) RETURNS bigint[]
                LANGUAGE sql IMMUTABLE PARALLEL SAFE
                AS $$
                    SELECT array_agg(DISTINCT hashtextextended(k, hashtextextended(owner, 0)))
                    FROM jsonb_array_elements_text(jsonb_path_query_array(document, '$.** ? (@.type() == "object").keyvalue().key')) AS k
                $$;
                """);

            migrationBuilder.Sql(
                "CREATE INDEX ix_sessions_user_id_metadata_keys ON dev.sessions USING gin (dev.owned_keys((user_id)::text, metadata))");

            migrationBuilder.CreateIndex(
                name: "ix_sessions_user_id_status_created_at",
                schema: "dev",
                table: "sessions",
                columns: new[] { "user_id", "status", "created_at", "session_id" },
                descending: new[] { false, false, true, true });

            migrationBuilder.CreateIndex(
                name: "ix_sessions_user_id_status_digested_activity",
                schema: "dev",
                table: "sessions",
                columns: new[] { "user_id", "status", "digested_activity", "session_id" });

            migrationBuilder.CreateIndex(
                name: "ix_sessions_user_id_status_digested_cost",
                schema: "dev",
                table: "sessions",
                columns: new[] { "user_id", "status", "digested_cost", "session_id" });

            migrationBuilder.CreateIndex(
                name: "ix_sessions_user_id_status_digested_messages",
                schema: "dev",
                table: "sessions",
                columns: new[] { "user_id", "status", "digested_messages", "session_id" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_sessions_user_id_metadata_keys",
                schema: "dev",
                table: "sessions");

            migrationBuilder.Sql("DROP FUNCTION dev.owned_keys");

            migrationBuilder.DropIndex(
                name: "ix_sessions_user_id_status_created_at",
                schema: "dev",
                table: "sessions");

            migrationBuilder.DropIndex(
                name: "ix_sessions_user_id_status_digested_activity",
                schema: "dev",
                table: "sessions");

            migrationBuilder.DropIndex(
                name: "ix_sessions_user_id_status_digested_cost",
                schema: "dev",
                table: "sessions");

            migrationBuilder.DropIndex(
                name: "ix_sessions_user_id_status_digested_messages",
                schema: "dev",
                table: "sessions");

            migrationBuilder.CreateIndex(
                name: "ix_sessions_user_id_digested_activity",
                schema: "dev",
                table: "sessions",
                columns: new[] { "user_id", "digested_activity", "session_id" });

            migrationBuilder.CreateIndex(
                name: "ix_sessions_user_id_digested_cost",
                schema: "dev",
                table: "sessions",
                columns: new[] { "user_id", "digested_cost", "session_id" });

            migrationBuilder.CreateIndex(
                name: "ix_sessions_user_id_digested_messages",
                schema: "dev",
                table: "sessions",
                columns: new[] { "user_id", "digested_messages", "session_id" });
        }
    }
}
