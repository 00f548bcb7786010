using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using SessionService.Infrastructure.Persistence.Tables;

namespace SessionService.Infrastructure.Persistence.Configurations;

internal sealed class MessageDeltaConfiguration : IEntityTypeConfiguration<MessageDelta>
{
    public void Configure(EntityTypeBuilder<MessageDelta> builder)
    {
        builder.ToTable("message_deltas", table => table.HasComment("What messages in progress consist of so far, piece by piece."));

        builder.HasKey(d => new { d.UserId, d.SessionId, d.Sequence, d.Index }).HasName("pk_message_deltas");

        // The deltas go when their message is completed or erased.
        builder.HasOne<OpenMessage>().WithMany()
            .HasForeignKey(d => new { d.UserId, d.SessionId, d.Sequence })
            .HasConstraintName("fk_message_deltas_open_messages")
            .OnDelete(DeleteBehavior.Cascade);

        builder.Property(d => d.UserId).IsUserId("Owner of the session.");
        builder.Property(d => d.SessionId).HasColumnName("session_id").HasComment("The session.");
        builder.Property(d => d.Sequence).HasColumnName("sequence").HasComment("The number of the message.");
        builder.Property(d => d.Index).HasColumnName("index").ValueGeneratedNever().HasComment("0, 1, 2 ... within the message.");
        builder.Property(d => d.Text).HasColumnName("text").HasColumnType("text").HasComment("A piece of text; null where it is parts.");
        builder.Property(d => d.Parts).HasColumnName("parts").HasColumnType("json").HasComment("An array of parts; null where it is text.");
    }
}
