using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using SessionService.Domain.UserMemories;

namespace SessionService.Infrastructure.Persistence.Configurations;

internal sealed class UserMemoryConfiguration : IEntityTypeConfiguration<UserMemory>
{
    public void Configure(EntityTypeBuilder<UserMemory> builder)
    {
        builder.ToTable("user_memories", table => table.HasComment("What is worth knowing about a user for longer than a session."));

        builder.HasKey(m => new { m.UserId, m.MemoryId }).HasName("pk_user_memories");

        builder.HasIndex(m => new { m.UserId, m.CreatedAt, m.MemoryId }, "ix_user_memories_user_id_created_at")
            .IsDescending(false, true, true);

        builder.Property(m => m.UserId).IsUserId("Whose memory it is.");
        builder.Property(m => m.MemoryId).HasColumnName("memory_id").ValueGeneratedNever().HasComment("Id of the memory.");
        builder.Property(m => m.MemoryType).HasColumnName("memory_type").HasMaxLength(100)
            .HasComment("What kind of memory, the client's own word.");
        builder.Property(m => m.Content).HasColumnName("content").HasColumnType("text").HasComment("The memory.");
        builder.Property(m => m.Metadata).HasColumnName("metadata").HasColumnType(ColumnTypes.Json)
            .HasComment("The client's own labels, any JSON object.");
        // No foreign key: a memory outlives the session that it came from.
        builder.Property(m => m.SessionId).HasColumnName("session_id").HasComment("The user's session that it came from, if any.");
        builder.Property(m => m.Sequence).HasColumnName("sequence").HasComment("The message of that session that it came from, if any.");
        builder.Property(m => m.Importance).HasColumnName("importance").HasColumnType("numeric(7,6)")
            .HasComment("0 to 1, where somebody judged it.");
        builder.Property(m => m.ValidUntil).HasColumnName("valid_until").HasComment("When it ceases to hold, if ever.");
        builder.Property(m => m.Version).HasColumnName("version").HasComment("1, and one more with every change.");
        builder.Property(m => m.CreatedAt).HasColumnName("created_at").HasComment("When the memory was created.");
        builder.Property(m => m.UpdatedAt).HasColumnName("updated_at").HasComment("When this version was written.");
        builder.HasVectors();
    }
}
