using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using SessionService.Infrastructure.Persistence.Tables;

namespace SessionService.Infrastructure.Persistence.Configurations;

internal sealed class SessionIdOwnerConfiguration : IEntityTypeConfiguration<SessionIdOwner>
{
    public void Configure(EntityTypeBuilder<SessionIdOwner> builder)
    {
        builder.ToTable("session_ids", table => table.HasComment(
            "The session ids that clients gave, with their owners, in a sharded database. "
            + "On one server the table is empty: an index on sessions keeps the ids unique."));

        // Alone of all keys it leads with the id, by which the rows of this table are divided.
        builder.HasKey(i => i.SessionId).HasName("pk_session_ids");

        builder.Property(i => i.SessionId).HasColumnName("session_id").ValueGeneratedNever().HasComment("Id of the session.");
        builder.Property(i => i.UserId).IsUserId("Owner of the session.");
    }
}
