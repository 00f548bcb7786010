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

/// <summary>A user's messages, as the index of full text search has them, with their vectors.</summary>
internal sealed class MessagePassages(SearchIndex index, SegmentVectors vectors) : IPassageSource
{
    // Unpacked ones are in memory together.
    private const int SegmentsAtOnce = 8;

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
        NpgsqlConnection connection, MemoryQuestion question, AnalysedQuestion analysed, CancellationToken cancellationToken)
    {
        var opened = await index.OpenAsync(connection, question.UserId, cancellationToken);
        var digested = await index.ReadAsync(connection, question.UserId, opened.SegmentIds, cancellationToken);
        var segments = new List<PassageSegment>(await vectors.ReadAsync(connection, question.UserId, digested, cancellationToken))
        {
            new(opened.Tail, vectors.Of(opened.Undigested.Select(RankingText.Of))),
        };
        return new OpenedSource(
            segments,
            Filter(question, await FindAsync(connection, question, cancellationToken)),
            (messages, token) => ReadAsync(connection, question.UserId, messages, token));
    }

    private static Predicate<IndexedMessage> Filter(MemoryQuestion question, HashSet<(Guid, long)>? chosen)
    {
        var from = question.CreatedAfter is { } after ? IndexedMessage.ToMicroseconds(after) : long.MinValue;
        var to = question.CreatedBefore is { } before ? IndexedMessage.ToMicroseconds(before) : long.MaxValue;
        return message =>
            message.IsMessage
            && (question.SessionId is null || message.SessionId == question.SessionId)
            && (question.Role is null || message.Role == question.Role)
            && message.CreatedAt >= from
            && message.CreatedAt < to
            && (chosen is null || chosen.Contains((message.SessionId, message.Sequence)));
    }

    private static async Task<HashSet<(Guid, long)>?> FindAsync(NpgsqlConnection connection, MemoryQuestion question, CancellationToken cancellationToken)
    {
        if (question.Metadata is null)
        {
            return null;
        }

        var found = new HashSet<(Guid, long)>();
        await using (var command = new NpgsqlCommand(FindByMetadata, connection)
        {
            Parameters =
            {
                new NpgsqlParameter<string> { TypedValue = question.UserId },
                new NpgsqlParameter<Guid?> { TypedValue = question.SessionId },
                new NpgsqlParameter<string> { TypedValue = question.Metadata, NpgsqlDbType = NpgsqlDbType.Jsonb },
            },
        })
        {
            await command.PrepareAsync(cancellationToken);
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
            {
                found.Add((reader.GetGuid(0), reader.GetInt64(1)));
            }
        }

        // What is packed has no metadata that the database can look into: it is unpacked here, and the database asked what contains what.
        await foreach (var labels in ReadLabelsAsync(connection, question, cancellationToken))
        {
            found.UnionWith((await ChooseAsync(connection, labels.Keys, question.Metadata, cancellationToken)).SelectMany(label => labels[label]));
        }

        return found;
    }

    /// <summary>The metadata of packed messages that have any, with those that have them, of a few segments at a time. Many messages share theirs.</summary>
    private static async IAsyncEnumerable<Dictionary<string, List<(Guid SessionId, long Sequence)>>> ReadLabelsAsync(
        NpgsqlConnection connection, MemoryQuestion question, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (segments, after) = (SegmentsAtOnce, (SessionId: Guid.Empty, Sequence: 0L));
        while (segments == SegmentsAtOnce)
        {
            segments = 0;
            var labels = new Dictionary<string, List<(Guid, long)>>(StringComparer.Ordinal);
            await using (var command = new NpgsqlCommand(ReadSegments, connection)
            {
                Parameters =
                {
                    new NpgsqlParameter<string> { TypedValue = question.UserId },
                    new NpgsqlParameter<Guid?> { TypedValue = question.SessionId },
                    new NpgsqlParameter<Guid> { TypedValue = after.SessionId },
                    new NpgsqlParameter<long> { TypedValue = after.Sequence },
                },
            })
            {
                await command.PrepareAsync(cancellationToken);
                await using var reader = await command.ExecuteReaderAsync(cancellationToken);
                for (; await reader.ReadAsync(cancellationToken); segments++)
                {
                    after = (reader.GetGuid(0), reader.GetInt64(1));
                    AddLabels(reader, after.SessionId, labels);
                }
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

    /// <summary>Those of some objects which contain another.</summary>
    private static async Task<IReadOnlyList<string>> ChooseAsync(
        NpgsqlConnection connection, IEnumerable<string> labels, string contained, CancellationToken cancellationToken)
    {
        var all = labels.ToList();
        await using var command = new NpgsqlCommand(ChooseLabels, connection)
        {
            Parameters =
            {
                ArrayParameter.Of(all, label => label, NpgsqlDbType.Jsonb),
                new NpgsqlParameter<string> { TypedValue = contained, NpgsqlDbType = NpgsqlDbType.Jsonb },
            },
        };
        await command.PrepareAsync(cancellationToken);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var chosen = new List<string>();
        while (await reader.ReadAsync(cancellationToken))
        {
            chosen.Add(all[(int)reader.GetInt64(0) - 1]);
        }

        return chosen;
    }

    private static async Task<IReadOnlyDictionary<Guid, PassageText>> ReadAsync(
        NpgsqlConnection connection, string userId, IReadOnlyList<IndexedMessage> messages, CancellationToken cancellationToken)
    {
        var positions = messages.Select(message => new MessagePosition(message.SessionId, message.Sequence)).ToList();
        return (await MessageReader.FindAsync(connection, userId, positions, cancellationToken)).ToDictionary(
            message => message.MessageId,
            message => new PassageText(message.Content, new JsonText(message.Metadata), message.SessionId, message.Sequence));
    }
}
