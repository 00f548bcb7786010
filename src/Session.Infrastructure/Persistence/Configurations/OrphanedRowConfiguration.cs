using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using SessionService.Infrastructure.Persistence.Tables;

namespace SessionService.Infrastructure.Persistence.Configurations;

internal sealed class OrphanedRowConfiguration : IEntityTypeConfiguration<OrphanedRow>
{
    public void Configure(EntityTypeBuilder<OrphanedRow> builder)
    {
        builder.ToTable("orphaned_rows", table => table.HasComment(
            "Messages and memories of the adopted database whose session did not exist there or had a newer memory. "
            + "Kept for the operator; never served."));

        builder.HasKey(o => new { o.UserId, o.OrphanId }).HasName("pk_orphaned_rows");

        builder.Property(o => o.UserId).IsUserId("The user that the row named; empty where it named none.");
        builder.Property(o => o.OrphanId).HasColumnName("orphan_id").ValueGeneratedNever().HasComment("Id of the parked row.");
        builder.Property(o => o.SourceTable).HasColumnName("source_table").HasMaxLength(63)
            .HasComment("session_messages or session_memories.");
        builder.Property(o => o.Content).HasColumnName("content").HasColumnType(ColumnTypes.Json).HasComment("The whole row, by column.");
        builder.Property(o => o.ParkedAt).HasColumnName("parked_at").HasComment("When the row was parked.");
    }
}
