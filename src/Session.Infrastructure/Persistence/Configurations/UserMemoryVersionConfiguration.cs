using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using SessionService.Domain.UserMemories;

namespace SessionService.Infrastructure.Persistence.Configurations;

internal sealed class UserMemoryVersionConfiguration : IEntityTypeConfiguration<UserMemoryVersion>
{
    public void Configure(EntityTypeBuilder<UserMemoryVersion> builder)
    {
        builder.ToTable("user_memory_versions", table => table.HasComment("What memories of users were before they were changed."));

        builder.HasKey(v => new { v.UserId, v.MemoryId, v.Version }).HasName("pk_user_memory_versions");

        builder.HasOne<UserMemory>().WithMany()
            .HasForeignKey(v => new { v.UserId, v.MemoryId })
            .HasConstraintName("fk_user_memory_versions_user_memories")
            .OnDelete(DeleteBehavior.Cascade);

        builder.Property(v => v.UserId).IsUserId("Whose memory it is.");
        builder.Property(v => v.MemoryId).HasColumnName("memory_id").HasComment("The memory.");
        builder.Property(v => v.Version).HasColumnName("version").HasComment("The number of this version.");
        builder.Property(v => v.MemoryType).HasColumnName("memory_type").HasMaxLength(100).HasComment("What kind of memory it was.");
        builder.Property(v => v.Content).HasColumnName("content").HasColumnType("text").HasComment("The memory as it was.");
        builder.Property(v => v.Metadata).HasColumnName("metadata").HasColumnType(ColumnTypes.Json)
            .HasComment("The client's own labels as they were.");
        builder.Property(v => v.SessionId).HasColumnName("session_id").HasComment("The session that it came from, if any.");
        builder.Property(v => v.Sequence).HasColumnName("sequence").HasComment("The message that it came from, if any.");
        builder.Property(v => v.Importance).HasColumnName("importance").HasColumnType("numeric(7,6)")
            .HasComment("0 to 1, where somebody judged it.");
        builder.Property(v => v.ValidUntil).HasColumnName("valid_until").HasComment("When it was to cease to hold, if ever.");
        builder.Property(v => v.WrittenAt).HasColumnName("written_at").HasComment("When this version was written.");
    }
}
