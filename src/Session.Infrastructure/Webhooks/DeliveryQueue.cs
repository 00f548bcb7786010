using Npgsql;
using NpgsqlTypes;
using SessionService.Domain.Webhooks;
using SessionService.Infrastructure.Persistence;

namespace SessionService.Infrastructure.Webhooks;

/// <summary>
/// The deliveries that are due. Of each session a webhook is told one event at a time, in their order: only the first that is pending may
/// be taken. Whoever takes a delivery has it until its lease ends, so several instances share the work, and what a crash interrupted is
/// taken again.
/// </summary>
/// <remarks>
/// By hand: SKIP LOCKED, and updates that return rows. Rows are found again by their place, so that the plan is right also before the
/// database has statistics of a table that was empty.
/// </remarks>
internal sealed class DeliveryQueue(Database database)
{
    // How many are looked at to find some for every webhook. With a constant PostgreSQL reads the index in its order and stops; with a
    // parameter it may read and sort everything that is due.
    private const string LookedAt = "2000";

    private const string Taken =
        "d.user_id, d.session_id, d.event_id, d.type, d.data, d.created_at, d.attempts, d.first_attempt_at, d.next_attempt_at";

    private const string OfWebhook =
        "w.user_id, w.webhook_id, w.slot, w.url, w.includes_content, w.secret, w.previous_secret, w.previous_until, w.created_at, "
        + "w.succeeded_at";

    private const string TakeDue =
        $"""
        WITH early AS MATERIALIZED (
            SELECT f.user_id, f.session_id, f.webhook_id, min(f.next_attempt_at) AS since
            FROM (
                SELECT d.user_id, d.session_id, d.webhook_id, d.next_attempt_at
                FROM dev.webhook_deliveries AS d
                WHERE d.status = 'pending' AND d.next_attempt_at <= $1 AND d.webhook_id <> ALL ($4)
                  AND NOT EXISTS (
                      SELECT 1
                      FROM unnest($6, $7) AS r (session_id, webhook_id)
                      WHERE r.session_id = d.session_id AND r.webhook_id = d.webhook_id)
                ORDER BY d.next_attempt_at
                LIMIT {LookedAt}) AS f
            GROUP BY f.user_id, f.session_id, f.webhook_id),
        due AS MATERIALIZED (
            SELECT h.row_id, row_number() OVER (PARTITION BY e.webhook_id ORDER BY e.since) AS place
            FROM early AS e
            JOIN dev.webhooks AS w ON w.webhook_id = e.webhook_id AND w.user_id IN (e.user_id, '') AND w.is_enabled
            CROSS JOIN LATERAL (
                SELECT n.ctid AS row_id, n.next_attempt_at
                FROM dev.webhook_deliveries AS n
                WHERE n.user_id = e.user_id AND n.session_id = e.session_id AND n.webhook_id = e.webhook_id AND n.status = 'pending'
                ORDER BY n.position, n.event_id
                LIMIT 1) AS h
            WHERE h.next_attempt_at <= $1),
        chosen AS MATERIALIZED (
            SELECT d.ctid AS row_id
            FROM dev.webhook_deliveries AS d
            WHERE d.ctid = ANY (ARRAY(SELECT f.row_id FROM due AS f WHERE f.place <= $5))
              AND d.status = 'pending' AND d.next_attempt_at <= $1
            LIMIT $3
            FOR UPDATE OF d SKIP LOCKED),
        taken AS (
            UPDATE dev.webhook_deliveries AS d
            SET next_attempt_at = $2, attempts = d.attempts + 1, first_attempt_at = coalesce(d.first_attempt_at, $1), last_attempt_at = $1
            WHERE d.ctid = ANY (ARRAY(SELECT c.row_id FROM chosen AS c))
            RETURNING d.*)
        SELECT {Taken}, {OfWebhook}
        FROM taken AS d
        JOIN dev.webhooks AS w ON w.webhook_id = d.webhook_id AND w.user_id IN (d.user_id, '')
        """;

