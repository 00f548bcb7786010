using System.Text;
using Npgsql;
using NpgsqlTypes;
using SessionService.Application.Json;
using SessionService.Application.MemorySearch;
using SessionService.Application.Messages;
using SessionService.Infrastructure.Messages;
using SessionService.Infrastructure.Packing;
using SessionService.Infrastructure.Search;
using SessionService.Infrastructure.Writes;

namespace SessionService.Infrastructure.MemorySearch;

/// <summary>A user's messages, as the index of full text search has them, with their vectors.</summary>
internal sealed class MessagePassages(SearchIndex index, SegmentVectors vectors) : IPassageSource
{
    private const string FindByMetadata =
        "SELECT m.session_id, m.sequence FROM dev.session_messages AS m WHERE m.user_id = $1 AND m.message_metadata @> $2";

    private static readonly string ReadSegments =
        $"SELECT session_id, {PackedColumns.Whole} FROM dev.message_segments WHERE user_id = $1 AND ($2::uuid IS NULL OR session_id = $2)";

    private const string ChoosePacked =
        "SELECT p.session_id, p.sequence FROM unnest($1, $2, $3) AS p (session_id, sequence, metadata) WHERE p.metadata @> $4";

    public string Name => MemorySources.Messages;

    public async Task<OpenedSource> OpenAsync(NpgsqlConnection connection, MemoryQuestion question, CancellationToken cancellationToken)
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
                new NpgsqlParameter<string> { TypedValue = question.Metadata, NpgsqlDbType = NpgsqlDbType.Jsonb },
            },
        })
        {
            await AddAsync(command, found, cancellationToken);
        }

        // What is packed has no metadata that the database can look into: it is unpacked here, and the database asked what contains what.
        var packed = await ReadLabelledAsync(connection, question, cancellationToken);
        if (packed.Count > 0)
        {
            await using var command = new NpgsqlCommand(ChoosePacked, connection)
            {
                Parameters =
                {
                    ArrayParameter.Of(packed, message => message.SessionId, NpgsqlDbType.Uuid),
                    ArrayParameter.Of(packed, message => message.Sequence, NpgsqlDbType.Bigint),
                    ArrayParameter.Of(packed, message => message.Metadata, NpgsqlDbType.Jsonb),
                    new NpgsqlParameter<string> { TypedValue = question.Metadata, NpgsqlDbType = NpgsqlDbType.Jsonb },
                },
            };
            await AddAsync(command, found, cancellationToken);
        }

        return found;
    }

    private static async Task AddAsync(NpgsqlCommand command, HashSet<(Guid, long)> found, CancellationToken cancellationToken)
    {
        await command.PrepareAsync(cancellationToken);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            found.Add((reader.GetGuid(0), reader.GetInt64(1)));
        }
    }

    /// <summary>The packed messages that have any metadata.</summary>
    private static async Task<List<(Guid SessionId, long Sequence, string Metadata)>> ReadLabelledAsync(
        NpgsqlConnection connection, MemoryQuestion question, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(ReadSegments, connection)
        {
            Parameters =
            {
                new NpgsqlParameter<string> { TypedValue = question.UserId },
                new NpgsqlParameter<Guid?> { TypedValue = question.SessionId },
            },
        };
        await command.PrepareAsync(cancellationToken);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var labelled = new List<(Guid, long, string)>();
        while (await reader.ReadAsync(cancellationToken))
        {
            using var part = PackedColumns.Read(reader, 1);
            labelled.AddRange(part.Rows()
                .Where(row => !row.Metadata.Span.SequenceEqual("{}"u8))
                .Select(row => (reader.GetGuid(0), row.Sequence, Encoding.UTF8.GetString(row.Metadata.Span))));
        }

        return labelled;
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
