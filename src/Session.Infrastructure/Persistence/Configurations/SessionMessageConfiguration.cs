using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using SessionService.Domain.Messages;
using SessionService.Domain.Sessions;

namespace SessionService.Infrastructure.Persistence.Configurations;

internal sealed class SessionMessageConfiguration : IEntityTypeConfiguration<SessionMessage>
{
    public const int MaxNameLength = 128;

    public void Configure(EntityTypeBuilder<SessionMessage> builder)
    {
        builder.ToTable("session_messages", table => table.HasComment(
            "Messages of the sessions that are not packed. Rows are updated only to blank what is redacted."));

        // Packing deletes many rows at once and never touches the table's other parts: their room is wanted soon, for new messages.
        builder.HasStorageParameter("autovacuum_vacuum_scale_factor", 0.05m);

        builder.Ignore(m => m.ItemId);
        builder.HasKey(m => new { m.UserId, m.SessionId, m.Sequence }).HasName("pk_session_messages");

        // A message that a client sends again under its own id is found, and never stored twice.
        builder.HasIndex(m => new { m.UserId, m.MessageId }, "ux_session_messages_user_id_id").IsUnique();

        builder.HasOne<Session>().WithMany()
            .HasForeignKey(m => new { m.UserId, m.SessionId })
            .HasConstraintName("fk_session_messages_sessions")
            .OnDelete(DeleteBehavior.Cascade);

        builder.Property(m => m.UserId).IsUserId("Owner of the session.");
        builder.Property(m => m.SessionId).HasColumnName("session_id").HasComment("The session.");
        builder.Property(m => m.Sequence).HasColumnName("sequence").ValueGeneratedNever()
            .HasComment("1, 2, 3 ... within the session, without gaps: the order of the messages.");
        builder.Property(m => m.MessageId).HasColumnName("id").HasComment("Id of the message (message_id in the API).");
        builder.Property(m => m.Role).HasColumnName("role").HasMaxLength(50).HasComment("user, assistant, system, developer or tool.");
        builder.Property(m => m.Content).HasColumnName("content").HasColumnType("text")
            .HasComment("The text. Where there are parts, it follows from them.");
        builder.Property(m => m.Parts).HasColumnName("parts").HasColumnType("json")
            .HasComment("The content as the client gave it, an array of parts; null where a text was given.");
        builder.Property(m => m.Name).HasColumnName("name").HasMaxLength(MaxNameLength).HasComment("Who speaks, by name, if it was given.");
        builder.Property(m => m.Status).HasColumnName("status").HasMaxLength(20).HasDefaultValue(MessageStatuses.Completed)
            .HasComment("completed, in_progress or incomplete.");
        builder.Property(m => m.MessageType).HasColumnName("message_type").HasMaxLength(50)
            .HasComment("chat, system, tool_call, tool_result, notification, checkpoint, or the client's own.");
        builder.Property(m => m.Metadata).HasColumnName("message_metadata").HasColumnType(ColumnTypes.Json)
            .HasComment("The client's own labels, any JSON object (metadata in the API).");
        builder.Property(m => m.TokensUsed).HasColumnName("tokens_used").HasComment("Tokens that the message cost, 0 or more.");
        builder.Property(m => m.CostUsd).HasColumnName("cost_usd").HasColumnType(ColumnTypes.Money)
            .HasComment("What the message cost, USD, 0 or more.");
        builder.Property(m => m.CreatedAt).HasColumnName("created_at").HasComment("When the message was written, or as the client said.");
        builder.Property(m => m.RedactedAt).HasColumnName("redacted_at")
            .HasComment("When content, parts, name and metadata were blanked, if they were.");
    }
}
