using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using SessionService.Domain.Sessions;
using SessionService.Infrastructure.Persistence.Tables;

namespace SessionService.Infrastructure.Persistence.Configurations;

internal sealed class AttachmentUseConfiguration : IEntityTypeConfiguration<AttachmentUse>
{
    public const string ToAttachments = "fk_attachment_uses_attachments";

    public void Configure(EntityTypeBuilder<AttachmentUse> builder)
    {
        builder.ToTable("attachment_uses", table => table.HasComment("Which messages refer to which attachments."));

        builder.HasKey(u => new { u.UserId, u.SessionId, u.Sequence, u.AttachmentId }).HasName("pk_attachment_uses");
        builder.HasIndex(u => new { u.UserId, u.AttachmentId }, "ix_attachment_uses_user_id_attachment_id");

        builder.HasOne<Session>().WithMany()
            .HasForeignKey(u => new { u.UserId, u.SessionId })
            .HasConstraintName("fk_attachment_uses_sessions")
            .OnDelete(DeleteBehavior.Cascade);

        // An attachment cannot go while a message refers to it, nor a message come that refers to one that is gone.
        builder.HasOne<Attachment>().WithMany()
            .HasForeignKey(u => new { u.UserId, u.AttachmentId })
            .HasConstraintName(ToAttachments)
            .OnDelete(DeleteBehavior.Restrict);

        builder.Property(u => u.UserId).IsUserId("Owner of session and attachment.");
        builder.Property(u => u.SessionId).HasColumnName("session_id").HasComment("The session.");
        builder.Property(u => u.Sequence).HasColumnName("sequence").HasComment("The number of the message.");
        builder.Property(u => u.AttachmentId).HasColumnName("attachment_id").HasComment("The attachment.");
    }
}
