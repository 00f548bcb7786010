using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using SessionService.Domain.Sessions;
using SessionService.Infrastructure.Persistence.Tables;

namespace SessionService.Infrastructure.Persistence.Configurations;

internal sealed class MessageVectorsConfiguration : IEntityTypeConfiguration<MessageVectors>
{
    public const int MaxModelLength = 255;

    public void Configure(EntityTypeBuilder<MessageVectors> builder)
    {
        builder.ToTable("message_vectors", table => table.HasComment(
            "What messages mean, as vectors: a row for each 128 messages of a session."));

        builder.HasKey(v => new { v.UserId, v.SessionId, v.Block }).HasName("pk_message_vectors");

        builder.HasOne<Session>().WithMany()
            .HasForeignKey(v => new { v.UserId, v.SessionId })
            .HasConstraintName("fk_message_vectors_sessions")
            .OnDelete(DeleteBehavior.Cascade);

        builder.Property(v => v.UserId).IsUserId("Owner of the session.");
        builder.Property(v => v.SessionId).HasColumnName("session_id").HasComment("The session.");
        builder.Property(v => v.Block).HasColumnName("block").ValueGeneratedNever()
            .HasComment("0 for messages 1 to 128, 1 for the next, and so on.");
        builder.Property(v => v.MessageCount).HasColumnName("message_count").HasComment("Messages in the block, 1 to 128.");
        builder.Property(v => v.Vectors).HasColumnName("vectors").HasComment("Their vectors by the embedded model, 100 bytes each.");
        builder.Property(v => v.Model).HasColumnName("model").HasMaxLength(MaxModelLength)
            .HasComment("Another model, if the messages have vectors of one.");
        builder.Property(v => v.ModelCount).HasColumnName("model_count").HasDefaultValue(0)
            .HasComment("How many of the messages, from the first on, have vectors of that model.");
        builder.Property(v => v.ModelVectors).HasColumnName("model_vectors").HasComment("Their vectors by that model.");
    }
}
