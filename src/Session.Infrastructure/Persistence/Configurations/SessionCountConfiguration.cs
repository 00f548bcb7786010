using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using SessionService.Domain.Sessions;
using SessionService.Infrastructure.Persistence.Tables;

namespace SessionService.Infrastructure.Persistence.Configurations;

internal sealed class SessionCountConfiguration : IEntityTypeConfiguration<SessionCount>
{
    public void Configure(EntityTypeBuilder<SessionCount> builder)
    {
        builder.ToTable("session_counts", table => table.HasComment(
            "How many sessions of each status a user has, starred or not: the sum of the slots' rows. "
            + "Kept by the transactions that create and change sessions."));

        // Updated with every session of a user's: room on the page keeps the updates HOT.
        builder.HasStorageParameter("fillfactor", 70);

        builder.HasKey(c => new { c.UserId, c.Slot, c.Status, c.IsStarred }).HasName("pk_session_counts");

        builder.Property(c => c.UserId).IsUserId("Whose sessions the row counts.");
        builder.Property(c => c.Slot).HasColumnName("slot").ValueGeneratedNever()
            .HasComment("Writers add to different slots so that they do not wait for each other.");
        builder.Property(c => c.Status).HasColumnName("status").HasMaxLength(50)
            .HasConversion(status => status.Name(), name => SessionStatuses.Parse(name))
            .HasComment("The status of the sessions that the row counts.");
        builder.Property(c => c.IsStarred).HasColumnName("is_starred").ValueGeneratedNever()
            .HasComment("Whether the sessions that the row counts are starred.");
        builder.Property(c => c.Sessions).HasColumnName("sessions")
            .HasComment("Sessions that came to be so less those that ceased to be; may be negative in one row.");
    }
}
