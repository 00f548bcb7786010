using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using SessionService.Infrastructure.Persistence.Tables;

namespace SessionService.Infrastructure.Persistence.Configurations;

internal sealed class AttachmentRemovalConfiguration : IEntityTypeConfiguration<AttachmentRemoval>
{
    public void Configure(EntityTypeBuilder<AttachmentRemoval> builder)
    {
        builder.ToTable("attachment_removals", table => table.HasComment(
            "Objects outside of the database that are to be removed, or whose upload has begun."));

        builder.HasKey(r => new { r.UserId, r.ObjectKey }).HasName("pk_attachment_removals");
        builder.HasIndex(r => r.DueAt, "ix_attachment_removals_due_at");

        builder.Property(r => r.UserId).IsUserId("Owner of the object.");
        builder.Property(r => r.ObjectKey).HasColumnName("object_key").HasMaxLength(1024).HasComment("Where the object is.");
        builder.Property(r => r.DueAt).HasColumnName("due_at").HasComment("Not before this time.");
    }
}
