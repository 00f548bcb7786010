using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace SessionService.Infrastructure.Persistence.Migrations
{
    /// <inheritdoc />
    public partial class ConversationItems : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "conversation_items",
                schema: "dev",
                columns: table => new
                {
                    user_id = table.Column<string>(type: "character varying(255)", maxLength: 255, nullable: false, comment: "Owner of the session.", collation: "C"),
                    session_id = table.Column<Guid>(type: "uuid", nullable: false, comment: "The session."),
                    sequence = table.Column<long>(type: "bigint", nullable: false, comment: "The number of the message that is the item."),
                    item_id = table.Column<string>(type: "character varying(255)", maxLength: 255, nullable: false, comment: "The id, as the client gave it.", collation: "C")
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_conversation_items", x => new { x.user_id, x.session_id, x.sequence });
                    table.ForeignKey(
                        name: "fk_conversation_items_sessions",
                        columns: x => new { x.user_id, x.session_id },
                        principalSchema: "dev",
                        principalTable: "sessions",
                        principalColumns: new[] { "user_id", "session_id" },
                        onDelete: ReferentialAction.Cascade);
                },
                comment: "The ids that clients of OpenAI's Conversations gave items. The ids of all other items follow from their places.");

            migrationBuilder.CreateIndex(
                name: "ix_conversation_items_user_id_session_id_item_id",
                schema: "dev",
                table: "conversation_items",
                columns: new[] { "user_id", "session_id", "item_id" },
                unique: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "conversation_items",
                schema: "dev");
        }
    }
}
