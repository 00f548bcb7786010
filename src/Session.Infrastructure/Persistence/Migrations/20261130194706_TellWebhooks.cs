using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace SessionService.Infrastructure.Persistence.Migrations
{
    /// <inheritdoc />
    public partial class TellWebhooks : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "webhook_deliveries",
                schema: "dev",
                columns: table => new
                {
                    user_id = table.Column<string>(type: "character varying(255)", maxLength: 255, nullable: false, comment: "Owner of the session.", collation: "C"),
                    session_id = table.Column<Guid>(type: "uuid", nullable: false, comment: "The session."),
                    webhook_id = table.Column<Guid>(type: "uuid", nullable: false, comment: "The webhook."),
                    event_id = table.Column<Guid>(type: "uuid", nullable: false, comment: "The event, the same for all webhooks and attempts."),
                    position = table.Column<long>(type: "bigint", nullable: false, comment: "The order of the session's events: its messages and changes together; -1 where the session is gone."),
                    type = table.Column<string>(type: "character varying(50)", maxLength: 50, nullable: false, comment: "The name of the event."),
                    data = table.Column<string>(type: "jsonb", nullable: false, comment: "What the event tells besides user and session; no content."),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false, comment: "The time of the write."),
                    status = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: false, comment: "pending, delivered or dead."),
                    next_attempt_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false, comment: "When the next attempt is due; during an attempt, when another instance may take over."),
                    attempts = table.Column<int>(type: "integer", nullable: false, comment: "Number of attempts that have begun."),
                    first_attempt_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true, comment: "When the first attempt began."),
                    last_attempt_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true, comment: "When the last attempt began."),
                    last_status = table.Column<int>(type: "integer", nullable: true, comment: "The HTTP status of the last answer, if there was one."),
                    last_error = table.Column<string>(type: "character varying(30)", maxLength: 30, nullable: true, comment: "Why the last attempt failed, as a word."),
                    delivered_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true, comment: "When the event was delivered.")
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_webhook_deliveries", x => new { x.user_id, x.session_id, x.webhook_id, x.event_id });
                },
                comment: "The outbox of the webhooks, and their log: a write stores in its own transaction what they are told of it.");

            migrationBuilder.CreateTable(
                name: "webhooks",
                schema: "dev",
                columns: table => new
                {
                    user_id = table.Column<string>(type: "character varying(255)", maxLength: 255, nullable: false, comment: "The user whose events are told; empty for the webhooks of the service.", collation: "C"),
                    webhook_id = table.Column<Guid>(type: "uuid", nullable: false, comment: "The webhook."),
                    slot = table.Column<short>(type: "smallint", nullable: false, comment: "The place among the owner's, from 1."),
                    url = table.Column<string>(type: "character varying(2000)", maxLength: 2000, nullable: false, comment: "Where events are sent."),
                    description = table.Column<string>(type: "character varying(255)", maxLength: 255, nullable: true, comment: "What the webhook is for, if somebody said."),
                    events = table.Column<string[]>(type: "text[]", nullable: true, comment: "Only these events; null for all."),
                    includes_content = table.Column<bool>(type: "boolean", nullable: false, comment: "Whether texts and metadata are told, and not only ids and numbers."),
                    is_enabled = table.Column<bool>(type: "boolean", nullable: false, comment: "Whether events are told."),
                    disabled_reason = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: true, comment: "failing or gone, where deliveries switched the webhook off."),
                    secret = table.Column<byte[]>(type: "bytea", nullable: false, comment: "The secret that signs payloads; encrypted where Webhooks:EncryptionKey is set."),
                    previous_secret = table.Column<byte[]>(type: "bytea", nullable: true, comment: "The secret before the last rotation."),
                    previous_until = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true, comment: "Until when the previous secret signs payloads too."),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false, comment: "When the webhook was made."),
                    updated_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false, comment: "When the webhook was last changed by its owner."),
                    succeeded_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true, comment: "When a delivery last succeeded, to within a minute.")
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_webhooks", x => new { x.user_id, x.webhook_id });
                },
                comment: "Addresses that are told of events. A reference table where the database is sharded: every write looks here.");

            migrationBuilder.CreateIndex(
                name: "ix_webhook_deliveries_due",
                schema: "dev",
                table: "webhook_deliveries",
                column: "next_attempt_at",
                filter: "status = 'pending'");

            migrationBuilder.CreateIndex(
                name: "ix_webhook_deliveries_event",
                schema: "dev",
                table: "webhook_deliveries",
                columns: new[] { "webhook_id", "event_id" });

            migrationBuilder.CreateIndex(
                name: "ix_webhook_deliveries_log",
                schema: "dev",
                table: "webhook_deliveries",
                columns: new[] { "webhook_id", "created_at", "event_id" });

            migrationBuilder.CreateIndex(
                name: "ix_webhook_deliveries_pending",
                schema: "dev",
                table: "webhook_deliveries",
                columns: new[] { "user_id", "session_id", "webhook_id", "position", "event_id" },
                filter: "status = 'pending'");

            migrationBuilder.CreateIndex(
                name: "ux_webhooks_user_id_slot",
                schema: "dev",
                table: "webhooks",
                columns: new[] { "user_id", "slot" },
                unique: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "webhook_deliveries",
                schema: "dev");

            migrationBuilder.DropTable(
                name: "webhooks",
                schema: "dev");
        }
    }
}
