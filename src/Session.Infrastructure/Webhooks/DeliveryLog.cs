using SessionService.Application.Webhooks;
using SessionService.Infrastructure.Persistence;

namespace SessionService.Infrastructure.Webhooks;

/// <summary>Gives up what can no longer be told, and removes what the log has kept long enough.</summary>
/// <remarks>By hand: rows in portions, and of all users.</remarks>
internal sealed class DeliveryLog(Database database)
{
    private const int AtOnce = 5_000;

    // Of one webhook in one statement; the next statement goes on.
    private const int OfWebhookAtOnce = 200;

    // A portion: a webhook that took nothing for two days may have a million. The sweep goes on.
    private const string GiveUp =
        $"""
        UPDATE dev.webhook_deliveries AS d
        SET status = 'dead', last_error = '{DeliveryErrors.Disabled}'
        FROM (
            SELECT p.user_id, p.session_id, p.webhook_id, p.event_id
            FROM dev.webhook_deliveries AS p
            WHERE p.webhook_id = $1 AND p.status = 'pending'
            LIMIT $2) AS o
        WHERE d.user_id = o.user_id AND d.session_id = o.session_id AND d.webhook_id = o.webhook_id AND d.event_id = o.event_id
        """;

    // Also what a write added that had seen the webhook before it was switched off.
    private const string GiveUpRest =
        $"""
        UPDATE dev.webhook_deliveries AS d
        SET status = 'dead', last_error = '{DeliveryErrors.Disabled}'
        FROM (
            SELECT p.user_id, p.session_id, p.webhook_id, p.event_id
            FROM dev.webhook_deliveries AS p
            JOIN dev.webhooks AS w ON w.webhook_id = p.webhook_id AND NOT w.is_enabled
            WHERE p.status = 'pending'
            LIMIT $1
            FOR UPDATE OF p SKIP LOCKED) AS o
        WHERE d.user_id = o.user_id AND d.session_id = o.session_id AND d.webhook_id = o.webhook_id AND d.event_id = o.event_id
        """;

    private const string RemoveStray =
        """
        DELETE FROM dev.webhook_deliveries AS d
        WHERE d.status = 'pending' AND d.next_attempt_at < $1
          AND NOT EXISTS (SELECT 1 FROM dev.webhooks AS w WHERE w.webhook_id = d.webhook_id)
        """;

    private const string RemoveOld =
        """
        DELETE FROM dev.webhook_deliveries AS d
        USING (
            SELECT o.user_id, o.session_id, o.webhook_id, o.event_id
            FROM dev.webhooks AS w
            CROSS JOIN LATERAL (
                SELECT r.user_id, r.session_id, r.webhook_id, r.event_id
                FROM dev.webhook_deliveries AS r
                WHERE r.webhook_id = w.webhook_id AND r.created_at < $1 AND r.status <> 'pending'
                LIMIT $2) AS o
            LIMIT $3) AS o
        WHERE d.user_id = o.user_id AND d.session_id = o.session_id AND d.webhook_id = o.webhook_id AND d.event_id = o.event_id
        """;

    private const string Count =
        "SELECT count(*), min(d.created_at) FROM dev.webhook_deliveries AS d WHERE d.status = 'pending'";

    /// <summary>
    /// Makes dead letters of what a webhook has not been told, in the transaction that switches it off. Of many events it takes some.
    /// </summary>
    public static Task<int> GiveUpAsync(Sql sql, Guid webhookId, CancellationToken cancellationToken) =>
        sql.Statement(GiveUp, webhookId, AtOnce).ExecuteAsync(cancellationToken);

    /// <summary>Makes dead letters of what is left for webhooks that are off, and removes what is left of deleted ones.</summary>
    /// <param name="before">What was due before this time, of those that are deleted.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public async Task SweepAsync(DateTimeOffset before, CancellationToken cancellationToken)
    {
        while (await database.WriteAsync(
            sql => sql.Statement(GiveUpRest, AtOnce).ExecuteAsync(cancellationToken), cancellationToken) == AtOnce)
        {
            cancellationToken.ThrowIfCancellationRequested();
        }

        await database.WriteAsync(sql => sql.Statement(RemoveStray, before).ExecuteAsync(cancellationToken), cancellationToken);
    }

    /// <summary>Removes what came before a time and has ended.</summary>
    public async Task RemoveAsync(DateTimeOffset before, CancellationToken cancellationToken)
    {
        while (await database.WriteAsync(
            sql => sql.Statement(RemoveOld, before, OfWebhookAtOnce, AtOnce).ExecuteAsync(cancellationToken), cancellationToken) > 0)
        {
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    /// <summary>How many deliveries are pending, and since when the oldest.</summary>
    public Task<(long Pending, DateTimeOffset? Oldest)> CountAsync(CancellationToken cancellationToken) =>
        database.ReadAsync(
            sql => sql.Statement(Count).FirstAsync(
                row => (row.GetInt64(0), row.IsDBNull(1) ? (DateTimeOffset?)null : row.GetFieldValue<DateTimeOffset>(1)),
                cancellationToken),
            cancellationToken);
}