    // Events that wait for an earlier one of their session may be so many that a look finds nothing else. Then they are put off, and with
    // them events of webhooks that are switched off. When the earlier event has ended, the next one is taken or made due, although it was
    // put off.
    private const string PutOff =
        $"""
        WITH looked AS MATERIALIZED (
            SELECT d.user_id, d.session_id, d.webhook_id, d.ctid AS row_id
            FROM dev.webhook_deliveries AS d
            WHERE d.status = 'pending' AND d.next_attempt_at <= $1 AND d.webhook_id <> ALL ($2)
            ORDER BY d.next_attempt_at
            LIMIT {LookedAt}),
        first AS MATERIALIZED (
            SELECT h.row_id
            FROM (SELECT DISTINCT f.user_id, f.session_id, f.webhook_id FROM looked AS f) AS f
            CROSS JOIN LATERAL (
                SELECT n.ctid AS row_id
                FROM dev.webhook_deliveries AS n
                WHERE n.user_id = f.user_id AND n.session_id = f.session_id AND n.webhook_id = f.webhook_id AND n.status = 'pending'
                ORDER BY n.position, n.event_id
                LIMIT 1) AS h
            WHERE EXISTS (SELECT 1 FROM dev.webhooks AS w WHERE w.webhook_id = f.webhook_id AND w.is_enabled)),
        chosen AS MATERIALIZED (
            SELECT d.ctid AS row_id
            FROM dev.webhook_deliveries AS d
            WHERE d.ctid = ANY (ARRAY(
                    SELECT f.row_id
                    FROM looked AS f
                    WHERE (SELECT count(*) FROM looked) = {LookedAt} AND f.row_id NOT IN (SELECT h.row_id FROM first AS h)))
              AND d.status = 'pending' AND d.next_attempt_at <= $1
            FOR UPDATE OF d SKIP LOCKED)
        UPDATE dev.webhook_deliveries AS d
        SET next_attempt_at = $3
        WHERE d.ctid = ANY (ARRAY(SELECT c.row_id FROM chosen AS c))
        """;

    // An event without an attempt has no lease: it was put off.
    private const string IsNext =
        """
        d.user_id = $1 AND d.session_id = $2 AND d.webhook_id = $3 AND d.status = 'pending'
              AND (d.next_attempt_at <= $4 OR d.attempts = 0)
              AND d.event_id = (
                  SELECT n.event_id
                  FROM dev.webhook_deliveries AS n
                  WHERE n.user_id = $1 AND n.session_id = $2 AND n.webhook_id = $3 AND n.status = 'pending'
                  ORDER BY n.position, n.event_id
                  LIMIT 1)
        """;

    private const string TakeNext =
        $"""
        WITH taken AS (
            UPDATE dev.webhook_deliveries AS d
            SET next_attempt_at = $5, attempts = d.attempts + 1, first_attempt_at = coalesce(d.first_attempt_at, $4), last_attempt_at = $4
            WHERE {IsNext}
            RETURNING d.*)
        SELECT {Taken}, {OfWebhook}
        FROM taken AS d
        JOIN dev.webhooks AS w ON w.webhook_id = $3 AND (w.user_id = $1 OR w.user_id = '') AND w.is_enabled
        """;

    private const string LetNext = $"UPDATE dev.webhook_deliveries AS d SET next_attempt_at = $4 WHERE {IsNext}";

    private const string OfDelivery = "user_id = $1 AND session_id = $2 AND webhook_id = $3 AND event_id = $4 AND status = 'pending'";

    // Another instance may have taken the delivery meanwhile; that it was delivered is true all the same.
    private const string MarkDelivered =
        $"""
        UPDATE dev.webhook_deliveries AS d
        SET status = 'delivered', delivered_at = $5, last_status = $6, last_error = NULL
        WHERE {OfDelivery}
        RETURNING d.next_attempt_at = $7
        """;

