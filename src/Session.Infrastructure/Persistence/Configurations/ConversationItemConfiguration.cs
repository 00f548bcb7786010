using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using SessionService.Domain.Sessions;
using SessionService.Infrastructure.Persistence.Tables;

namespace SessionService.Infrastructure.Persistence.Configurations;

internal sealed class ConversationItemConfiguration : IEntityTypeConfiguration<ConversationItem>
{
    public void Configure(EntityTypeBuilder<ConversationItem> builder)
    {
        builder.ToTable("conversation_items", table => table.HasComment(
            "The ids that clients of OpenAI's Conversations gave items. The ids of all other items follow from their places."));

        builder.HasKey(i => new { i.UserId, i.SessionId, i.Sequence }).HasName("pk_conversation_items");
        builder.HasIndex(i => new { i.UserId, i.SessionId, i.ItemId }, "ix_conversation_items_user_id_session_id_item_id").IsUnique();

        builder.HasOne<Session>().WithMany()
            .HasForeignKey(i => new { i.UserId, i.SessionId })
            .HasConstraintName("fk_conversation_items_sessions")
            .OnDelete(DeleteBehavior.Cascade);

        builder.Property(i => i.UserId).IsUserId("Owner of the session.");
        builder.Property(i => i.SessionId).HasColumnName("session_id").HasComment("The session.");
        builder.Property(i => i.Sequence).HasColumnName("sequence").HasComment("The number of the message that is the item.");
        builder.Property(i => i.ItemId).HasColumnName("item_id").HasMaxLength(ConversationItem.MaxIdLength).UseCollation("C")
            .HasComment("The id, as the client gave it.");
    }
}
