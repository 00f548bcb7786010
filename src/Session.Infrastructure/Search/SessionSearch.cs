using Microsoft.EntityFrameworkCore;
using Npgsql;
using SessionService.Application.Branches;
using SessionService.Application.Search;
using SessionService.Application.Sessions;
using SessionService.Infrastructure.Persistence;
using SessionService.Infrastructure.Sessions;

namespace SessionService.Infrastructure.Search;

/// <summary>
/// Full text search in one snapshot of the database: the user's index, the messages that are not digested yet, the titles, the summaries
/// and the memories.
/// </summary>
internal sealed class SessionSearch(
    SessionDbContext context, SearchCatchUp catchUp, QueryReader reader, SearchIndex index, SessionTexts texts, Highlighter highlighter)
    : ISessionSearch
{
    // The texts of one page and its sessions are in memory together.
    private const int MaxPageBytes = 4 * 1024 * 1024;

    public async Task<Found> FindAsync(
        string userId, SearchFilter filter, SearchStart? after, SearchLimits limits, CancellationToken cancellationToken)
    {
        await catchUp.RunAsync(userId, cancellationToken);
        return await context.ReadSnapshotAsync(
            () => FindInSnapshotAsync(userId, filter, after, limits, cancellationToken), cancellationToken);
    }

    private async Task<Found> FindInSnapshotAsync(
        string userId, SearchFilter filter, SearchStart? after, SearchLimits limits, CancellationToken cancellationToken)
    {
        var sql = new Sql((NpgsqlConnection)context.Database.GetDbConnection());
        var (read, ignored) = await reader.ReadAsync(sql, filter.Query, cancellationToken);
        if (read is not { } query)
        {
            return new Found([], TotalHits: 0, Next: null, ignored);
        }

        var sessions = await FindSessionsAsync(sql, userId, filter.Sessions, cancellationToken);
        var shown = await ShownMessages.ReadAsync(
            sql, userId, filter.SessionId, BranchChoice.Parse(filter.Branch), cancellationToken);
        var hits = new HitCollector(filter, sessions, shown, after, limits);
        var messages = await index.OpenAsync(sql, userId, cancellationToken);
        var (segments, contents) = filter.IsInCalls ? ([], []) : await texts.OpenAsync(context, sql, userId, cancellationToken);
        foreach (var segment in segments)
        {
            Match(segment, query, hits, cancellationToken);
        }

        await foreach (var segment in index.ReadAllAsync(sql, userId, messages, cancellationToken))
        {
            Match(filter.IsInCalls ? segment.OfCalls() : segment, query, hits, cancellationToken);
        }

        var (page, next) = await ReadPageAsync(sql, userId, hits, contents, filter.IsInCalls, cancellationToken);
        var snippets = await highlighter.MarkAsync(sql, [.. page.Select(hit => hit.Content)], query, cancellationToken);
        return new Found(await GroupAsync(userId, page, snippets, cancellationToken), hits.Total, next, ignored);
    }

    private static void Match(IndexSegment segment, TextQuery query, HitCollector hits, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        new SegmentMatcher(segment, query, cancellationToken).Match((ordinal, rank) => hits.Add(segment.Messages[ordinal], rank));
    }

    /// <summary>The sessions to search in; null for all.</summary>
    private static async Task<HashSet<Guid>?> FindSessionsAsync(
        Sql sql, string userId, SessionFilter filter, CancellationToken cancellationToken)
    {
        if (filter.IsOfAll())
        {
            return null;
        }

        var (text, values) = new SessionListStatement(userId, filter, cursor: null).ToIds();
        return [.. await sql.Statement(text, values).Unprepared().ListAsync(row => row.GetGuid(0), cancellationToken)];
    }

    /// <summary>The hits of the page with their contents, and where the next page starts, if there is one.</summary>
    private async Task<(List<(Hit Hit, string Content)> Page, SearchStart? Next)> ReadPageAsync(
        Sql sql,
        string userId,
        HitCollector collector,
        Dictionary<(Guid SessionId, long Sequence), string> texts,
        bool isInCalls,
        CancellationToken cancellationToken)
    {
        var (sessions, hasMore) = collector.Take();
        var messages = sessions.SelectMany(hits => hits).Where(hit => hit.Message.IsMessage)
            .Select(hit => (hit.Message.SessionId, hit.Message.Sequence)).ToList();
        var read = await MessageContents.ReadAsync(
            sql, userId, messages, isInCalls ? SearchableText.OfCalls : SearchableText.Of, MaxPageBytes, cancellationToken);
        var lengths = await MeasureAsync(
            userId, sessions.SelectMany(hits => hits).Select(hit => hit.Message.SessionId).ToHashSet(), cancellationToken);
        var page = new List<(Hit, string)>(messages.Count);
        SearchPlace? last = null;
        var (next, chars) = (0, 0L);
        foreach (var hits in sessions)
        {
            foreach (var hit in hits)
            {
                if (chars > MaxPageBytes || (hit.Message.IsMessage && next == read.Count))
                {
                    // Of the page's last session there may be fewer hits. Without any, it is the first of the next page.
                    last = hit == hits[0] ? last : hits[0].Place;
                    return (page, last is { } shown ? collector.StartAfter(shown) : null);
                }

                var content = hit.Message.IsMessage ? read[next++] : texts[(hit.Message.SessionId, hit.Message.Sequence)];
                if (content is not null)
                {
                    page.Add((hit, content));
                    // The first hit of a session brings the session.
                    lengths.Remove(hit.Message.SessionId, out var ofSession);
                    chars += content.Length + ofSession;
                }
            }

            last = hits[0].Place;
        }

        return (page, hasMore ? collector.StartAfter(last!.Value) : null);
    }

    /// <summary>How long the texts of sessions are.</summary>
    private Task<Dictionary<Guid, long>> MeasureAsync(string userId, HashSet<Guid> ids, CancellationToken cancellationToken) =>
        context.Sessions
            .Where(s => s.UserId == userId && ids.Contains(s.SessionId))
            .Select(s => new
            {
                s.SessionId,
                Bytes = (long)SessionDbContext.TextBytes(s.ConversationData)
                    + SessionDbContext.TextBytes(s.Metadata)
                    + SessionDbContext.TextBytes(s.SessionSummary),
            })
            .ToDictionaryAsync(s => s.SessionId, s => s.Bytes, cancellationToken);

    private async Task<List<FoundSession>> GroupAsync(
        string userId, List<(Hit Hit, string Content)> page, IReadOnlyList<string> snippets, CancellationToken cancellationToken)
    {
        var ids = page.Select(hit => hit.Hit.Message.SessionId).Distinct().ToList();
        var sessions = await context.Sessions.AsNoTracking()
            .Where(s => s.UserId == userId && ids.Contains(s.SessionId))
            .ToDictionaryAsync(s => s.SessionId, cancellationToken);
        var hits = page.Zip(snippets, (hit, snippet) => Response(hit.Hit, hit.Content, snippet)).ToLookup(hit => hit.SessionId);
        return [.. ids.Select(id => new FoundSession(sessions[id], [.. hits[id]]))];
    }

    private static SearchHitResponse Response(Hit hit, string content, string snippet) => new()
    {
        SessionId = hit.Message.SessionId,
        MessageId = hit.Message.IsMessage ? hit.Message.MessageId : null,
        Sequence = hit.Message.IsMessage ? hit.Message.Sequence : null,
        Role = hit.Message.IsMessage ? hit.Message.Role : null,
        Content = content,
        Snippet = snippet,
        MessageType = hit.Message.MessageType,
        CreatedAt = IndexedMessage.ToTime(hit.Message.CreatedAt),
        Rank = new decimal(hit.Place.Rank, 0, 0, isNegative: false, scale: 6),
    };
}
