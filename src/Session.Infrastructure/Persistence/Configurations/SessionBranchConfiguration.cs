using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using SessionService.Domain.Sessions;
using SessionService.Infrastructure.Persistence.Tables;

namespace SessionService.Infrastructure.Persistence.Configurations;

internal sealed class SessionBranchConfiguration : IEntityTypeConfiguration<SessionBranch>
{
    public void Configure(EntityTypeBuilder<SessionBranch> builder)
    {
        builder.ToTable("session_branches", table => table.HasComment(
            "The branches of the sessions that were rewound or of which a message was removed. "
            + "Any other session has one branch, and no row."));

        builder.HasKey(b => new { b.UserId, b.SessionId, b.BranchId }).HasName("pk_session_branches");

        builder.HasOne<Session>().WithMany()
            .HasForeignKey(b => new { b.UserId, b.SessionId })
            .HasConstraintName("fk_session_branches_sessions")
            .OnDelete(DeleteBehavior.Cascade);

        builder.Property(b => b.UserId).IsUserId("Owner of the session.");
        builder.Property(b => b.SessionId).HasColumnName("session_id").HasComment("The session.");
        builder.Property(b => b.BranchId).HasColumnName("branch_id").ValueGeneratedNever()
            .HasComment("1, 2, 3 ... in the order in which the branches were made.");
        builder.Property(b => b.Name).HasColumnName("name").HasMaxLength(SessionBranch.MaxNameLength)
            .HasComment("What its user calls it; null where nobody named it.");
        builder.Property(b => b.CreatedAt).HasColumnName("created_at").HasComment("When the branch was made.");
        builder.Property(b => b.Path).HasColumnName("path").HasColumnType("int8multirange")
            .HasComment("The numbers of its messages. The last range of the current branch has no end.");
        builder.Property(b => b.FromSequence).HasColumnName("from_sequence")
            .HasComment("The first message written in this branch, if one was; of the current branch as of when it became current.");
        builder.Property(b => b.LastSequence).HasColumnName("last_sequence")
            .HasComment("The last message, or 0; of the current branch as of when it became current.");
        builder.Property(b => b.MessageCount).HasColumnName("message_count")
            .HasComment("Number of its messages; of the current branch as of when it became current.");
    }
}
