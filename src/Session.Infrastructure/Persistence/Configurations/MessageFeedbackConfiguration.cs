using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using SessionService.Domain.Feedback;
using SessionService.Domain.Sessions;
using SessionService.Infrastructure.Persistence.Tables;

namespace SessionService.Infrastructure.Persistence.Configurations;

internal sealed class MessageFeedbackConfiguration : IEntityTypeConfiguration<MessageFeedback>
{
    public void Configure(EntityTypeBuilder<MessageFeedback> builder)
    {
        builder.ToTable("message_feedback", table => table.HasComment("What users, annotators and models think of messages."));

        builder.HasKey(f => new { f.UserId, f.SessionId, f.Sequence, f.Name }).HasName("pk_message_feedback");

        // A user's feedback in the order of its changes, and that of a range of time.
        builder.HasIndex(
            f => new { f.UserId, f.UpdatedAt, f.SessionId, f.Sequence, f.Name }, "ix_message_feedback_user_id_updated_at");

        builder.HasOne<Session>().WithMany()
            .HasForeignKey(f => new { f.UserId, f.SessionId })
            .HasConstraintName("fk_message_feedback_sessions")
            .OnDelete(DeleteBehavior.Cascade);

        builder.Property(f => f.UserId).IsUserId("Owner of the session.");
        builder.Property(f => f.SessionId).HasColumnName("session_id").HasComment("The session.");
        builder.Property(f => f.Sequence).HasColumnName("sequence").HasComment("The number of the message.");
        builder.Property(f => f.Name).HasColumnName("name").HasMaxLength(MessageFeedback.MaxNameLength).UseCollation("C")
            .HasComment("What is judged, such as rating.");
        builder.Property(f => f.Value).HasColumnName("value").HasColumnType(ColumnTypes.Json)
            .HasComment("A truth value, a number or a text.");
        builder.Property(f => f.Comment).HasColumnName("comment").HasColumnType("text").HasComment("Why, in words, if it was given.");
        builder.Property(f => f.Source).HasColumnName("source").HasMaxLength(20).HasComment("user, annotator or model.");
        builder.Property(f => f.Model).HasColumnName("model").HasMaxLength(UsageRecord.MaxModelLength)
            .HasComment("The text in model of the message's metadata, cut to 200 characters; empty where there is none.");
        builder.Property(f => f.CreatedAt).HasColumnName("created_at").HasComment("When the feedback was first given.");
        builder.Property(f => f.UpdatedAt).HasColumnName("updated_at").HasComment("When the feedback last changed.");
    }
}