    private const string MarkFailed =
        $"""
        UPDATE dev.webhook_deliveries
        SET next_attempt_at = coalesce($5, next_attempt_at), last_status = $6, last_error = $7,
            status = CASE WHEN $5 IS NULL THEN 'dead' ELSE status END
        WHERE {OfDelivery} AND next_attempt_at = $8
        """;

    private const string GiveBack =
        $"UPDATE dev.webhook_deliveries SET next_attempt_at = $5, attempts = attempts - 1 WHERE {OfDelivery} AND next_attempt_at = $6";

    private const string NoteSuccess =
        "UPDATE dev.webhooks SET succeeded_at = $3 WHERE user_id = $1 AND webhook_id = $2";

    // One that was told something since is not failing; a single event may be what it refuses.
    private const string Disable =
        """
        UPDATE dev.webhooks
        SET is_enabled = false, disabled_reason = $3
        WHERE user_id = $1 AND webhook_id = $2 AND is_enabled AND ($4::timestamptz IS NULL OR coalesce(succeeded_at < $4, true))
        """;

    private static readonly TimeSpan NoteSuccessEvery = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan PutOffFor = TimeSpan.FromHours(1);

    /// <summary>Takes some of what is due, of no session of a webhook more than one.</summary>
    /// <param name="now">The current time.</param>
    /// <param name="lease">Until when they are taken.</param>
    /// <param name="max">How many.</param>
    /// <param name="busy">The webhooks to leave alone.</param>
    /// <param name="maxPerWebhook">How many of one webhook.</param>
    /// <param name="running">What this instance delivers at the moment: the rest of these sessions is not looked at.</param>
    /// <param name="cancellationToken">Ends the look.</param>
    public async Task<List<DueDelivery>> TakeAsync(
        DateTimeOffset now,
        DateTimeOffset lease,
        int max,
        Guid[] busy,
        int maxPerWebhook,
        IReadOnlyList<DueDelivery> running,
        CancellationToken cancellationToken)
    {
        while (true)
        {
            var taken = await database.WriteAsync(
                sql => sql
                    .Statement(
                        TakeDue,
                        now,
                        lease,
                        max,
                        busy,
                        maxPerWebhook,
                        SqlValue.Column(running, one => one.SessionId, NpgsqlDbType.Uuid),
                        SqlValue.Column(running, one => one.Webhook.WebhookId, NpgsqlDbType.Uuid))
                    .ListAsync(Read, cancellationToken),
                cancellationToken);
            if (taken.Count > 0
                || await database.WriteAsync(
                    sql => sql.Statement(PutOff, now, busy, now + PutOffFor).ExecuteAsync(cancellationToken), cancellationToken) == 0)
            {
                return taken;
            }
        }
    }

    /// <summary>Notes that an event was delivered, and takes the next one of its session.</summary>
    public Task<DueDelivery?> SucceedAsync(
        DueDelivery due, int? status, DateTimeOffset now, DateTimeOffset? nextLease, CancellationToken cancellationToken) =>
        database.InTransactionAsync(
            async sql =>
            {
                var isOurs = await OfDeliveryStatement(
                    sql, MarkDelivered, due, now, SqlValue.Of(status, NpgsqlDbType.Integer), due.Lease).ValueAsync<bool>(cancellationToken);
                if (!(due.Webhook.SucceededAt > now - NoteSuccessEvery))
                {
                    await sql.Statement(NoteSuccess, due.Webhook.UserId, due.Webhook.WebhookId, now).ExecuteAsync(cancellationToken);
                }

                if (isOurs && nextLease is { } lease)
                {
                    return await sql.Statement(TakeNext, due.UserId, due.SessionId, due.Webhook.WebhookId, now, lease)
                        .FirstAsync(Read, cancellationToken);
                }

                await LetNextAsync(sql, due, now, cancellationToken);
                return null;
            },
            cancellationToken);

