using System;
using Microsoft.EntityFrameworkCore.Migrations;
using NpgsqlTypes;

#nullable disable

namespace SessionService.Infrastructure.Persistence.Migrations
{
    /// <inheritdoc />
    public partial class BranchesAndFeedback : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<int>(
                name: "current_branch",
                schema: "dev",
                table: "sessions",
                type: "integer",
                nullable: true,
                comment: "The branch that is the conversation, see session_branches; null where all messages are.");

            migrationBuilder.AddColumn<NpgsqlRange<long>[]>(
                name: "forked_from_path",
                schema: "dev",
                table: "sessions",
                type: "int8multirange",
                nullable: true,
                comment: "The numbers that the copied messages have there; null where they are the same.");

            migrationBuilder.AddColumn<long>(
                name: "hidden_messages",
                schema: "dev",
                table: "sessions",
                type: "bigint",
                nullable: false,
                defaultValueSql: "0",
                comment: "How many of the messages the conversation does not show.");

            migrationBuilder.CreateTable(
                name: "message_feedback",
                schema: "dev",
                columns: table => new
                {
                    user_id = table.Column<string>(type: "character varying(255)", maxLength: 255, nullable: false, comment: "Owner of the session.", collation: "C"),
                    session_id = table.Column<Guid>(type: "uuid", nullable: false, comment: "The session."),
                    sequence = table.Column<long>(type: "bigint", nullable: false, comment: "The number of the message."),
                    name = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false, comment: "What is judged, such as rating.", collation: "C"),
                    value = table.Column<string>(type: "jsonb", nullable: false, comment: "A truth value, a number or a text."),
                    comment = table.Column<string>(type: "text", nullable: true, comment: "Why, in words, if it was given."),
                    source = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: false, comment: "user, annotator or model."),
                    model = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false, comment: "The text in model of the message's metadata, cut to 200 characters; empty where there is none."),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false, comment: "When the feedback was first given."),
                    updated_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false, comment: "When the feedback last changed.")
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_message_feedback", x => new { x.user_id, x.session_id, x.sequence, x.name });
                    table.ForeignKey(
                        name: "fk_message_feedback_sessions",
                        columns: x => new { x.user_id, x.session_id },
                        principalSchema: "dev",
                        principalTable: "sessions",
                        principalColumns: new[] { "user_id", "session_id" },
                        onDelete: ReferentialAction.Cascade);
                },
                comment: "What users, annotators and models think of messages.");

            migrationBuilder.CreateTable(
                name: "session_branches",
                schema: "dev",
                columns: table => new
                {
                    user_id = table.Column<string>(type: "character varying(255)", maxLength: 255, nullable: false, comment: "Owner of the session.", collation: "C"),
                    session_id = table.Column<Guid>(type: "uuid", nullable: false, comment: "The session."),
                    branch_id = table.Column<int>(type: "integer", nullable: false, comment: "1, 2, 3 ... in the order in which the branches were made."),
                    name = table.Column<string>(type: "character varying(255)", maxLength: 255, nullable: true, comment: "What its user calls it; null where nobody named it."),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false, comment: "When the branch was made."),
                    path = table.Column<NpgsqlRange<long>[]>(type: "int8multirange", nullable: false, comment: "The numbers of its messages. The last range of the current branch has no end."),
                    from_sequence = table.Column<long>(type: "bigint", nullable: true, comment: "The first message written in this branch, if one was; of the current branch as of when it became current."),
                    last_sequence = table.Column<long>(type: "bigint", nullable: false, comment: "The last message, or 0; of the current branch as of when it became current."),
                    message_count = table.Column<long>(type: "bigint", nullable: false, comment: "Number of its messages; of the current branch as of when it became current.")
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_session_branches", x => new { x.user_id, x.session_id, x.branch_id });
                    table.ForeignKey(
                        name: "fk_session_branches_sessions",
                        columns: x => new { x.user_id, x.session_id },
                        principalSchema: "dev",
                        principalTable: "sessions",
                        principalColumns: new[] { "user_id", "session_id" },
                        onDelete: ReferentialAction.Cascade);
                },
                comment: "The branches of the sessions that were rewound or of which a message was removed. Any other session has one branch, and no row.");

            migrationBuilder.CreateIndex(
                name: "ix_sessions_branched",
                schema: "dev",
                table: "sessions",
                columns: new[] { "user_id", "session_id" },
                filter: "current_branch IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_message_feedback_user_id_updated_at",
                schema: "dev",
                table: "message_feedback",
                columns: new[] { "user_id", "updated_at", "session_id", "sequence", "name" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "message_feedback",
                schema: "dev");

            migrationBuilder.DropTable(
                name: "session_branches",
                schema: "dev");

            migrationBuilder.DropIndex(
                name: "ix_sessions_branched",
                schema: "dev",
                table: "sessions");

            migrationBuilder.DropColumn(
                name: "current_branch",
                schema: "dev",
                table: "sessions");

            migrationBuilder.DropColumn(
                name: "forked_from_path",
                schema: "dev",
                table: "sessions");

            migrationBuilder.DropColumn(
                name: "hidden_messages",
                schema: "dev",
                table: "sessions");
        }
    }
}
