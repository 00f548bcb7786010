using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace SessionService.Infrastructure.Persistence.Migrations
{
    /// <inheritdoc />
    public partial class IndexesOfBusyRows : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            // A row that is updated all the time leaves dead versions, and the first to come by an index past one marks its entry dead for those
            // who follow. In a unique index equal keys are versions of one row; put together into a posting list they can only be marked all at
            // once, which the living one prevents, and until the next vacuum every look-up of the row walks all of them: the foreign key of each
            // message looks up its session. See "B-Tree Indexes, Deduplication" in PostgreSQL's manual. Neither reads nor writes wait for
            // this: the lock is SHARE UPDATE EXCLUSIVE.
            Set(migrationBuilder, "SET (deduplicate_items = off)");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            Set(migrationBuilder, "RESET (deduplicate_items)");
        }

        private static void Set(MigrationBuilder migrationBuilder, string change) =>
            migrationBuilder.Sql(
                $"""
                DO $$
                DECLARE
                    busy regclass;
                BEGIN
                    FOR busy IN
                        SELECT indexrelid
                        FROM pg_index
                        WHERE indisunique AND indrelid IN ('dev.sessions'::regclass, 'dev.session_counts'::regclass, 'dev.session_statistics'::regclass)
                    LOOP
                        EXECUTE format('ALTER INDEX %s {change}', busy);
                    END LOOP;
                END $$;
                """);
    }
}
