using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using SessionService.Domain.Sessions;
using SessionService.Infrastructure.Persistence.Tables;

namespace SessionService.Infrastructure.Persistence.Configurations;

internal sealed class OpenMessageConfiguration : IEntityTypeConfiguration<OpenMessage>
{
    public void Configure(EntityTypeBuilder<OpenMessage> builder)
    {
        builder.ToTable(
            "open_messages", table => table.HasComment("Messages in progress. A row is deleted when its message is completed."));

        // Every delta updates a row: room on the page keeps these updates off the indexes (HOT).
        builder.HasStorageParameter("fillfactor", 50);

        builder.HasKey(o => new { o.UserId, o.SessionId, o.Sequence }).HasName("pk_open_messages");

        // Deltas leave the column alone: the job moves it on when it finds that a message is not abandoned.
        builder.HasIndex(o => o.CheckAt, "ix_open_messages_check_at");

        builder.HasOne<Session>().WithMany()
            .HasForeignKey(o => new { o.UserId, o.SessionId })
            .HasConstraintName("fk_open_messages_sessions")
            .OnDelete(DeleteBehavior.Cascade);

        builder.Property(o => o.UserId).IsUserId("Owner of the session.");
        builder.Property(o => o.SessionId).HasColumnName("session_id").HasComment("The session.");
        builder.Property(o => o.Sequence).HasColumnName("sequence").HasComment("The number of the message.");
        builder.Property(o => o.OpenedAt).HasColumnName("opened_at").HasComment("When the message was opened.");
        builder.Property(o => o.NextIndex).HasColumnName("next_index").HasComment("The index of the delta that comes next.");
        builder.Property(o => o.Bytes).HasColumnName("bytes").HasComment("The length of its first content and of its deltas, in bytes.");
        builder.Property(o => o.Parts).HasColumnName("parts").HasComment("The most parts that these make.");
        builder.Property(o => o.TouchedAt).HasColumnName("touched_at").HasComment("When it was opened or its last delta came.");
        builder.Property(o => o.CheckAt).HasColumnName("check_at").HasComment("When to look whether it is abandoned.");
    }
}
