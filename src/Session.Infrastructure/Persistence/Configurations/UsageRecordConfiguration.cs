using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using SessionService.Infrastructure.Persistence.Tables;

namespace SessionService.Infrastructure.Persistence.Configurations;

internal sealed class UsageRecordConfiguration : IEntityTypeConfiguration<UsageRecord>
{
    public void Configure(EntityTypeBuilder<UsageRecord> builder)
    {
        builder.ToTable("usage", table => table.HasComment(
            "What digested messages used, by quarter of an hour, session, type and model. "
            + "With the messages that are not digested it is exact."));

        // The current quarter of an hour is added to until it is over: room on the page keeps the updates HOT.
        builder.HasStorageParameter("fillfactor", 80);

        builder.HasKey(u => new { u.UserId, u.QuarterHour, u.SessionId, u.MessageType, u.Model }).HasName("pk_usage");

        builder.Property(u => u.UserId).IsUserId("Owner of the session; empty in the rows that sum up everybody's.");
        builder.Property(u => u.QuarterHour).HasColumnName("quarter_hour").ValueGeneratedNever()
            .HasComment("Beginning of the quarter of an hour in which the messages were created.");
        builder.Property(u => u.SessionId).HasColumnName("session_id").ValueGeneratedNever()
            .HasComment("The session; in the rows that sum up everybody's one of 16 ids, so that writers do not wait for each other.");
        builder.Property(u => u.MessageType).HasColumnName("message_type").HasMaxLength(50).HasComment("The type of the messages.");
        builder.Property(u => u.Model).HasColumnName("model").HasMaxLength(UsageRecord.MaxModelLength)
            .HasComment("The text in model of the messages' metadata, cut to 200 characters; empty where there is none.");
        builder.Property(u => u.Messages).HasColumnName("messages").HasComment("Number of messages.");
        builder.Property(u => u.Tokens).HasColumnName("tokens").HasComment("Sum of their tokens_used.");
        builder.Property(u => u.Cost).HasColumnName("cost").HasColumnType(ColumnTypes.MoneyTotal).HasComment("Sum of their cost_usd, USD.");
    }
}
