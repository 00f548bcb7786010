using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using SessionService.Domain.Sessions;
using SessionService.Infrastructure.Persistence.Tables;

namespace SessionService.Infrastructure.Persistence.Configurations;

internal sealed class MessageSegmentConfiguration : IEntityTypeConfiguration<MessageSegment>
{
    public void Configure(EntityTypeBuilder<MessageSegment> builder)
    {
        builder.ToTable("message_segments", table => table.HasComment(
            "Older messages of the sessions, many to a row and compressed. "
            + "The messages 1 to packed_messages of a session are here, the others in session_messages."));

        builder.HasKey(s => new { s.UserId, s.SessionId, s.FirstSequence }).HasName("pk_message_segments");

        // For ids that clients give: ids made in the order of time, as most are, find at most the segments of their time.
        builder.HasIndex(s => new { s.UserId, s.LastId }, "ix_message_segments_user_id_last_id");

        // The filter is looked at without the rest: it stays in the row, while what is long already stands beside it.
        builder.HasStorageParameter("toast_tuple_target", 4080);

        builder.HasOne<Session>().WithMany()
            .HasForeignKey(s => new { s.UserId, s.SessionId })
            .HasConstraintName("fk_message_segments_sessions")
            .OnDelete(DeleteBehavior.Cascade);

        builder.Property(s => s.UserId).IsUserId("Owner of the session.");
        builder.Property(s => s.SessionId).HasColumnName("session_id").HasComment("The session.");
        builder.Property(s => s.FirstSequence).HasColumnName("first_sequence").ValueGeneratedNever()
            .HasComment("The number of its first message.");
        builder.Property(s => s.LastSequence).HasColumnName("last_sequence")
            .HasComment("The number of its last message; all between are there.");
        builder.Property(s => s.FirstId).HasColumnName("first_id").HasComment("The least of its messages' ids.");
        builder.Property(s => s.LastId).HasColumnName("last_id").HasComment("The greatest of its messages' ids.");
        builder.Property(s => s.IdFilter).HasColumnName("id_filter")
            .HasComment("A Bloom filter: tells of most other ids that they are not among its messages'.");
        builder.Property(s => s.Ids).HasColumnName("ids")
            .HasComment("The last id_width bytes of each message's id, in the order of their numbers.");
        builder.Property(s => s.IdWidth).HasColumnName("id_width")
            .HasComment("16, or 10 where all ids are of version 7: the body has their times.");
        builder.Property(s => s.Roles).HasColumnName("roles").HasColumnType("text[]")
            .HasComment("Role of each kind of messages that it holds; with message_types and counts.");
        builder.Property(s => s.MessageTypes).HasColumnName("message_types").HasColumnType("text[]").HasComment("Type of each kind.");
        builder.Property(s => s.Counts).HasColumnName("counts").HasColumnType("integer[]")
            .HasComment("How many messages there are of each kind.");
        builder.Property(s => s.Body).HasColumnName("body")
            .HasComment("Everything else of the messages: one zstd frame after a byte that tells the version.");
        builder.Property(s => s.PackedAt).HasColumnName("packed_at").HasComment("When they were packed.");
    }
}
