using System.Globalization;
using SessionService.IntegrationTests.Databases;

namespace SessionService.IntegrationTests.Faults;

/// <summary>What the database holds of a user, as numbers: equal numbers before and after mean that nothing was written.</summary>
internal sealed record Effect(
    long Sessions,
    long Messages,
    long Rows,
    long Redacted,
    long Revisions,
    long Starred,
    long Archived,
    long Memories,
    long MemoryText,
    long UserMemories,
    long UserMemoryVersions,
    long EarlierVersions,
    long Attachments,
    long Feedback,
    long FeedbackText,
    long Deltas,
    long Keys,
    long Webhooks,
    long Undelivered,
    long TotalSessions,
    long ActiveSessions,
    long TotalMessages)
{
    /// <summary>Counts when nobody writes any more: what a broken connection had sent may still be under way.</summary>
    public static async Task<Effect> CountAsync(TestDatabase database, string userId)
    {
        var user = $"user_id = '{userId}'";
        var query =
            $"""
            SELECT unnest(ARRAY[
                (SELECT count(*) FROM pg_stat_activity
                 WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend' AND state <> 'idle'),
                (SELECT count(*) FROM dev.sessions WHERE {user}),
                (SELECT sum(message_count) FROM dev.sessions WHERE {user}),
                (SELECT count(*) FROM dev.session_messages WHERE {user}),
                (SELECT count(*) FROM dev.session_messages WHERE {user} AND redacted_at IS NOT NULL),
                (SELECT sum(revision) FROM dev.sessions WHERE {user}),
                (SELECT count(*) FROM dev.sessions WHERE {user} AND starred_at IS NOT NULL),
                (SELECT count(*) FROM dev.sessions WHERE {user} AND archived_at IS NOT NULL),
                (SELECT count(*) FROM dev.session_memories WHERE {user}),
                (SELECT sum(length(conversation_summary)) FROM dev.session_memories WHERE {user}),
                (SELECT count(*) FROM dev.user_memories WHERE {user}),
                (SELECT sum(version) FROM dev.user_memories WHERE {user}),
                (SELECT count(*) FROM dev.user_memory_versions WHERE {user}),
                (SELECT sum(size) FROM dev.attachments WHERE {user}),
                (SELECT count(*) FROM dev.message_feedback WHERE {user}),
                (SELECT sum(length(concat(value::text, comment))) FROM dev.message_feedback WHERE {user}),
                (SELECT count(*) FROM dev.message_deltas WHERE {user}),
                (SELECT count(*) FROM dev.idempotency_keys WHERE {user}),
                (SELECT 1000 * count(*) + 10 * coalesce(sum(cardinality(events)), 0) + count(previous_secret) FROM dev.webhooks WHERE {user}),
                (SELECT count(*) FROM dev.webhook_deliveries WHERE {user} AND status = 'pending'),
                (SELECT sum(total_sessions) FROM dev.session_statistics),
                (SELECT sum(active_sessions) FROM dev.session_statistics),
                (SELECT sum(total_messages) FROM dev.session_statistics)]::bigint[])
            """;
        while (true)
        {
            var n = (await database.QueryAsync(query)).Select(text => text.Length == 0 ? 0 : long.Parse(text, CultureInfo.InvariantCulture)).ToArray();
            if (n[0] == 0)
            {
                return new Effect(
                    n[1], n[2], n[3], n[4], n[5], n[6], n[7], n[8], n[9], n[10], n[11], n[12], n[13], n[14], n[15], n[16], n[17], n[18], n[19], n[20], n[21], n[22]);
            }
        }
    }

    public static Effect operator -(Effect after, Effect before) => new(
        after.Sessions - before.Sessions,
        after.Messages - before.Messages,
        after.Rows - before.Rows,
        after.Redacted - before.Redacted,
        after.Revisions - before.Revisions,
        after.Starred - before.Starred,
        after.Archived - before.Archived,
        after.Memories - before.Memories,
        after.MemoryText - before.MemoryText,
        after.UserMemories - before.UserMemories,
        after.UserMemoryVersions - before.UserMemoryVersions,
        after.EarlierVersions - before.EarlierVersions,
        after.Attachments - before.Attachments,
        after.Feedback - before.Feedback,
        after.FeedbackText - before.FeedbackText,
        after.Deltas - before.Deltas,
        after.Keys - before.Keys,
        after.Webhooks - before.Webhooks,
        after.Undelivered - before.Undelivered,
        after.TotalSessions - before.TotalSessions,
        after.ActiveSessions - before.ActiveSessions,
        after.TotalMessages - before.TotalMessages);
}
