using SessionService.Application.Attachments;
using SessionService.Application.Time;
using SessionService.Infrastructure.Persistence;

namespace SessionService.Infrastructure.Attachments;

/// <summary>
/// The objects that are to be removed, or whose upload has begun. An upload leaves its row here before it writes the object, and takes it
/// away with the row of the attachment. So whatever fails in between, the object is removed when the row is due.
/// </summary>
/// <remarks>By hand: rows that are changed and told in one statement.</remarks>
internal sealed class ObjectRemovals(Database database, ObjectStores objects, AttachmentMetrics metrics, TimeProvider time)
{
    /// <summary>How long an upload may take, and how long a removal is left alone that another instance has begun.</summary>
    public static readonly TimeSpan UploadTimeout = TimeSpan.FromMinutes(10);

    // Far longer than an upload may take.
    private static readonly TimeSpan DueAfter = TimeSpan.FromHours(1);

    private const int AtOnce = 20;

    // Each removal is a request to the bucket.
    private const int SideBySide = 8;

    private const string Announce = "INSERT INTO dev.attachment_removals (user_id, object_key, due_at) VALUES ($1, $2, $3)";

    // The time tells whether another transaction has taken the row for a removal meanwhile.
    private const string Withdraw = "DELETE FROM dev.attachment_removals WHERE user_id = $1 AND object_key = $2 AND due_at = $3";

    private const string MakeDue = "UPDATE dev.attachment_removals SET due_at = $3 WHERE user_id = $1 AND object_key = $2";

    private const string FindDue =
        """
        SELECT user_id, object_key
        FROM dev.attachment_removals
        WHERE due_at <= $1 AND starts_with(object_key, $3)
        ORDER BY due_at
        LIMIT $2
        """;

    // Another instance that has found the same row takes it, or finds that it is no longer due.
    private const string TakeDue =
        "UPDATE dev.attachment_removals SET due_at = $4 WHERE user_id = $1 AND object_key = $2 AND due_at <= $3";

    // A later time, so that an upload under way cannot end as if nothing had happened. In UTC, as a sharded database refuses what depends
    // on the time zone of a connection.
    private const string TakeSome =
        """
        UPDATE dev.attachment_removals AS r
        SET due_at = (r.due_at AT TIME ZONE 'UTC' + interval '1 millisecond') AT TIME ZONE 'UTC'
        FROM (
            SELECT object_key
            FROM dev.attachment_removals
            WHERE user_id = $1 AND object_key COLLATE "C" > $2 AND ($4::timestamptz IS NULL OR due_at < $4)
            ORDER BY object_key COLLATE "C"
            LIMIT $3
            FOR UPDATE) AS taken
        WHERE r.user_id = $1 AND r.object_key = taken.object_key
        RETURNING r.object_key, r.due_at
        """;

    private const string Forget = "DELETE FROM dev.attachment_removals WHERE user_id = $1 AND object_key = ANY ($2)";

    private const string Count = "SELECT count(*) FROM dev.attachment_removals";

    /// <summary>Tells that an object is about to be written.</summary>
    /// <returns>The time at which it would be removed.</returns>
    public async Task<DateTimeOffset> AnnounceAsync(string userId, string key, CancellationToken cancellationToken)
    {
        var due = time.GetDatabaseNow() + DueAfter;
        await database.WriteAsync(sql => sql.Statement(Announce, userId, key, due).ExecuteAsync(cancellationToken), cancellationToken);
        return due;
    }

    /// <summary>Keeps an object that was written, in the transaction that writes the row of its attachment.</summary>
    /// <exception cref="AttachmentStoreException">The object has been removed, or is about to be.</exception>
    public static async Task WithdrawAsync(Sql sql, string userId, string key, DateTimeOffset due, CancellationToken cancellationToken)
    {
        if (await sql.Statement(Withdraw, userId, key, due).ExecuteAsync(cancellationToken) == 0)
        {
            throw new AttachmentStoreException("An upload took too long, or the user's data were erased meanwhile.");
        }
    }

    /// <summary>Has an object removed that was written for nothing.</summary>
    public Task GiveUpAsync(Sql sql, string userId, string key, CancellationToken cancellationToken) =>
        sql.Statement(MakeDue, userId, key, time.GetDatabaseNow()).ExecuteAsync(cancellationToken);

