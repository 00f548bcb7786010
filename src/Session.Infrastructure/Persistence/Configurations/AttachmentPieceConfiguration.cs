using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using SessionService.Infrastructure.Persistence.Tables;

namespace SessionService.Infrastructure.Persistence.Configurations;

internal sealed class AttachmentPieceConfiguration : IEntityTypeConfiguration<AttachmentPiece>
{
    public void Configure(EntityTypeBuilder<AttachmentPiece> builder)
    {
        builder.ToTable("attachment_pieces", table => table.HasComment("The bytes of attachments that are kept in the database."));

        builder.HasKey(p => new { p.UserId, p.AttachmentId, p.Piece }).HasName("pk_attachment_pieces");

        builder.HasOne<Attachment>().WithMany()
            .HasForeignKey(p => new { p.UserId, p.AttachmentId })
            .HasConstraintName("fk_attachment_pieces_attachments")
            .OnDelete(DeleteBehavior.Cascade);

        builder.Property(p => p.UserId).IsUserId("Owner of the attachment.");
        builder.Property(p => p.AttachmentId).HasColumnName("attachment_id").HasComment("The attachment.");
        builder.Property(p => p.Piece).HasColumnName("piece").ValueGeneratedNever().HasComment("0, 1, 2 ... in the order of the bytes.");
        builder.Property(p => p.Bytes).HasColumnName("bytes").HasComment("The bytes of the piece.");
    }
}
