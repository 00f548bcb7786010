using Microsoft.Extensions.Options;
using Npgsql;
using SessionService.Application.Messages;
using SessionService.Domain.Messages;
using SessionService.Infrastructure.Messages.Packed;
using SessionService.Infrastructure.Persistence;

namespace SessionService.Infrastructure.Messages;

/// <summary>
/// Reads messages, whether they are rows or packed. As a rule one statement a page, so that the total and the messages tell of one moment:
/// the session's row, with the counts, joined with the messages of the page and the segments that hold some of them. Long texts take more
/// statements, see <see cref="MessageSteps"/>. A session with branches takes one more, for the path; its messages do not change, so the
/// statements need no common snapshot. The path is kept, and is read again only after it has changed. By hand and read by position, because
/// pages are a hot path and keep texts as bytes.
/// </summary>
internal sealed class MessageReader(
    ReadConnections connections, KnownPaths paths, IOptions<ShardingOptions> layout) : IMessageReader
{
    // In the row of counts.
    private const int MessageCount = 0;
    private const int PackedMessages = 2;
    private const int CurrentBranch = 3;

    // In the row of counts of a statement on a path.
    private const int PathBranch = 1;
    private const int PathVersion = 2;

    private static readonly string AtPositions =
        $"""
        WITH wanted AS MATERIALIZED (
            SELECT DISTINCT * FROM unnest($2, $3) AS w (session_id, sequence)),
        segment AS MATERIALIZED (
            SELECT DISTINCT g.session_id AS of_session, g.first_sequence AS start
            FROM wanted AS w
            JOIN dev.message_segments AS g
                ON g.user_id = $1 AND g.session_id = w.session_id AND {PackedColumns.HoldSome("(w.sequence - 1)", "w.sequence")})
        SELECT session_id, {MessageColumns.List}, {PackedColumns.Absent}
        FROM dev.session_messages
        WHERE user_id = $1 AND (session_id, sequence) IN (SELECT w.session_id, w.sequence FROM wanted AS w)
        UNION ALL
        SELECT g.session_id, {MessageColumns.Absent}, {PackedColumns.Whole}
        FROM segment AS c
        JOIN dev.message_segments AS g ON g.user_id = $1 AND g.session_id = c.of_session AND g.first_sequence = c.start
        """;

    public Task<MessagePortion?> ReadAsync(
        string userId, Guid sessionId, MessageSelection selection, CancellationToken cancellationToken) =>
        connections.Database.ReadAsync(sql => ReadAsync(sql, userId, sessionId, selection, cancellationToken), cancellationToken);

    public Task<IReadOnlyList<SessionMessage>> FindAsync(
        string userId, IReadOnlyCollection<MessagePosition> positions, CancellationToken cancellationToken) =>
        connections.Database.ReadAsync(sql => FindAsync(sql, userId, positions, cancellationToken), cancellationToken);

    /// <summary>Finds messages on the caller's connection, in its transaction.</summary>
    internal static async Task<IReadOnlyList<SessionMessage>> FindAsync(
        Sql sql, string userId, IReadOnlyCollection<MessagePosition> positions, CancellationToken cancellationToken)
    {
        var wanted = positions.ToHashSet();
        Guid[] sessions = [.. wanted.Select(position => position.SessionId)];
        long[] numbers = [.. wanted.Select(position => position.Sequence)];
        var found = await sql.Statement(AtPositions, userId, sessions, numbers)
            .ReadAsync(reader => ReadAsync(reader, userId, wanted, cancellationToken), cancellationToken);
        return [.. found.OrderBy(message => message.SessionId).ThenBy(message => message.Sequence)];
    }

    private static async Task<List<SessionMessage>> ReadAsync(
        NpgsqlDataReader reader, string userId, HashSet<MessagePosition> wanted, CancellationToken cancellationToken)
    {
        var messages = new MessageRowReader(reader, 1);
        var found = new List<SessionMessage>(wanted.Count);
        while (await reader.ReadAsync(cancellationToken))
        {
            var sessionId = reader.GetGuid(0);
            if (!reader.IsDBNull(1))
            {
                found.Add(messages.Read().ToMessage(userId, sessionId));
                continue;
            }

            using var part = PackedColumns.Read(reader, 1 + MessageColumns.Count);
            found.AddRange(part.Rows()
                .Where(row => wanted.Contains(new MessagePosition(sessionId, row.Sequence)))
                .Select(row => row.ToMessage(userId, sessionId)));
        }

        return found;
    }

    /// <summary>
    /// Reads messages that are rows and that filters choose, without the counts. The transaction must be of one snapshot.
    /// </summary>
    internal static async Task ReadChosenAsync(
        Sql sql, string userId, Guid sessionId, MessageSteps steps, MessagePortion portion, CancellationToken cancellationToken)
    {
        while (!steps.IsDone && !portion.IsFull)
        {
            var from = portion.Count;
            var isCut = await PageStatements.Chosen(sql, userId, sessionId, steps)
                .ReadAsync(reader => portion.AddChosenAsync(reader, cancellationToken), cancellationToken);
            steps.Note(portion, from, isCut);
        }
    }

    private async Task<MessagePortion?> ReadAsync(
        Sql sql, string userId, Guid sessionId, MessageSelection selection, CancellationToken cancellationToken)
    {
        var isBackwards = selection.Order == MessageOrder.LastInTimeOrder;
        selection = isBackwards ? selection with { Order = MessageOrder.NewestFirst } : selection;
        var portion = new MessagePortion(selection.Take);
        var isThere = false;
        try
        {
            isThere = await FillAsync(sql, userId, sessionId, selection, portion, cancellationToken);
            if (isBackwards)
            {
                portion.Reverse();
            }

            return isThere ? portion : null;
        }
        finally
        {
            if (!isThere)
            {
                portion.Dispose();
            }
        }
    }

    /// <summary>Fills a portion; false when there is no such session.</summary>
    private async Task<bool> FillAsync(
        Sql sql,
        string userId,
        Guid sessionId,
        MessageSelection selection,
        MessagePortion portion,
        CancellationToken cancellationToken)
    {
        var known = selection is { Path: null, IsUnfiltered: true } ? paths.Find(userId, sessionId) : null;
        selection = known is null ? selection : selection with { Path = known.Path };
        var steps = new MessageSteps(selection);
        var (isFirst, isThere, isPartlyPacked, hasBranches) = (true, true, false, false);
        if (layout.Value.Sharded && PageStatements.IsRange(selection))
        {
            var isCut = await PageStatements.Range(sql, userId, sessionId, steps).ReadSnapshotAsync(AddRangeAsync, cancellationToken);
            if (isCut is { } cut)
            {
                portion.Path = steps.Next.Path ?? MessagePath.Whole;
                steps.Note(portion, 0, cut);
                isFirst = false;
            }
        }

        while (isThere && (isFirst || (!steps.IsDone && !portion.IsFull)))
        {
            var from = portion.Count;
            var isCut = await PageStatements.Page(sql, userId, sessionId, steps).ReadAsync(AddAsync, cancellationToken);
            if (!isThere)
            {
                return false;
            }

            if (hasBranches)
            {
                return await FillOnPathAsync(sql, userId, sessionId, selection, known, portion, cancellationToken);
            }

            portion.Path = steps.Next.Path ?? MessagePath.Whole;
            if (isPartlyPacked)
            {
                // Messages that were packed since the first statement are for the next portion.
                return !isFirst || await PartlyPackedRows.FillAsync(
                    sql, userId, sessionId, selection with { Path = portion.Path }, portion, cancellationToken);
            }

            steps.Note(portion, from, isCut);
            isFirst = false;
        }

        portion.IsLast = steps.IsDone;
        return isThere;

        // Null where the statement for everything has to be sent: the session has a path, or messages of the range are packed.
        async Task<bool?> AddRangeAsync(NpgsqlDataReader reader)
        {
            isThere = await reader.ReadAsync(cancellationToken);
            if (!isThere
                || (steps.Next.Path is null && !reader.IsDBNull(CurrentBranch))
                || reader.GetInt64(PackedMessages) > steps.Next.After)
            {
                return null;
            }

            (portion.Total, portion.InRange) = Count(reader, selection);
            await reader.NextResultAsync(cancellationToken);
            return await reader.ReadAsync(cancellationToken) && await portion.AddAsync(reader, steps.Next, cancellationToken);
        }

        async Task<bool> AddAsync(NpgsqlDataReader reader)
        {
            isThere = await reader.ReadAsync(cancellationToken);
            hasBranches = isThere && steps.Next.Path is null && !reader.IsDBNull(CurrentBranch);
            if (isThere && isFirst && known is not null)
            {
                // The messages that came are those of a path from before: another statement reads those of the path of today.
                var count = reader.GetInt64(MessageCount);
                hasBranches = !IsPath(known, reader) || count != known.MessageCount;
                known = IsPath(known, reader) ? known.At(count) : null;
            }

            // A filtered statement does not look into packed messages.
            isPartlyPacked = isThere && !selection.IsUnfiltered && reader.GetInt64(PackedMessages) > 0;
            if (!isThere || hasBranches || isPartlyPacked)
            {
                return false;
            }

            if (isFirst)
            {
                (portion.Total, portion.InRange) = Count(reader, selection);
            }

            return await portion.AddAsync(reader, steps.Next, cancellationToken);
        }
    }

    /// <summary>Fills a portion with messages of the current path, which is read where it is not known.</summary>
    private async Task<bool> FillOnPathAsync(
        Sql sql,
        string userId,
        Guid sessionId,
        MessageSelection selection,
        KnownPath? known,
        MessagePortion portion,
        CancellationToken cancellationToken)
    {
        var path = known?.Path;
        if (path is null)
        {
            (path, known) = await BranchPaths.ReadConversationAsync(sql, userId, sessionId, cancellationToken);
        }

        if (known is not null)
        {
            paths.Keep(userId, sessionId, known);
        }

        return path is not null
            && await FillAsync(sql, userId, sessionId, selection with { Path = path }, portion, cancellationToken);
    }

    private static bool IsPath(KnownPath known, NpgsqlDataReader reader) =>
        !reader.IsDBNull(PathBranch) && known.IsThatOf(reader.GetInt32(PathBranch), reader.GetFieldValue<uint>(PathVersion));

    /// <summary>The total, and how many messages are in the range.</summary>
    private static (long Total, long InRange) Count(NpgsqlDataReader reader, MessageSelection selection)
    {
        var count = reader.GetInt64(0);
        return selection switch
        {
            { IsUnfiltered: false } => (count, reader.GetInt64(1)),
            { Path: { IsWhole: false } path } => (path.Count, path.CountBetween(selection.After, selection.Before - 1)),
            _ => (count, Math.Max(0, Math.Min(count, selection.Before - 1) - selection.After)),
        };
    }
}
