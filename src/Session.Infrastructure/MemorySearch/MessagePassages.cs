using Npgsql;
using NpgsqlTypes;
using SessionService.Application.Json;
using SessionService.Application.MemorySearch;
using SessionService.Infrastructure.Search;
using SessionService.Infrastructure.Writes;

namespace SessionService.Infrastructure.MemorySearch;

/// <summary>A user's messages, as the index of full text search has them, with their vectors.</summary>
internal sealed class MessagePassages(SearchIndex index, SegmentVectors vectors) : IPassageSource
{
    private const string FindByMetadata =
        "SELECT m.session_id, m.sequence FROM dev.session_messages AS m WHERE m.user_id = $1 AND m.message_metadata @> $2";

    private const string Read =
        """
        SELECT m.id, m.content, m.message_metadata, m.session_id, m.sequence
        FROM unnest($2, $3) AS p (session_id, sequence)
        JOIN dev.session_messages AS m ON m.user_id = $1 AND m.session_id = p.session_id AND m.sequence = p.sequence
        """;

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

        await using var command = new NpgsqlCommand(FindByMetadata, connection)
        {
            Parameters =
            {
                new NpgsqlParameter<string> { TypedValue = question.UserId },
                new NpgsqlParameter<string> { TypedValue = question.Metadata, NpgsqlDbType = NpgsqlDbType.Jsonb },
            },
        };
        await command.PrepareAsync(cancellationToken);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var found = new HashSet<(Guid, long)>();
        while (await reader.ReadAsync(cancellationToken))
        {
            found.Add((reader.GetGuid(0), reader.GetInt64(1)));
        }

        return found;
    }

    private static async Task<IReadOnlyDictionary<Guid, PassageText>> ReadAsync(
        NpgsqlConnection connection, string userId, IReadOnlyList<IndexedMessage> messages, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Read, connection)
        {
            Parameters =
            {
                new NpgsqlParameter<string> { TypedValue = userId },
                ArrayParameter.Of(messages, message => message.SessionId, NpgsqlDbType.Uuid),
                ArrayParameter.Of(messages, message => message.Sequence, NpgsqlDbType.Bigint),
            },
        };
        await command.PrepareAsync(cancellationToken);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var texts = new Dictionary<Guid, PassageText>();
        while (await reader.ReadAsync(cancellationToken))
        {
            texts.Add(reader.GetGuid(0), new PassageText(reader.GetString(1), new JsonText(reader.GetString(2)), reader.GetGuid(3), reader.GetInt64(4)));
        }

        return texts;
    }
}
