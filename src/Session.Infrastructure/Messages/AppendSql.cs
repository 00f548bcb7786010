using SessionService.Domain.Messages;
using SessionService.Domain.Webhooks;
using SessionService.Infrastructure.Idempotency;
using SessionService.Infrastructure.Messages.Packed;
using SessionService.Infrastructure.Outbox;
using SessionService.Infrastructure.Statistics;

namespace SessionService.Infrastructure.Messages;

/// <summary>The texts of the statement that appends messages: one for each set of tables that a group of writes needs.</summary>
internal static class AppendSql
{
    // Whether messages take a session up again, by the session's row and the totals of its messages.
    private const string IsTakenUp = "s.status IN ('archived', 'expired') AND t.now IS NOT NULL";

    // For plain texts to sessions in use, which most are. A write to an archived or expired session is left out.
    public static readonly string TextsToSessionsInUse = Text(InUse, TextsAlone);

    // For a group with a write that the other statement left out.
    public static readonly string TextsToAnySessions = Text(Any, TextsAlone);

    public static readonly string PartsToSessionsInUse = Text(InUse, WithParts);

    public static readonly string PartsToAnySessions = Text(Any, WithParts);

    public static readonly string ItemsToSessionsInUse = Text(InUse, WithItems);

    public static readonly string ItemsToAnySessions = Text(Any, WithItems);

    public static readonly string OpenToSessionsInUse = Text(InUse, InProgress);

    public static readonly string OpenToAnySessions = Text(Any, InProgress);

    private static Openness InUse => new(
        OpenStatuses: "'active', 'completed'", ChangedStatus: "", IsChanged: "t.is_backfill", TakenUp: "", Counted());

    // Makes the session active, and moves the counts.
    private static Openness Any => new(
        OpenStatuses: "'active', 'completed', 'archived', 'expired'",
        ChangedStatus:
            $"""
            status = CASE WHEN {IsTakenUp} THEN 'active' ELSE s.status END,
            archived_at = CASE WHEN {IsTakenUp} THEN NULL ELSE s.archived_at END,
            changes = s.changes + CASE WHEN {IsTakenUp} THEN 1 ELSE 0 END,
            """,
        IsChanged: $"t.is_backfill OR ({IsTakenUp})",
        TakenUp:
            $"""
            taken_up AS MATERIALIZED (
                SELECT s.user_id, s.session_id, s.status, s.is_starred, t.now, s.message_count + t.messages + s.changes + 1 AS position
                FROM session AS s
                JOIN total AS t ON t.user_id = s.user_id AND t.session_id = s.session_id
                WHERE {IsTakenUp}),
            counted_user AS (
                {SessionCountsSql.Add(
                    """
                    SELECT u.user_id, m.status, u.is_starred, sum(m.sessions) AS sessions
                    FROM taken_up AS u
                    CROSS JOIN LATERAL (VALUES (u.status, -1), ('active', 1)) AS m (status, sessions)
                    GROUP BY u.user_id, m.status, u.is_starred
                    """)}
                RETURNING sessions),
            told_of_session AS (
                {OutboxSql.Insert(
                    $"""
                    SELECT user_id, session_id, {OutboxSql.EventId("session_id", "position", "now")} AS event_id, position,
                           '{WebhookEvents.SessionUpdated}' AS type, {OutboxSql.NoData} AS data, now
                    FROM taken_up
                    """)}),
            """,
        Counted(activeSessions: "(SELECT count(*) FROM taken_up)", condition: "AND (SELECT count(*) FROM counted_user) >= 0"));

    private static Extent TextsAlone => new(Arrays: "", Names: "", Columns: "", Values: "", Uses: "", TakenItems: "",
        Session: "", Demand: "", Whole: "", Opened: "", Changed: "", Status: $"'{MessageStatuses.Completed}'");

    // Whatever a message refers to must be there when the statement ends, or the foreign key breaks.
    private static Extent WithParts => new(
        Arrays: ", $20, $21, $22",
        Names: "parts, name, message_status, ",
        Columns: ", parts, name, status",
        Values: ", parts, name, message_status",
        Uses:
            """
            used AS (
                INSERT INTO dev.attachment_uses (user_id, session_id, sequence, attachment_id)
                SELECT n.user_id, n.session_id, n.sequence, u.attachment_id
                FROM unnest($23, $24) AS u (position, attachment_id)
                JOIN numbered AS n ON n.position = u.position),
            """,
        TakenItems: "",
        Session: "", Demand: "", Whole: "", Opened: "", Changed: "", Status: "message_status");

