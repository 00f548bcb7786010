using System.Runtime.CompilerServices;
using Npgsql;
using SessionService.Application.Attachments;
using SessionService.Domain.Attachments;
using SessionService.Domain.Errors;
using SessionService.Infrastructure.Persistence;

namespace SessionService.Infrastructure.Attachments;

/// <summary>The rows of attachments. Their bytes are in the database, or in a bucket or directory.</summary>
/// <remarks>By hand: ON CONFLICT, locks, and rows that are changed and told in one statement.</remarks>
internal sealed class AttachmentStore(
    Database database, AttachmentPieces pieces, ObjectStores objects, ObjectRemovals removals, IUserLocks locks)
    : IAttachmentStore
{
    private const string Columns = "user_id, attachment_id, sha256, size, media_type, name, object_key";

    private const string Find = $"SELECT {Columns} FROM dev.attachments WHERE user_id = $1 AND attachment_id = $2";

    // Also where the bytes were there: the time keeps them from being removed as unused. What nobody said the first time is filled in.
    private const string Touch =
        $"""
        UPDATE dev.attachments
        SET uploaded_at = greatest(uploaded_at, $3),
            media_type = CASE WHEN media_type = '{MediaTypes.Unknown}' THEN $4 ELSE media_type END,
            name = coalesce(name, $5)
        WHERE user_id = $1 AND attachment_id = $2
        RETURNING {Columns}
        """;

    private const string Add =
        $"""
        INSERT INTO dev.attachments ({Columns}, created_at, uploaded_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8)
        ON CONFLICT (user_id, attachment_id) DO NOTHING
        RETURNING {Columns}
        """;

    private const string FindSome =
        "SELECT attachment_id, uploaded_at FROM dev.attachments WHERE user_id = $1 AND attachment_id = ANY ($2)";

    // In the order of the ids, so that two requests never wait for each other in a circle.
    private const string KeepSome =
        """
        WITH kept AS MATERIALIZED (
            SELECT attachment_id
            FROM dev.attachments
            WHERE user_id = $1 AND attachment_id = ANY ($2)
            ORDER BY attachment_id
            FOR NO KEY UPDATE)
        UPDATE dev.attachments AS a
        SET uploaded_at = greatest(a.uploaded_at, $3)
        FROM kept
        WHERE a.user_id = $1 AND a.attachment_id = kept.attachment_id
        RETURNING a.attachment_id
        """;

    private const int UsedAtOnce = 500;

    private const string FindUsed =
        $"""
        SELECT {Columns}
        FROM dev.attachments
        WHERE user_id = $1 AND attachment_id IN (
            SELECT attachment_id
            FROM dev.attachment_uses
            WHERE user_id = $1 AND session_id = $2 AND sequence <= $3 AND attachment_id > $4
            GROUP BY attachment_id
            ORDER BY attachment_id
            LIMIT $5)
        ORDER BY attachment_id
        """;

    // Without the attachments themselves, which another request may have added meanwhile.
    private const string Sum =
        "SELECT coalesce(sum(size), 0)::bigint FROM dev.attachments WHERE user_id = $1 AND attachment_id <> ALL ($2)";

    // An attachment that came within this time need not be told again that it is wanted.
    private static readonly TimeSpan FreshFor = TimeSpan.FromMinutes(10);

    public Task<StoredAttachment?> FindAsync(string userId, Guid attachmentId, CancellationToken cancellationToken) =>
        database.ReadAsync(sql => sql.Statement(Find, userId, attachmentId).FirstAsync(Read, cancellationToken), cancellationToken);

    public async Task<IReadOnlySet<Guid>> FindAndKeepAsync(
        string userId, Guid[] attachmentIds, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var found = await database.ReadAsync(
            sql => sql.Statement(FindSome, userId, attachmentIds).ListAsync(
                row => (Id: row.GetGuid(0), UploadedAt: row.GetFieldValue<DateTimeOffset>(1)), cancellationToken),
            cancellationToken);
        var kept = found.Where(one => one.UploadedAt > now - FreshFor).Select(one => one.Id).ToHashSet();
        var older = found.Select(one => one.Id).Where(id => !kept.Contains(id)).ToArray();
        if (older.Length > 0)
        {
            // Those that are being removed at this moment are not among them.
            kept.UnionWith(await database.WriteAsync(
                sql => sql.Statement(KeepSome, userId, older, now).ListAsync(row => row.GetGuid(0), cancellationToken), cancellationToken));
        }

        return kept;
    }

    public async Task<AddedAttachment> AddAsync(
        StoredAttachment attachment, Stream content, long quota, DateTimeOffset now, CancellationToken cancellationToken)
    {
        // Most bytes that come again are found here, before they are written anywhere.
        if (await database.WriteAsync(sql => TouchAsync(sql, attachment, now, cancellationToken), cancellationToken) is { } known)
        {
            return new AddedAttachment(known, IsNew: false);
        }

        return objects.TakeNew
            ? await AddObjectAsync(attachment, content, quota, now, cancellationToken)
            : await database.InTransactionAsync(
                sql => AddPiecesAsync(sql, attachment, content, quota, now, cancellationToken), cancellationToken);
    }

    public async Task AddAllAsync(
        string userId,
        IReadOnlyCollection<(StoredAttachment Attachment, Func<Stream> Open)> added,
        long quota,
        DateTimeOffset now,
        CancellationToken cancellationToken)
    {
        // In the order of the ids, so that two requests never wait for each other in a circle.
        var inOrder = added.OrderBy(one => one.Attachment.AttachmentId).ToList();
        if (!objects.TakeNew)
        {
            await database.InTransactionAsync(
                async sql =>
                {
                    await LockRoomAsync(sql, userId, [.. added.Select(one => one.Attachment)], quota, cancellationToken);
                    foreach (var (attachment, open) in inOrder)
                    {
                        await using var content = open();
                        await AddPiecesAsync(sql, attachment, content, quota: 0, now, cancellationToken);
                    }

                    return true;
                },
                cancellationToken);
            return;
        }

        await database.ReadAsync(
            sql => RequireRoomAsync(sql, userId, [.. added.Select(one => one.Attachment)], quota, cancellationToken), cancellationToken);
        foreach (var (attachment, open) in inOrder)
        {
            await using var content = open();
            await AddObjectAsync(attachment, content, quota, now, cancellationToken);
        }
    }

    public async IAsyncEnumerable<StoredAttachment> ReadUsedAsync(
        string userId, Guid sessionId, long messages, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var last = Guid.Empty;
        List<StoredAttachment> some;
        do
        {
            var after = last;
            some = await database.ReadAsync(
                sql => sql.Statement(FindUsed, userId, sessionId, messages, after, UsedAtOnce).ListAsync(Read, cancellationToken),
                cancellationToken);
            foreach (var one in some)
            {
                yield return one;
                last = one.AttachmentId;
            }
        }
        while (some.Count == UsedAtOnce);
    }

    public async Task<Stream> OpenAsync(StoredAttachment attachment, long from, long length, CancellationToken cancellationToken) =>
        attachment.ObjectKey is { } key
            ? await objects.OpenAsync(key, from, length, cancellationToken)
            : new PieceStream(pieces, attachment, from, length);

    private async Task<AddedAttachment> AddPiecesAsync(
        Sql sql, StoredAttachment attachment, Stream content, long quota, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var added = await AddRowAsync(sql, attachment, quota, now, cancellationToken);
        if (added.IsNew)
        {
            await AttachmentPieces.WriteAsync(sql.Connection, attachment, content, cancellationToken);
        }

        return added;
    }

    private async Task<AddedAttachment> AddObjectAsync(
        StoredAttachment attachment, Stream content, long quota, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (quota > 0)
        {
            // Looked at again when the row is added; this saves the bucket an object that is not kept.
            await database.ReadAsync(
                sql => RequireRoomAsync(sql, attachment.UserId, [attachment], quota, cancellationToken), cancellationToken);
        }

        var key = objects.NewKey(attachment.UserId);
        var due = await removals.AnnounceAsync(attachment.UserId, key, cancellationToken);
        content.Position = 0;
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(ObjectRemovals.UploadTimeout);
        try
        {
            await objects.WriteAsync(key, content, timeout.Token);
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw new AttachmentStoreException("An upload took too long.", exception);
        }

        return await database.InTransactionAsync(
            async sql =>
            {
                var added = await AddRowAsync(sql, attachment with { ObjectKey = key }, quota, now, cancellationToken);
                if (added.IsNew)
                {
                    await ObjectRemovals.WithdrawAsync(sql, attachment.UserId, key, due, cancellationToken);
                }
                else
                {
                    await removals.GiveUpAsync(sql, attachment.UserId, key, cancellationToken);
                }

                return added;
            },
            cancellationToken);
    }

    /// <summary>Adds the row. Where another request adds the same bytes, waits until that has ended.</summary>
    private async Task<AddedAttachment> AddRowAsync(
        Sql sql, StoredAttachment attachment, long quota, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await LockRoomAsync(sql, attachment.UserId, [attachment], quota, cancellationToken);
        while (true)
        {
            var added = await sql
                .Statement(
                    Add,
                    attachment.UserId,
                    attachment.AttachmentId,
                    attachment.Sha256,
                    attachment.Size,
                    attachment.MediaType,
                    attachment.Name,
                    attachment.ObjectKey,
                    now)
                .FirstAsync(Read, cancellationToken);
            if (added is not null)
            {
                return new AddedAttachment(added, IsNew: true);
            }

            if (await TouchAsync(sql, attachment, now, cancellationToken) is { } touched)
            {
                return new AddedAttachment(touched, IsNew: false);
            }

            // It was there, and has been removed meanwhile.
        }
    }

    private static Task<StoredAttachment?> TouchAsync(
        Sql sql, StoredAttachment attachment, DateTimeOffset now, CancellationToken cancellationToken) =>
        sql.Statement(Touch, attachment.UserId, attachment.AttachmentId, now, attachment.MediaType, attachment.Name)
            .FirstAsync(Read, cancellationToken);

    /// <exception cref="TooLargeException">The attachment would exceed the quota.</exception>
    private static async Task<bool> RequireRoomAsync(
        Sql sql, string userId, IReadOnlyCollection<StoredAttachment> added, long quota, CancellationToken cancellationToken)
    {
        if (quota > 0)
        {
            var ids = added.Select(attachment => attachment.AttachmentId).ToArray();
            var kept = await sql.Statement(Sum, userId, ids).ValueAsync<long>(cancellationToken);
            if (kept + added.Sum(attachment => attachment.Size) > quota)
            {
                throw AttachmentErrors.QuotaExceeded(quota);
            }
        }

        return true;
    }

    /// <summary>Requires room that no other request takes before the transaction ends.</summary>
    private async Task LockRoomAsync(
        Sql sql, string userId, IReadOnlyCollection<StoredAttachment> added, long quota, CancellationToken cancellationToken)
    {
        if (quota > 0)
        {
            await locks.TakeAsync(sql, userId, UserLockKind.Attachments, cancellationToken);
            await RequireRoomAsync(sql, userId, added, quota, cancellationToken);
        }
    }

    private static StoredAttachment Read(NpgsqlDataReader row) => new()
    {
        UserId = row.GetString(0),
        AttachmentId = row.GetGuid(1),
        Sha256 = row.GetFieldValue<byte[]>(2),
        Size = row.GetInt64(3),
        MediaType = row.GetString(4),
        Name = row.IsDBNull(5) ? null : row.GetString(5),
        ObjectKey = row.IsDBNull(6) ? null : row.GetString(6),
    };
}
