using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using SessionService.Domain.Memories;
using SessionService.Domain.Sessions;

namespace SessionService.Infrastructure.Persistence.Configurations;

internal sealed class SessionMemoryConfiguration : IEntityTypeConfiguration<SessionMemory>
{
    public void Configure(EntityTypeBuilder<SessionMemory> builder)
    {
        builder.ToTable("session_memories", table => table.HasComment("What was distilled from a session; at most one row each."));

        builder.HasKey(m => new { m.UserId, m.SessionId }).HasName("pk_session_memories");

        builder.HasOne<Session>().WithMany()
            .HasForeignKey(m => new { m.UserId, m.SessionId })
            .HasConstraintName("fk_session_memories_sessions")
            .OnDelete(DeleteBehavior.Cascade);

        builder.Property(m => m.UserId).IsUserId("Owner of the session.");
        builder.Property(m => m.SessionId).HasColumnName("session_id").HasComment("The session.");
        builder.Property(m => m.MemoryId).HasColumnName("id").HasComment("Id of the memory (memory_id in the API).");
        builder.Property(m => m.MemoryType).HasColumnName("memory_type").HasMaxLength(100)
            .HasComment("What kind of memory, the client's own word.");
        builder.Property(m => m.Content).HasColumnName("conversation_summary").HasColumnType("text")
            .HasComment("The memory (content in the API).");
        builder.Property(m => m.Metadata).HasColumnName("session_metadata").HasColumnType(ColumnTypes.Json)
            .HasComment("The client's own labels, any JSON object (metadata in the API).");
        builder.Property(m => m.UserPreferences).HasColumnName("user_preferences").HasColumnType(ColumnTypes.Json)
            .HasComment("What the user prefers, any JSON object.");
        builder.Property(m => m.OngoingTasks).HasColumnName("ongoing_tasks").HasColumnType(ColumnTypes.Json)
            .HasComment("What is still to be done, any JSON array.");
        builder.Property(m => m.TotalMessages).HasColumnName("total_messages")
            .HasComment("Messages that the session held when the memory was written.");
        builder.Property(m => m.LastSummaryAt).HasColumnName("last_summary_at").HasComment("When the memory was last written.");
        builder.Property(m => m.IsActive).HasColumnName("is_active")
            .HasComment("False for an adopted memory that had been put away: not served until written anew.");
        builder.Property(m => m.CreatedAt).HasColumnName("created_at").HasComment("When the memory was first written.");
        builder.Property(m => m.UpdatedAt).HasColumnName("updated_at").HasComment("When the memory last changed.");
        builder.HasVectors();
    }
}