    // The ids that clients gave items. Another write that takes an id meanwhile breaks a unique key, and this statement is sent again.
    private static Extent WithItems => WithParts with
    {
        Arrays = $"{WithParts.Arrays}, $25",
        Names = $"{WithParts.Names}item_id, ",
        Uses =
            $"""
            {WithParts.Uses}
            item AS (
                INSERT INTO dev.conversation_items (user_id, session_id, sequence, item_id)
                SELECT user_id, session_id, sequence, item_id
                FROM numbered
                WHERE item_id IS NOT NULL),
            """,
        TakenItems =
            """
            UNION ALL
            SELECT i.write
            FROM input AS i
            JOIN dev.conversation_items AS c ON c.user_id = i.user_id AND c.session_id = i.session_id AND c.item_id = i.item_id
            """,
    };

    // Messages in progress count their tokens and their cost when they are completed. A write with such messages is the only one to its
    // session: the statement knows how many there are only as of its start.
    private static Extent InProgress => WithParts with
    {
        Arrays = $"{WithParts.Arrays}, $25, $26",
        Names = $"{WithParts.Names}opens, opening, ",
        Session = ", s.open_messages",
        Demand =
            """
            AND (i.opening = 0 OR (
                coalesce(cardinality(s.open_messages), 0) + i.opening <= $27
                AND (SELECT count(*) FROM dev.open_messages AS o WHERE o.user_id = i.user_id) + i.opening <= $28))
            """,
        Whole = "FILTER (WHERE NOT opens)",
        Uses =
            $"""
            {WithParts.Uses}
            opened AS (
                INSERT INTO dev.open_messages
                    (user_id, session_id, sequence, opened_at, next_index, bytes, parts, touched_at, check_at)
                SELECT user_id, session_id, sequence, now, 0, octet_length(content) + coalesce(octet_length(parts::text), 0),
                       coalesce(json_array_length(parts), 0), now, now + $29
                FROM numbered
                WHERE opens),
            """,
        Opened = ", array_agg(sequence ORDER BY sequence) FILTER (WHERE opens) AS opened",
        Changed = "open_messages = s.open_messages || t.opened,",
    };

