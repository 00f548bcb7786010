using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using NpgsqlTypes;
using SessionService.Domain.Sessions;

namespace SessionService.Infrastructure.Persistence.Configurations;

internal sealed class SessionConfiguration : IEntityTypeConfiguration<Session>
{
    public void Configure(EntityTypeBuilder<Session> builder)
    {
        builder.ToTable("sessions", table =>
        {
            table.HasComment("Conversations, with the totals of their messages.");
            table.HasCheckConstraint("ck_sessions_status", "status IN ('active', 'completed', 'ended', 'archived', 'expired')");
        });

        // Every append updates its session: room on the page keeps these updates off the indexes (HOT).
        builder.HasStorageParameter("fillfactor", 80);

        builder.HasKey(s => new { s.UserId, s.SessionId }).HasName("pk_sessions");

        // A taken id is taken, whoever asks. A sharded database does without this index.
        builder.HasIndex(s => s.SessionId, "ux_sessions_session_id").IsUnique();
        builder.HasIndex(s => new { s.UserId, s.CreatedAt, s.SessionId }, "ix_sessions_user_id_created_at").IsDescending(false, true, true);

        // Lists of each status in these orders; those of several are merged. The digest changes the columns, appends do not.
        builder.HasIndex(s => new { s.UserId, s.Status, s.CreatedAt, s.SessionId }, "ix_sessions_user_id_status_created_at")
            .IsDescending(false, false, true, true);
        builder.HasIndex(s => new { s.UserId, s.Status, s.DigestedActivity, s.SessionId }, "ix_sessions_user_id_status_digested_activity");
        builder.HasIndex(s => new { s.UserId, s.Status, s.DigestedMessages, s.SessionId }, "ix_sessions_user_id_status_digested_messages");
        builder.HasIndex(s => new { s.UserId, s.Status, s.DigestedCost, s.SessionId }, "ix_sessions_user_id_status_digested_cost");

        // Few are starred: a list of these alone looks at them alone.
        builder.HasIndex(s => new { s.UserId, s.SessionId }, "ix_sessions_starred").HasFilter("starred_at IS NOT NULL");

        // Every path in it begins with the user, so that a condition on metadata leads to the user's sessions only.
        builder.HasIndex(s => new { s.UserId, s.Metadata }, "ix_sessions_user_id_metadata")
            .HasMethod("gin")
            .HasExpression("jsonb_set('{}'::jsonb, ARRAY[(user_id)::text], metadata)");

        // Likewise the keys of all objects in it, for conditions that a key is there.
        builder.HasIndex(s => new { s.UserId, s.Metadata }, "ix_sessions_user_id_metadata_keys")
            .HasMethod("gin")
            .HasExpression("dev.owned_keys((user_id)::text, metadata)");

        // From a session to its forks.
        builder.HasIndex(s => new { s.UserId, s.ForkedFromSessionId }, "ix_sessions_forks").HasFilter("forked_from_session_id IS NOT NULL");

        // The packer's: it names nothing that appends change, so it costs them nothing.
        builder.HasIndex(s => new { s.UserId, s.SessionId }, "ix_sessions_packable").HasFilter(PackableSessions.Condition);

        // Search reads the paths of the sessions with branches. Appends change nothing that it names.
        builder.HasIndex(s => new { s.UserId, s.SessionId }, "ix_sessions_branched").HasFilter("current_branch IS NOT NULL");

        // Changes once when a session is written to and once when it is digested, so that the appends in between stay off the indexes.
        builder.HasIndex(s => new { s.UserId, s.SessionId }, "ix_sessions_undigested").HasFilter("NOT is_digested");

        // Followers of a user find the sessions that changed. Appends leave the column alone: what they change is not digested yet, or is
        // found by the time of the last activity.
        builder.HasIndex(s => new { s.UserId, s.ChangedAt }, "ix_sessions_user_id_changed_at");

        // Search reads the summaries that there are, and none of the sessions without one.
        builder.HasIndex(s => new { s.UserId, s.SessionId }, "ix_sessions_summarized").HasFilter("session_summary <> ''");

        builder.Property(s => s.UserId).IsUserId("Owner of the session.");
        builder.Property(s => s.SessionId).HasColumnName("session_id").ValueGeneratedNever().HasComment("Id of the session.");
        builder.Property(s => s.Status).HasColumnName("status").HasMaxLength(50)
            .HasConversion(status => status.Name(), name => SessionStatuses.Parse(name))
            .HasComment("active, completed, ended, archived or expired.");
        builder.Ignore(s => s.IsActive);
        builder.Property<bool>("StoredIsActive").HasColumnName("is_active")
            .HasComputedColumnSql("(status IN ('active', 'completed'))", stored: true)
            .HasComment("Whether the status is active or completed; computed.");
        builder.Property(s => s.ConversationData).HasColumnName("conversation_data").HasColumnType(ColumnTypes.Json)
            .HasComment("The client's own data, any JSON object.");
        builder.Property(s => s.Metadata).HasColumnName("metadata").HasColumnType(ColumnTypes.Json)
            .HasComment("The client's own labels, any JSON object.");
        builder.Property(s => s.SessionSummary).HasColumnName("session_summary").HasColumnType("text")
            .HasComment("What the session was about; empty until somebody writes it.");
        builder.Property(s => s.Title).HasColumnName("title").HasMaxLength(Session.MaxTitleLength)
            .HasComment("What its user calls it; null where nobody named it.");
        builder.Ignore(s => s.IsStarred);
        builder.Property(s => s.StarredAt).HasColumnName("starred_at")
            .HasComment("When its user starred it; null where it is not starred.");
        builder.Property(s => s.MessageCount).HasColumnName("message_count")
            .HasComment("Number of messages, and the sequence of the newest one.");
        builder.Property(s => s.CurrentBranch).HasColumnName("current_branch")
            .HasComment("The branch that is the conversation, see session_branches; null where all messages are.");
        builder.Property(s => s.HiddenMessages).HasColumnName("hidden_messages").HasDefaultValueSql("0").ValueGeneratedNever()
            .HasComment("How many of the messages the conversation does not show.");
        builder.Ignore(s => s.VisibleMessages);
        builder.Property(s => s.OpenMessages).HasColumnName("open_messages")
            .HasComment("The numbers of the messages that are in progress, ascending; null where there are none.");
        builder.Ignore(s => s.SettledMessages);
        builder.Property(s => s.PackedMessages).HasColumnName("packed_messages").HasDefaultValueSql("0").ValueGeneratedNever()
            .HasComment("How many of the messages, from the first, are in message_segments and not in session_messages.");
        builder.Property(s => s.TotalTokens).HasColumnName("total_tokens").HasComment("Sum of the messages' tokens_used.");
        builder.Property(s => s.TotalCost).HasColumnName("total_cost").HasColumnType(ColumnTypes.MoneyTotal)
            .HasComment("Sum of the messages' cost_usd, USD.");
        builder.Property(s => s.CreatedAt).HasColumnName("created_at").HasComment("When the session was created.");
        builder.Property(s => s.UpdatedAt).HasColumnName("updated_at").HasComment("When anything of the session last changed.");
        builder.Property(s => s.LastActivity).HasColumnName("last_activity").HasComment("When the last message was written.");
        builder.Property(s => s.Revision).HasColumnName("revision").HasDefaultValue(1L).ValueGeneratedNever()
            .HasComment("1 at first, and one more with every change of the session, messages included: its ETag.");
        builder.Ignore(s => s.VersionTag);
        builder.Property(s => s.Changes).HasColumnName("changes").HasDefaultValueSql("0").ValueGeneratedNever()
            .HasComment("One more with every change of the session but the arrival of messages: what followers are told of.");
        builder.Property(s => s.ChangedAt).HasColumnName("changed_at")
            .HasDefaultValueSql("'-infinity'::timestamp with time zone").ValueGeneratedNever()
            .HasComment("When changes last grew or messages with times of their own came: appends leave it alone.");
        builder.Property(s => s.BackfilledAt).HasColumnName("backfilled_at")
            .HasComment("When messages last came whose times are not those of their arrival; null where none did.");

        builder.Property(s => s.ArchivedAt).HasColumnName("archived_at")
            .HasComment("When the session was put away; null where it is not. An ended session keeps its status.");
        builder.Property(s => s.UsedAt).HasColumnName("used_at")
            .HasComment("When something was last imported or the memory last written, for retention; null where neither happened.");
        builder.Property(s => s.ForkedFromSessionId).HasColumnName("forked_from_session_id")
            .HasComment("The session that this one went on from, if there was one; it may be gone.");
        builder.Property(s => s.ForkedFromSequence).HasColumnName("forked_from_sequence")
            .HasComment("The last message that the two have in common.");
        builder.Property<NpgsqlRange<long>[]?>("ForkedFromPath").HasColumnName("forked_from_path").HasColumnType("int8multirange")
            .HasComment("The numbers that the copied messages have there; null where they are the same.");
        builder.Property(s => s.CopiedMessages).HasColumnName("copied_messages").HasDefaultValueSql("0").ValueGeneratedNever()
            .HasComment("Messages 1 to this one were copied from there, and are no part of the statistics and of the usage.");
        builder.Property(s => s.CopiedTokens).HasColumnName("copied_tokens").HasDefaultValueSql("0").ValueGeneratedNever()
            .HasComment("Sum of their tokens_used.");
        builder.Property(s => s.CopiedCost).HasColumnName("copied_cost").HasColumnType(ColumnTypes.MoneyTotal)
            .HasDefaultValueSql("0").ValueGeneratedNever()
            .HasComment("Sum of their cost_usd, USD.");

        // The defaults are for instances of an older version, which know nothing of these columns: what they make is not digested.
        builder.Property(s => s.IsDigested).HasColumnName("is_digested").HasDefaultValueSql("false").ValueGeneratedNever()
            .HasComment("Whether everything that follows from the messages tells of the session as it is.");
        builder.Property(s => s.DigestedMessages).HasColumnName("digested_messages").HasDefaultValueSql("0").ValueGeneratedNever()
            .HasComment("Messages 1 to this one are in everything that follows from messages; message_count where is_digested.");
        builder.Property(s => s.DigestedCost).HasColumnName("digested_cost").HasColumnType(ColumnTypes.MoneyTotal)
            .HasDefaultValueSql("0").ValueGeneratedNever()
            .HasComment("total_cost as of the last digest, and as it is where is_digested: a key to sort by which appends leave alone.");
        builder.Property(s => s.DigestedActivity).HasColumnName("digested_activity")
            .HasDefaultValueSql("'-infinity'::timestamp with time zone").ValueGeneratedNever()
            .HasComment("last_activity as of the last digest, and as it is where is_digested: a key to sort by which appends leave alone.");
    }
}
