using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using SessionService.Infrastructure.Persistence.Tables;

namespace SessionService.Infrastructure.Persistence.Configurations;

internal sealed class UserLockConfiguration : IEntityTypeConfiguration<UserLock>
{
    public void Configure(EntityTypeBuilder<UserLock> builder)
    {
        builder.ToTable("user_locks", table => table.HasComment(
            "Rows that transactions lock in a sharded database, where an advisory lock holds on one server only. "
            + "On one server the table is empty."));

        builder.HasKey(l => new { l.UserId, l.Kind }).HasName("pk_user_locks");

        builder.Property(l => l.UserId).IsUserId("The user whose lock it is.");
        builder.Property(l => l.Kind).HasColumnName("kind").ValueGeneratedNever()
            .HasComment("What the lock is about: 5 is what is worked out from messages, 9 the attachments.");
    }
}
