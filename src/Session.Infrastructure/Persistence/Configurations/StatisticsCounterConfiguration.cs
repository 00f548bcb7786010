using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using SessionService.Infrastructure.Persistence.Tables;

namespace SessionService.Infrastructure.Persistence.Configurations;

internal sealed class StatisticsCounterConfiguration : IEntityTypeConfiguration<StatisticsCounter>
{
    public void Configure(EntityTypeBuilder<StatisticsCounter> builder)
    {
        builder.ToTable("session_statistics", table => table.HasComment(
            "The service's totals, as counters that every write adds to in its own transaction. The sum of all rows is exact."));

        // Few rows, updated all the time: nearly empty pages keep the updates HOT.
        builder.HasStorageParameter("fillfactor", 10);

        builder.HasKey(c => new { c.UserId, c.Slot }).HasName("pk_session_statistics");

        builder.Property(c => c.UserId).IsUserId("Whose writes the row counts; empty where it counts those of every user.");
        builder.Property(c => c.Slot).HasColumnName("slot").ValueGeneratedNever()
            .HasComment("Writers add to different slots so that they do not wait for each other.");
        builder.Property(c => c.TotalSessions).HasColumnName("total_sessions").HasComment("Sessions created.");
        builder.Property(c => c.ActiveSessions).HasColumnName("active_sessions")
            .HasComment("Sessions that became active less those that ceased to be; may be negative in one row.");
        builder.Property(c => c.TotalMessages).HasColumnName("total_messages").HasComment("Messages written.");
        builder.Property(c => c.TotalTokens).HasColumnName("total_tokens").HasComment("Sum of their tokens.");
        builder.Property(c => c.TotalCost).HasColumnName("total_cost").HasColumnType(ColumnTypes.MoneyTotal)
            .HasComment("Sum of their cost, USD.");
    }
}