    /// <summary>Notes that an attempt failed, and when the next one is due; without a time the delivery is given up.</summary>
    /// <returns>Whether the webhook was switched off.</returns>
    public Task<bool> FailAsync(
        DueDelivery due, AttemptResult result, DateTimeOffset now, DateTimeOffset? retryAt, CancellationToken cancellationToken) =>
        database.InTransactionAsync(
            async sql =>
            {
                var isOurs = await OfDeliveryStatement(
                    sql,
                    MarkFailed,
                    due,
                    retryAt,
                    SqlValue.Of(result.Status, NpgsqlDbType.Integer),
                    result.Error,
                    due.Lease).ExecuteAsync(cancellationToken) > 0;
                if (!isOurs || retryAt is not null)
                {
                    return false;
                }

                await LetNextAsync(sql, due, now, cancellationToken);
                return await DisableAsync(sql, due, result.IsGone, cancellationToken);
            },
            cancellationToken);

    /// <summary>Lets others take a delivery that this instance has no time for.</summary>
    public Task<int> GiveBackAsync(DueDelivery due, DateTimeOffset now, CancellationToken cancellationToken) =>
        database.WriteAsync(
            sql => OfDeliveryStatement(sql, GiveBack, due, now, due.Lease).ExecuteAsync(cancellationToken), cancellationToken);

    /// <summary>Makes the next event of the session due, if it was put off.</summary>
    private static Task<int> LetNextAsync(Sql sql, DueDelivery due, DateTimeOffset now, CancellationToken cancellationToken) =>
        sql.Statement(LetNext, due.UserId, due.SessionId, due.Webhook.WebhookId, now).ExecuteAsync(cancellationToken);

    private static async Task<bool> DisableAsync(Sql sql, DueDelivery due, bool isGone, CancellationToken cancellationToken)
    {
        var (reason, since) = isGone ? ("gone", (DateTimeOffset?)null) : ("failing", due.FirstAttemptAt);
        var disabled = await sql.Statement(Disable, due.Webhook.UserId, due.Webhook.WebhookId, reason, since)
            .ExecuteAsync(cancellationToken);
        if (disabled > 0)
        {
            await DeliveryLog.GiveUpAsync(sql, due.Webhook.WebhookId, cancellationToken);
        }

        return disabled > 0;
    }

    private static SqlStatement OfDeliveryStatement(Sql sql, string text, DueDelivery due, params ReadOnlySpan<SqlValue> values) =>
        sql.Statement(text, [due.UserId, due.SessionId, due.Webhook.WebhookId, due.EventId, .. values]);

    private static DueDelivery Read(NpgsqlDataReader row) => new()
    {
        UserId = row.GetString(0),
        SessionId = row.GetGuid(1),
        EventId = row.GetGuid(2),
        Type = row.GetString(3),
        Data = row.GetString(4),
        CreatedAt = row.GetFieldValue<DateTimeOffset>(5),
        Attempts = row.GetInt32(6),
        FirstAttemptAt = row.GetFieldValue<DateTimeOffset>(7),
        Lease = row.GetFieldValue<DateTimeOffset>(8),
        Webhook = new Webhook
        {
            UserId = row.GetString(9),
            WebhookId = row.GetGuid(10),
            Slot = row.GetInt16(11),
            Url = row.GetString(12),
            IncludesContent = row.GetBoolean(13),
            Secret = row.GetFieldValue<byte[]>(14),
            PreviousSecret = row.IsDBNull(15) ? null : row.GetFieldValue<byte[]>(15),
            PreviousUntil = row.IsDBNull(16) ? null : row.GetFieldValue<DateTimeOffset>(16),
            CreatedAt = row.GetFieldValue<DateTimeOffset>(17),
            UpdatedAt = row.GetFieldValue<DateTimeOffset>(17),
            SucceededAt = row.IsDBNull(18) ? null : row.GetFieldValue<DateTimeOffset>(18),
        },
    };
}
