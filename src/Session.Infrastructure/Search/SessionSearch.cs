using System.Data;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using SessionService.Application.Search;
using SessionService.Application.Sessions;
using SessionService.Infrastructure.Persistence;
using SessionService.Infrastructure.Sessions;

namespace SessionService.Infrastructure.Search;

/// <summary>
/// Full text search in one snapshot: the user's index with what is not digested yet, and the summaries and memories as they are.
/// </summary>
internal sealed class SessionSearch(
    SessionDbContext context, SearchCatchUp catchUp, TextAnalyzer analyzer, MessageIndexer indexer, SearchIndex index, Highlighter highlighter)
    : ISessionSearch
{
    // Of the texts of one page, which are in memory together.
    private const int MaxPageBytes = 4 * 1024 * 1024;

    private const string ReadSummariesAndMemories =
        """
        SELECT session_id, 0::bigint, 'summary', session_summary, created_at
        FROM dev.sessions
        WHERE user_id = $1 AND session_summary <> ''
        UNION ALL
        SELECT session_id, -1::bigint, 'memory', conversation_summary, created_at
        FROM dev.session_memories
        WHERE user_id = $1 AND is_active
        """;

    public async Task<Found> FindAsync(string userId, SearchFilter filter, SearchPlace? after, int limit, CancellationToken cancellationToken)
    {
        await catchUp.RunAsync(userId, cancellationToken);
        await using var transaction = await context.Database.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken);
        var connection = (NpgsqlConnection)context.Database.GetDbConnection();
        if (await analyzer.ParseAsync(connection, filter.Query, cancellationToken) is not { } query)
        {
            return new Found([], TotalHits: 0, Last: null);
        }

        var hits = new HitCollector(filter, await FindSessionsAsync(connection, userId, filter.Sessions, cancellationToken), after, limit);
        var messages = await index.OpenAsync(connection, userId, cancellationToken);
        var (texts, textsOfSessions) = await IndexTextsAsync(connection, userId, cancellationToken);
        Match(texts, query, hits);
        await foreach (var segment in index.ReadAllAsync(connection, userId, messages, cancellationToken))
        {
            cancellationToken.ThrowIfCancellationRequested();
            Match(segment, query, hits);
        }

        var (page, last) = await ReadPageAsync(connection, userId, hits, textsOfSessions, cancellationToken);
        var snippets = await highlighter.MarkAsync(connection, [.. page.Select(hit => hit.Content)], query, cancellationToken);
        return new Found(await GroupAsync(userId, page, snippets, cancellationToken), hits.Total, last);
    }

    private static void Match(IndexSegment segment, TextQuery query, HitCollector hits) =>
        new SegmentMatcher(segment, query).Match((ordinal, rank) => hits.Add(segment.Messages[ordinal], rank));

    /// <summary>The sessions in which to look; null for all.</summary>
    private static async Task<HashSet<Guid>?> FindSessionsAsync(
        NpgsqlConnection connection, string userId, SessionFilter filter, CancellationToken cancellationToken)
    {
        if (filter.IsOfAll())
        {
            return null;
        }

        await using var command = new SessionListStatement(userId, filter).ToIdsCommand();
        command.Connection = connection;
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var sessions = new HashSet<Guid>();
        while (await reader.ReadAsync(cancellationToken))
        {
            sessions.Add(reader.GetGuid(0));
        }

        return sessions;
    }

    /// <summary>Summaries and memories change, and are few: they are indexed for this one search.</summary>
    private async Task<(IndexSegment Segment, Dictionary<(Guid SessionId, long Sequence), string> Texts)> IndexTextsAsync(
        NpgsqlConnection connection, string userId, CancellationToken cancellationToken)
    {
        var found = await ReadTextsAsync(connection, userId, cancellationToken);
        var analyzed = await indexer.AnalyzeAsync(found.Select(text => text.Content), isForNow: true, connection, cancellationToken);
        var segment = new SegmentBuilder();
        foreach (var (text, content) in found)
        {
            segment.Add(text, analyzed[content], AnalyzedText.Empty);
        }

        return (IndexSegment.Read(Guid.Empty, segment.ToBytes()), found.ToDictionary(text => (text.Text.SessionId, text.Text.Sequence), text => text.Content));
    }

    private static async Task<List<(IndexedMessage Text, string Content)>> ReadTextsAsync(
        NpgsqlConnection connection, string userId, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(ReadSummariesAndMemories, connection)
        {
            Parameters = { new NpgsqlParameter<string> { TypedValue = userId } },
        };
        await command.PrepareAsync(cancellationToken);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var found = new List<(IndexedMessage, string)>();
        while (await reader.ReadAsync(cancellationToken))
        {
            var text = new IndexedMessage(
                reader.GetGuid(0),
                reader.GetInt64(1),
                MessageId: Guid.Empty,
                Role: "",
                reader.GetString(2),
                IndexedMessage.ToMicroseconds(reader.GetFieldValue<DateTimeOffset>(4)),
                Length: 0,
                HeadingLength: 0);
            found.Add((text, reader.GetString(3)));
        }

        return found;
    }

    /// <summary>The hits of the page with their contents, and the place of the last one if there are more.</summary>
    private static async Task<(List<(Hit Hit, string Content)> Page, SearchPlace? Last)> ReadPageAsync(
        NpgsqlConnection connection,
        string userId,
        HitCollector collector,
        Dictionary<(Guid SessionId, long Sequence), string> texts,
        CancellationToken cancellationToken)
    {
        var (hits, hasMore) = collector.Take();
        var messages = hits.Where(hit => hit.Message.IsMessage).Select(hit => (hit.Message.SessionId, hit.Message.Sequence)).ToList();
        var read = await MessageContents.ReadAsync(connection, userId, messages, MaxPageBytes, cancellationToken);
        var page = new List<(Hit, string)>(hits.Count);
        SearchPlace? last = null;
        var (next, chars) = (0, 0);
        foreach (var hit in hits)
        {
            if (chars > MaxPageBytes || (hit.Message.IsMessage && next == read.Count))
            {
                return (page, last);
            }

            var content = hit.Message.IsMessage ? read[next++] : texts[(hit.Message.SessionId, hit.Message.Sequence)];
            if (content is not null)
            {
                page.Add((hit, content));
                chars += content.Length;
            }

            last = hit.Place;
        }

        return (page, hasMore ? last : null);
    }

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
