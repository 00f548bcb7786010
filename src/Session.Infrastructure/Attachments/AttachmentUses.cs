using NpgsqlTypes;
using SessionService.Infrastructure.Persistence;

namespace SessionService.Infrastructure.Attachments;

/// <summary>Which messages refer to which attachments.</summary>
internal static class AttachmentUses
{
    // By hand: as entities these rows take several times as long.
    private const string Add =
        """
        INSERT INTO dev.attachment_uses (user_id, session_id, sequence, attachment_id)
        SELECT $1, session_id, sequence, attachment_id FROM unnest($2, $3, $4) AS u (session_id, sequence, attachment_id)
        """;

    /// <summary>Adds the references of new messages of a user.</summary>
    /// <exception cref="Npgsql.PostgresException">
    /// An attachment is not there: <see cref="Persistence.Configurations.AttachmentUseConfiguration.ToAttachments"/>.
    /// </exception>
    public static async Task AddAsync(
        Sql sql,
        string userId,
        IReadOnlyList<(Guid SessionId, long Sequence, Guid AttachmentId)> uses,
        CancellationToken cancellationToken)
    {
        if (uses.Count > 0)
        {
            await sql
                .Statement(
                    Add,
                    userId,
                    SqlValue.Column(uses, use => use.SessionId, NpgsqlDbType.Uuid),
                    SqlValue.Column(uses, use => use.Sequence, NpgsqlDbType.Bigint),
                    SqlValue.Column(uses, use => use.AttachmentId, NpgsqlDbType.Uuid))
                .ExecuteAsync(cancellationToken);
        }
    }
}
