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

    // By hand for FOR KEY SHARE. An attachment that nothing referred to for a day is gone; its reference says so to whoever follows it.
    private const string Replace =
        """
        WITH known AS MATERIALIZED (
            SELECT attachment_id FROM dev.attachments WHERE user_id = $1 AND attachment_id = ANY ($4) ORDER BY 1 FOR KEY SHARE),
        gone AS (
            DELETE FROM dev.attachment_uses
            WHERE user_id = $1 AND session_id = $2 AND sequence = $3 AND attachment_id <> ALL ($4))
        INSERT INTO dev.attachment_uses (user_id, session_id, sequence, attachment_id)
        SELECT $1, $2, $3, attachment_id FROM known
        ON CONFLICT DO NOTHING
        """;

    /// <summary>Sets the references of a message that has a new content.</summary>
    public static Task ReplaceAsync(
        Sql sql, string userId, Guid sessionId, long sequence, Guid[] attachments, CancellationToken cancellationToken) =>
        sql.Statement(Replace, userId, sessionId, sequence, attachments).ExecuteAsync(cancellationToken);

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
