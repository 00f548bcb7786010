using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Options;
using SessionService.Application.Messages;
using SessionService.Domain.Messages;
using SessionService.Domain.Webhooks;
using SessionService.Infrastructure.Announcements;
using SessionService.Infrastructure.Attachments;
using SessionService.Infrastructure.Branches;
using SessionService.Infrastructure.Feedback;
using SessionService.Infrastructure.Messages;
using SessionService.Infrastructure.Messages.Packed;
using SessionService.Infrastructure.Outbox;
using SessionService.Infrastructure.Persistence;
using SessionService.Infrastructure.Persistence.Tables;
using SessionService.Infrastructure.Search;

namespace SessionService.Infrastructure.Erasure;

/// <summary>
/// Blanks a message where it stands: in its row, or in its segment, which is written anew. Does the same in every fork that begins with a
/// copy of the message, and in the forks of those.
/// </summary>
/// <remarks>By hand: a recursive query that locks, slices of bytea, and messages that may be packed.</remarks>
internal sealed class MessageRedaction(
    Database database,
    SearchSegments index,
    UnusedAttachments attachments,
    SessionAnnouncer announcer,
    IOptions<PackingOptions> packing) : IMessageRedaction
{
    // Writers and the packer take the same lock: the message is neither packed nor removed meanwhile. In the order of the key, as every
    // statement that locks sessions.
    //
    // A copy of a message on a path has another number in the fork: its position on that path.
    private const string Lock =
        """
        WITH RECURSIVE holder AS (
            SELECT $2::uuid AS session_id, $3::bigint AS sequence
            UNION
            SELECT f.session_id,
                   CASE WHEN f.forked_from_path IS NULL THEN h.sequence
                        ELSE (SELECT sum(upper(r.numbers) - lower(r.numbers))::bigint
                              FROM unnest(f.forked_from_path * int8multirange(int8range(NULL, h.sequence, '[]'))) AS r (numbers)) END
            FROM holder AS h
            JOIN dev.sessions AS f
                ON f.user_id = $1 AND f.forked_from_session_id = h.session_id AND f.forked_from_sequence >= h.sequence
               AND (f.forked_from_path IS NULL OR f.forked_from_path @> h.sequence))
        SELECT s.session_id, h.sequence, s.message_count, s.packed_messages, coalesce(h.sequence = ANY (s.open_messages), false)
        FROM dev.sessions AS s
        JOIN holder AS h ON h.session_id = s.session_id
        WHERE s.user_id = $1
        ORDER BY s.session_id
        FOR NO KEY UPDATE OF s
        """;

    private const string OneRow =
        $"SELECT {MessageColumns.List} FROM dev.session_messages AS m WHERE m.user_id = $1 AND m.session_id = $2 AND m.sequence = $3";

    private const string BlankRow =
        """
        UPDATE dev.session_messages
        SET content = '', parts = NULL, name = NULL, message_metadata = '{}', redacted_at = $4
        WHERE user_id = $1 AND session_id = $2 AND sequence = $3
        """;

    private const string BlankInSegment =
        "UPDATE dev.message_segments SET body = $4 WHERE user_id = $1 AND session_id = $2 AND first_sequence = $3";

    // Zeros take the place of its vectors, so that the vectors behind them keep theirs.
    private static readonly string BlankVectors =
        $"""
        UPDATE dev.message_vectors
        SET vectors = overlay(vectors PLACING decode(repeat('00', octet_length(vectors) / message_count), 'hex')
                FROM {PlaceInBlock}::int * (octet_length(vectors) / message_count) + 1),
            model_vectors = CASE WHEN {PlaceInBlock} < model_count
                THEN overlay(model_vectors PLACING decode(repeat('00', octet_length(model_vectors) / model_count), 'hex')
                    FROM {PlaceInBlock}::int * (octet_length(model_vectors) / model_count) + 1)
                ELSE model_vectors END
        WHERE user_id = $1 AND session_id = $2 AND block = ($3 - 1) / {MessageVectors.Size} AND {PlaceInBlock} < message_count
        """;

    // The id is free then: a client may put the item back.
    private const string ForgetItem = "DELETE FROM dev.conversation_items WHERE user_id = $1 AND session_id = $2 AND sequence = $3";

    private const string Touch =
        """
        UPDATE dev.sessions
        SET updated_at = greatest(updated_at, $3),
            revision = revision + 1,
            changes = changes + 1,
            changed_at = greatest(changed_at, $3)
        WHERE user_id = $1 AND session_id = $2
        """;

    private static string PlaceInBlock => $"(($3 - 1) % {MessageVectors.Size})";

    private static readonly byte[] EmptyObject = "{}"u8.ToArray();

    private static readonly string OneSegment =
        $"""
        SELECT {PackedColumns.Whole}
        FROM dev.message_segments AS g
        WHERE g.user_id = $1 AND g.session_id = $2 AND {PackedColumns.HoldSome("($3 - 1)", "$3")}
        """;

    public Task<RedactResult> RedactAsync(Redaction redaction, CancellationToken cancellationToken) =>
        announcer.AfterAsync(
            database.InTransactionAsync(
                sql => RedactAsync(sql, redaction, cancellationToken),
                cancellationToken,
                leavesNothing: result => result.Outcome == RedactOutcome.SessionNotFound),
            redaction.UserId,
            redaction.SessionId,
            result => result.Outcome == RedactOutcome.Redacted);

    private async Task<RedactResult> RedactAsync(Sql sql, Redaction redaction, CancellationToken cancellationToken)
    {
        var (userId, sessionId, sequence, _, now) = redaction;
        // A digest or a fork under way has read the message already and would write it afterwards: this waits until they have ended.
        await index.LockAsync(sql, userId, cancellationToken);
        var holders = await LockAsync(sql, userId, sessionId, sequence, cancellationToken);
        if (holders.Find(holder => holder.SessionId == sessionId && holder.Sequence == sequence) is not { } session)
        {
            return new RedactResult(RedactOutcome.SessionNotFound, Message: null);
        }

        if (sequence < 1 || sequence > session.Messages)
        {
            return new RedactResult(RedactOutcome.MessageNotFound, Message: null);
        }

        if (session.IsOpen)
        {
            return new RedactResult(RedactOutcome.MessageInProgress, Message: null);
        }

        var (message, isNew) = await RedactAsync(session, original: null, now, cancellationToken);
        List<Holder> blanked = isNew ? [session] : [];
        foreach (var fork in holders.Where(holder => holder != session && holder.Messages >= holder.Sequence && !holder.IsOpen))
        {
            if ((await RedactAsync(fork, message, now, cancellationToken)).IsNew)
            {
                blanked.Add(fork);
            }
        }

        foreach (var alike in blanked.GroupBy(holder => holder.Sequence))
        {
            await attachments.RemoveOfMessageAsync(
                sql, userId, [.. alike.Select(holder => holder.SessionId)], alike.Key, message.CreatedAt, cancellationToken);
        }

        if (blanked.Count > 0)
        {
            var places = blanked.Select(holder => (holder.SessionId, holder.Sequence)).ToHashSet();
            await index.RemoveAsync(
                sql, userId, indexed => places.Contains((indexed.SessionId, indexed.Sequence)), cancellationToken);
        }

        var isRemoved = redaction.Removes
            && await BranchRemoval.RemoveAsync(sql, userId, sessionId, sequence, now, cancellationToken);
        if (isRemoved)
        {
            await session.TellAsync(WebhookEvents.MessageRemoved, now, cancellationToken);
        }

        return new RedactResult(RedactOutcome.Redacted, message, isRemoved);
    }

    /// <summary>Locks the session and those that may have begun with a copy of its message.</summary>
    private static Task<List<Holder>> LockAsync(
        Sql sql, string userId, Guid sessionId, long sequence, CancellationToken cancellationToken) =>
        sql.Statement(Lock, userId, sessionId, sequence)
            .ListAsync(
                row => new Holder(
                    sql, userId, row.GetGuid(0), row.GetInt64(1), row.GetInt64(2), row.GetInt64(3), row.GetBoolean(4)),
                cancellationToken);

    /// <summary>Blanks a message with everything derived from it, unless it is blank already, or is no copy of the original.</summary>
    private async Task<(SessionMessage Message, bool IsNew)> RedactAsync(
        Holder session, SessionMessage? original, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var (message, isNew) = session.Sequence <= session.Packed
            ? await RedactPackedAsync(session, original, now, cancellationToken)
            : await RedactRowAsync(session, original, now, cancellationToken);
        if (isNew)
        {
            await session.Statement(BlankVectors, session.Sequence).ExecuteAsync(cancellationToken);
            await session.Statement(ForgetItem, session.Sequence).ExecuteAsync(cancellationToken);
            await session.Statement(FeedbackSql.BlankComments, session.Sequence).ExecuteAsync(cancellationToken);
            await session.Statement(Touch, now).ExecuteAsync(cancellationToken);
            await session.TellAsync(WebhookEvents.MessageRedacted, now, cancellationToken);
        }

        return (message, isNew);
    }

    // A copy has kept everything that a redaction leaves. An import may name a lineage that does not exist, so ids are not enough.
    private static bool IsToBeBlanked(in MessageRow row, SessionMessage? original) =>
        row.RedactedAt is null
        && (original is null || (row.CreatedAt == original.CreatedAt.UtcDateTime
            && row.TokensUsed == original.TokensUsed
            && row.CostUsd == original.CostUsd
            && Encoding.UTF8.GetString(row.Role.Span) == original.Role
            && Encoding.UTF8.GetString(row.MessageType.Span) == original.MessageType));

    private static MessageRow Blank(in MessageRow row, DateTimeOffset now) =>
        row with { Content = default, Parts = default, Name = default, Metadata = EmptyObject, RedactedAt = now.UtcDateTime };

    private static async Task<(SessionMessage Message, bool IsNew)> RedactRowAsync(
        Holder session, SessionMessage? original, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var (message, isNew) = await session.Statement(OneRow, session.Sequence).FirstAsync(
            reader =>
            {
                var row = new MessageRowReader(reader, 0).Read();
                var isNew = IsToBeBlanked(row, original);
                return (Message: (isNew ? Blank(row, now) : row).ToMessage(session.UserId, session.SessionId), IsNew: isNew);
            },
            cancellationToken);
        if (isNew)
        {
            await session.Statement(BlankRow, session.Sequence, now).ExecuteAsync(cancellationToken);
        }

        return (message, isNew);
    }

    private async Task<(SessionMessage Message, bool IsNew)> RedactPackedAsync(
        Holder session, SessionMessage? original, DateTimeOffset now, CancellationToken cancellationToken)
    {
        PackedMessages packed;
        SessionMessage message;
        using (var part = await session.Statement(OneSegment, session.Sequence)
            .FirstAsync(row => PackedColumns.Read(row, 0), cancellationToken))
        {
            var rows = part!.Rows().ToArray();
            ref var row = ref rows[session.Sequence - rows[0].Sequence];
            if (!IsToBeBlanked(row, original))
            {
                return (row.ToMessage(session.UserId, session.SessionId), IsNew: false);
            }

            row = Blank(row, now);
            message = row.ToMessage(session.UserId, session.SessionId);
            packed = PackedMessagesBuilder.Build(rows, packing.Value.Level);
        }

        await session.Statement(BlankInSegment, packed.FirstSequence, packed.Body).ExecuteAsync(cancellationToken);
        return (message, IsNew: true);
    }

    /// <summary>A session that holds the message, or may hold a copy.</summary>
    private sealed record Holder(Sql Sql, string UserId, Guid SessionId, long Sequence, long Messages, long Packed, bool IsOpen)
    {
        /// <summary>A statement about the session: <c>$1</c> is its owner, <c>$2</c> its id, the values follow.</summary>
        public SqlStatement Statement(string text, params ReadOnlySpan<SqlValue> values) =>
            Sql.Statement(text, [UserId, SessionId, .. values]);

        public Task TellAsync(string type, DateTimeOffset now, CancellationToken cancellationToken) => SessionOutbox.TellAsync(
            Sql, UserId, SessionId, type, now, cancellationToken, JsonSerializer.Serialize(new { sequence = Sequence }));
    }
}
