using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using SessionService.Infrastructure.Persistence.Tables;

namespace SessionService.Infrastructure.Persistence.Configurations;

internal sealed class AttachmentConfiguration : IEntityTypeConfiguration<Attachment>
{
    public const int MaxMediaTypeLength = 255;
    public const int MaxNameLength = 255;

    public void Configure(EntityTypeBuilder<Attachment> builder)
    {
        builder.ToTable("attachments", table => table.HasComment(
            "Pictures and files of the messages. Their bytes are in attachment_pieces, or in a bucket or directory."));

        builder.HasKey(a => new { a.UserId, a.AttachmentId }).HasName("pk_attachments");

        builder.Property(a => a.UserId).IsUserId("Owner of the attachment.");
        builder.Property(a => a.AttachmentId).HasColumnName("attachment_id").HasComment("Id, derived from owner and bytes.");
        builder.Property(a => a.Sha256).HasColumnName("sha256").HasComment("SHA-256 of the bytes.");
        builder.Property(a => a.Size).HasColumnName("size").HasComment("Bytes.");
        builder.Property(a => a.MediaType).HasColumnName("media_type").HasMaxLength(MaxMediaTypeLength).HasComment("As the client said.");
        builder.Property(a => a.Name).HasColumnName("name").HasMaxLength(MaxNameLength).HasComment("Name of the file, if it has one.");
        builder.Property(a => a.ObjectKey).HasColumnName("object_key").HasMaxLength(1024)
            .HasComment("Where the bytes are outside of the database; null where they are in attachment_pieces.");
        builder.Property(a => a.CreatedAt).HasColumnName("created_at").HasComment("When the bytes first came.");
        builder.Property(a => a.UploadedAt).HasColumnName("uploaded_at")
            .HasComment("When the bytes last came. Without a message that refers to it the attachment is removed a day later.");
    }
}