    /// <summary>Removes the objects that are due. Those at a place that the settings do not name stay.</summary>
    /// <exception cref="AttachmentStoreException">Objects are left at one of the places. Another call removes them.</exception>
    public async Task RemoveDueAsync(CancellationToken cancellationToken)
    {
        AttachmentStoreException? failure = null;
        foreach (var place in objects.Places)
        {
            try
            {
                await RemoveDueAsync(place, cancellationToken);
            }
            catch (AttachmentStoreException exception)
            {
                failure = exception;
            }
        }

        metrics.SetOrphans(await database.ReadAsync(
            sql => sql.Statement(Count).ValueAsync<long>(cancellationToken), cancellationToken));
        if (failure is not null)
        {
            throw new AttachmentStoreException(failure.Message, failure);
        }
    }

    /// <summary>Removes all objects of a user that are to be removed, due or not, and those of uploads that have begun.</summary>
    /// <returns>How many rows were removed. The row of an upload that may still be under way stays until it is due.</returns>
    public Task<long> RemoveAllAsync(string userId, CancellationToken cancellationToken) =>
        RemoveAsync(userId, dueBefore: null, cancellationToken);

    /// <summary>Removes all objects of a user that are to be removed, but for those of uploads that may be under way.</summary>
    /// <exception cref="AttachmentStoreException">Objects are left. Another call removes them.</exception>
    public Task RemoveEndedAsync(string userId, CancellationToken cancellationToken) =>
        RemoveAsync(userId, DueOfUploads(), cancellationToken);

    private async Task<long> RemoveAsync(string userId, DateTimeOffset? dueBefore, CancellationToken cancellationToken)
    {
        long forgotten = 0;
        var last = "";
        while (await TakeSomeAsync(userId, last, dueBefore, cancellationToken) is { Count: > 0 } taken)
        {
            await RemoveAsync(taken.Select(one => one.Key), cancellationToken);
            var underWay = DueOfUploads();
            var ended = taken.Where(one => one.DueAt < underWay).Select(one => one.Key).ToArray();
            forgotten += ended.Length == 0 ? 0 : await ForgetAsync(userId, ended, cancellationToken);
            last = taken[^1].Key;
        }

        return forgotten;
    }

    private async Task RemoveDueAsync(string place, CancellationToken cancellationToken)
    {
        bool isLast;
        do
        {
            var now = time.GetDatabaseNow();
            var due = await database.ReadAsync(
                sql => sql.Statement(FindDue, now, AtOnce, place)
                    .ListAsync(row => (UserId: row.GetString(0), Key: row.GetString(1)), cancellationToken),
                cancellationToken);
            foreach (var (userId, key) in due)
            {
                if (await TakeDueAsync(userId, key, now, cancellationToken))
                {
                    await objects.RemoveAsync(key, cancellationToken);
                    await ForgetAsync(userId, [key], cancellationToken);
                    metrics.CountRemovedObject();
                }
            }

            isLast = due.Count < AtOnce;
        }
        while (!isLast);
    }

    private async Task<bool> TakeDueAsync(string userId, string key, DateTimeOffset now, CancellationToken cancellationToken) =>
        await database.WriteAsync(
            sql => sql.Statement(TakeDue, userId, key, now, now + UploadTimeout).ExecuteAsync(cancellationToken), cancellationToken) > 0;

    private Task RemoveAsync(IEnumerable<string> keys, CancellationToken cancellationToken) => Parallel.ForEachAsync(
        keys,
        new ParallelOptions { MaxDegreeOfParallelism = SideBySide, CancellationToken = cancellationToken },
        async (key, _) =>
        {
            await objects.RemoveAsync(key, cancellationToken);
            metrics.CountRemovedObject();
        });

    /// <summary>From this time on, a row is due whose upload may be under way.</summary>
    private DateTimeOffset DueOfUploads() => time.GetDatabaseNow() + DueAfter - UploadTimeout;

    private async Task<List<(string Key, DateTimeOffset DueAt)>> TakeSomeAsync(
        string userId, string last, DateTimeOffset? dueBefore, CancellationToken cancellationToken)
    {
        var taken = await database.WriteAsync(
            sql => sql.Statement(TakeSome, userId, last, AtOnce, dueBefore)
                .ListAsync(row => (Key: row.GetString(0), DueAt: row.GetFieldValue<DateTimeOffset>(1)), cancellationToken),
            cancellationToken);
        return [.. taken.OrderBy(one => one.Key, StringComparer.Ordinal)];
    }

    private Task<int> ForgetAsync(string userId, string[] keys, CancellationToken cancellationToken) =>
        database.WriteAsync(sql => sql.Statement(Forget, userId, keys).ExecuteAsync(cancellationToken), cancellationToken);
}
