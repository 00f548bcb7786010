using System.Runtime.CompilerServices;
using System.Text;
using Npgsql;
using NpgsqlTypes;
using SessionService.Application.Json;
using SessionService.Application.MemorySearch;
using SessionService.Application.Messages;
using SessionService.Infrastructure.Messages;
using SessionService.Infrastructure.Messages.Packed;
using SessionService.Infrastructure.Persistence;
using SessionService.Infrastructure.Search;

namespace SessionService.Infrastructure.MemorySearch;

/// <summary>A user's messages, in the segments of the search index and the tail that is not digested yet, with their vectors.</summary>
internal sealed class MessagePassages(SearchIndex index, PassageVectors vectors) : IPassageSource
{
    // Unpacked segments are in memory together.
    private const int SegmentsAtOnce = 8;

    // By hand: one snapshot on one connection holds for all statements of a question, and packed messages are bytes, which are unpacked
    // while their row is read.
    private const string FindByMetadata =
        """
        SELECT m.session_id, m.sequence
        FROM dev.session_messages AS m
        WHERE m.user_id = $1 AND ($2::uuid IS NULL OR m.session_id = $2) AND m.message_metadata @> $3
        """;

    private static readonly string ReadSegments =
        $"""
        SELECT session_id, {PackedColumns.Whole}
        FROM dev.message_segments
        WHERE user_id = $1 AND ($2::uuid IS NULL OR session_id = $2) AND (session_id, first_sequence) > ($3, $4)
        ORDER BY session_id, first_sequence
        LIMIT {SegmentsAtOnce}
        """;

    private const string ChooseLabels =
        "SELECT l.n FROM unnest($1) WITH ORDINALITY AS l (metadata, n) WHERE l.metadata @> $2";

    public string Name => MemorySources.Messages;

    public async Task<OpenedSource> OpenAsync(
        Sql sql, MemoryQuestion question, AnalysedQuestion analysed, CancellationToken cancellationToken)
    {
        var opened = await index.OpenAsync(sql, question.UserId, cancellationToken);
        var digested = await index.ReadAsync(sql, question.UserId, opened.SegmentIds, cancellationToken);
        var sets = new List<PassageSet>(await vectors.ReadAsync(sql, question.UserId, digested, cancellationToken))
        {
            new(opened.Tail, vectors.Of(opened.Undigested.Select(RankingText.Of))),
        };
        var shown = await ShownMessages.ReadAsync(sql, question.UserId, question.SessionId, question.Branch, cancellationToken);
        return new OpenedSource(
            sets,
            Filter(question, shown, await FindAsync(sql, question, cancellationToken)),
            (messages, token) => ReadAsync(sql, question.UserId, messages, token),
            shown.PathOf);
    }

    private static Predicate<IndexedMessage> Filter(MemoryQuestion question, ShownMessages shown, HashSet<(Guid, long)>? chosen)
    {
        var from = question.CreatedAfter is { } after ? IndexedMessage.ToMicroseconds(after) : long.MinValue;
        var to = question.CreatedBefore is { } before ? IndexedMessage.ToMicroseconds(before) : long.MaxValue;
        return message =>
            message.IsMessage
            && (question.SessionId is null || message.SessionId == question.SessionId)
            && (question.Role is null || message.Role == question.Role)
            && message.CreatedAt >= from
            && message.CreatedAt < to
            && shown.Has(message)
            && (chosen is null || chosen.Contains((message.SessionId, message.Sequence)));
    }

    private static async Task<HashSet<(Guid, long)>?> FindAsync(Sql sql, MemoryQuestion question, CancellationToken cancellationToken)
    {
        if (question.Metadata is null)
        {
            return null;
        }

        var rows = await sql.Statement(FindByMetadata, question.UserId, question.SessionId, SqlValue.Json(question.Metadata))
            .ListAsync(row => (row.GetGuid(0), row.GetInt64(1)), cancellationToken);
        var found = rows.ToHashSet();

        // The database cannot look into the metadata of packed messages: they are unpacked here, and the database is asked which of them
        // match.
        await foreach (var labels in ReadLabelsAsync(sql, question, cancellationToken))
        {
            found.UnionWith((await ChooseAsync(sql, labels.Keys, question.Metadata, cancellationToken)).SelectMany(label => labels[label]));
        }

        return found;
    }

    /// <summary>
    /// The metadata of packed messages, each with the messages that have it, of a few segments at a time; without empty metadata. Many
    /// messages have the same.
    /// </summary>
    private static async IAsyncEnumerable<Dictionary<string, List<(Guid SessionId, long Sequence)>>> ReadLabelsAsync(
        Sql sql, MemoryQuestion question, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (segments, after) = (SegmentsAtOnce, (SessionId: Guid.Empty, Sequence: 0L));
        while (segments == SegmentsAtOnce)
        {
            var labels = new Dictionary<string, List<(Guid, long)>>(StringComparer.Ordinal);
            var read = await sql.Statement(ReadSegments, question.UserId, question.SessionId, after.SessionId, after.Sequence).ListAsync(
                row =>
                {
                    AddLabels(row, row.GetGuid(0), labels);
                    return (row.GetGuid(0), row.GetInt64(1));
                },
                cancellationToken);
            segments = read.Count;
            if (segments > 0)
            {
                after = read[^1];
            }

            if (labels.Count > 0)
            {
                yield return labels;
            }
        }
    }

    private static void AddLabels(NpgsqlDataReader reader, Guid sessionId, Dictionary<string, List<(Guid SessionId, long Sequence)>> labels)
    {
        using var part = PackedColumns.Read(reader, 1);
        foreach (var row in part.Rows().Where(row => !row.Metadata.Span.SequenceEqual("{}"u8)))
        {
            var label = Encoding.UTF8.GetString(row.Metadata.Span);
            if (!labels.TryGetValue(label, out var messages))
            {
                labels.Add(label, messages = []);
            }

            messages.Add((sessionId, row.Sequence));
        }
    }

    /// <summary>The objects that contain another.</summary>
    private static async Task<IEnumerable<string>> ChooseAsync(
        Sql sql, IEnumerable<string> labels, string contained, CancellationToken cancellationToken)
    {
        var all = labels.ToList();
        var numbers = await sql
            .Statement(ChooseLabels, SqlValue.Column(all, label => label, NpgsqlDbType.Jsonb), SqlValue.Json(contained))
            .ListAsync(row => row.GetInt64(0), cancellationToken);
        return numbers.Select(number => all[(int)number - 1]);
    }

    private static async Task<IReadOnlyDictionary<Guid, PassageText>> ReadAsync(
        Sql sql, string userId, IReadOnlyList<IndexedMessage> messages, CancellationToken cancellationToken)
    {
        var positions = messages.Select(message => new MessagePosition(message.SessionId, message.Sequence)).ToList();
        return (await MessageReader.FindAsync(sql, userId, positions, cancellationToken)).ToDictionary(
            message => message.MessageId,
            message => new PassageText(
                SearchableText.Of(message),
                new JsonText(message.Metadata),
                message.SessionId,
                message.Sequence,
                RankingText.SpeakerOf(message)));
    }
}