    // By hand for its CTEs, which write several tables for a group of appends in one round trip.
    //
    // One row of the input is one message. The values of a write stand on each of its messages, its key on the first.
    //
    // The sessions are locked in the order of their key, so that two of these statements never wait for each other in a circle. Under the
    // lock nobody else changes message_count: the messages of a session take the numbers that follow it, in order of arrival. A write is
    // left out as a whole where its session is gone or has ended, its expected number is not the next, or it was made before. The statement
    // sees earlier writes as of its start: a message is then a row or packed, never neither. A write that commits later breaks a unique
    // key, and this statement is sent again; messages are not packed before such a statement is over. The statistics refer to the users'
    // counts, and so take their row after those, in the order of every other transaction.
    //
    // An imported message has no time of arrival: it may go into an ended session, and leaves the session's status and times alone.
    // Retention counts the import as use all the same.
    private static string Text(Openness to, Extent of) =>
        $"""
        WITH input AS MATERIALIZED (
            SELECT *
            FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19{of.Arrays}) WITH ORDINALITY
                AS i (write, user_id, session_id, id, own_id, role, content, message_type, metadata, tokens_used, cost_usd, created_at,
                      now, expected_sequence, messages, key, request_hash, redacted_at, imported_at, {of.Names}position)),
        session AS MATERIALIZED (
            SELECT s.user_id, s.session_id, s.message_count, s.status, s.changes, s.starred_at IS NOT NULL AS is_starred{of.Session}
            FROM dev.sessions AS s
            WHERE (s.user_id, s.session_id) IN (SELECT i.user_id, i.session_id FROM input AS i)
            ORDER BY s.user_id, s.session_id
            FOR NO KEY UPDATE),
        own AS MATERIALIZED (
            SELECT i.write, i.user_id, i.own_id AS id, {PackedIds.Hash("i.own_id")} AS hash
            FROM input AS i
            WHERE i.own_id IS NOT NULL),
        made_before AS MATERIALIZED (
            SELECT i.write
            FROM input AS i
            JOIN dev.idempotency_keys AS k ON k.user_id = i.user_id AND k.idempotency_key = i.key
            UNION ALL
            SELECT o.write
            FROM own AS o
            JOIN dev.session_messages AS m ON m.user_id = o.user_id AND m.id = o.id
            UNION ALL
            SELECT o.write
            FROM own AS o
            JOIN dev.message_segments AS g ON {PackedIds.Hold("o.user_id", "o.id", "o.hash")}
            {of.TakenItems}),
        numbered AS MATERIALIZED (
            SELECT i.*, s.message_count + row_number() OVER (PARTITION BY i.user_id, i.session_id ORDER BY i.position) AS sequence,
                   s.changes
            FROM input AS i
            JOIN session AS s ON s.user_id = i.user_id AND s.session_id = i.session_id
            WHERE (s.status IN ({to.OpenStatuses}) OR i.now IS NULL)
              AND coalesce(i.expected_sequence, s.message_count + 1) = s.message_count + 1
              AND i.write NOT IN (SELECT b.write FROM made_before AS b)
              {of.Demand}),
        message AS (
            INSERT INTO dev.session_messages
                (user_id, session_id, sequence, id, role, content, message_type, message_metadata,
                 tokens_used, cost_usd, created_at, redacted_at{of.Columns})
            SELECT user_id, session_id, sequence, id, role, content, message_type, metadata,
                   tokens_used, cost_usd, created_at, redacted_at{of.Values}
            FROM numbered),
        {of.Uses}
        told AS (
            {OutboxSql.Insert(
                $"""
                SELECT user_id, session_id,
                       {OutboxSql.EventId("session_id", "sequence + changes", "coalesce(now, imported_at)")} AS event_id,
                       sequence + changes AS position, '{WebhookEvents.MessageCreated}' AS type,
                       jsonb_build_object('sequence', sequence, 'message_id', id, 'role', role, 'message_type', message_type,
                                          'status', {of.Status}) AS data,
                       coalesce(now, imported_at) AS now
                FROM numbered
                """)}),
        total AS (
            SELECT user_id, session_id, count(*) AS messages, coalesce(sum(tokens_used) {of.Whole}, 0) AS tokens,
                   coalesce(sum(cost_usd) {of.Whole}, 0) AS cost, max(now) AS now, max(imported_at) AS imported_at,
                   bool_or(created_at IS DISTINCT FROM now) AS is_backfill{of.Opened}
            FROM numbered
            GROUP BY user_id, session_id),
        counted_session AS (
            UPDATE dev.sessions AS s
            SET {to.ChangedStatus}
                {of.Changed}
                message_count = s.message_count + t.messages,
                total_tokens = s.total_tokens + t.tokens,
                total_cost = s.total_cost + t.cost,
                last_activity = coalesce(t.now, s.last_activity),
                updated_at = greatest(s.updated_at, t.now),
                used_at = greatest(s.used_at, t.imported_at),
                revision = s.revision + 1,
                changed_at = CASE
                    WHEN {to.IsChanged} THEN greatest(s.changed_at, t.now, t.imported_at) ELSE s.changed_at END,
                backfilled_at = CASE
                    WHEN t.is_backfill THEN greatest(s.backfilled_at, t.now, t.imported_at) ELSE s.backfilled_at END,
                is_digested = false
            FROM total AS t
            WHERE s.user_id = t.user_id AND s.session_id = t.session_id),
        claimed AS (
            {IdempotencySql.Claim("jsonb_build_object('first_sequence', sequence, 'messages', messages)")}
            FROM numbered
            WHERE key IS NOT NULL
            ORDER BY user_id, key),
        {to.TakenUp}
        counted AS (
            {to.Counted})
        SELECT i.write, n.sequence, s.status, s.message_count
        FROM input AS i
        LEFT JOIN session AS s ON s.user_id = i.user_id AND s.session_id = i.session_id
        LEFT JOIN numbered AS n ON n.position = i.position
        WHERE i.messages IS NOT NULL
        """;

    private static string Counted(string activeSessions = "0", string condition = "") => StatisticsSql.Add(
        $"total HAVING count(*) > 0 {condition}",
        activeSessions: activeSessions,
        messages: "sum(messages)",
        tokens: "sum(tokens)",
        cost: "sum(cost)");

    /// <summary>Which sessions take messages, and what else changes in them.</summary>
    private sealed record Openness(string OpenStatuses, string ChangedStatus, string IsChanged, string TakenUp, string Counted);

    /// <summary>What the messages have besides their texts. Statements for texts alone send and write no more than these.</summary>
    private sealed record Extent(
        string Arrays,
        string Names,
        string Columns,
        string Values,
        string Uses,
        string TakenItems,
        string Session,
        string Demand,
        string Whole,
        string Opened,
        string Changed,
        string Status);
}
