using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using SessionService.Domain.Sessions;
using SessionService.Infrastructure.Persistence.Tables;

namespace SessionService.Infrastructure.Persistence.Configurations;

internal sealed class MessageTokensConfiguration : IEntityTypeConfiguration<MessageTokens>
{
    public const int MaxTokenizerLength = 50;

    public void Configure(EntityTypeBuilder<MessageTokens> builder)
    {
        builder.ToTable("message_tokens", table => table.HasComment(
            "How many tokens messages take, as a tokenizer counted them: a row for each 128 messages of a session."));

        builder.HasKey(t => new { t.UserId, t.SessionId, t.Block }).HasName("pk_message_tokens");

        builder.HasOne<Session>().WithMany()
            .HasForeignKey(t => new { t.UserId, t.SessionId })
            .HasConstraintName("fk_message_tokens_sessions")
            .OnDelete(DeleteBehavior.Cascade);

        builder.Property(t => t.UserId).IsUserId("Owner of the session.");
        builder.Property(t => t.SessionId).HasColumnName("session_id").HasComment("The session.");
        builder.Property(t => t.Block).HasColumnName("block").ValueGeneratedNever()
            .HasComment("0 for messages 1 to 128, 1 for the next, and so on.");
        builder.Property(t => t.Tokenizer).HasColumnName("tokenizer").HasMaxLength(MaxTokenizerLength)
            .HasComment("The tokenizer that counted.");
        builder.Property(t => t.Counts).HasColumnName("counts").HasColumnType("integer[]")
            .HasComment("The tokens of each message, in the order of their numbers.");
    }
}
