using Npgsql;
using SessionService.Application.Messages;
using SessionService.Domain.MemorySearch;
using SessionService.Infrastructure.Embeddings;
using SessionService.Infrastructure.Messages;

namespace SessionService.Infrastructure.MemorySearch;

/// <summary>What is not embedded yet by the model that is set.</summary>
internal static class EmbeddingBacklog
{
    // Endpoints refuse an empty text.
    private const string Nothing = "-";

    private const string CountAll =
        """
        SELECT (SELECT coalesce(sum(v.message_count - CASE WHEN v.model = $1 THEN v.model_count ELSE 0 END), 0)::bigint FROM dev.message_vectors AS v)
             + (SELECT count(*) FROM dev.user_memories AS m WHERE m.model IS DISTINCT FROM $1)
             + (SELECT count(*) FROM dev.session_memories AS m WHERE m.is_active AND m.model IS DISTINCT FROM $1)
        """;

    private const string FindBlock =
        """
        SELECT v.user_id, v.session_id, v.block, v.message_count, CASE WHEN v.model = $1 THEN v.model_count ELSE 0 END
        FROM dev.message_vectors AS v
        WHERE v.model IS DISTINCT FROM $1 OR v.model_count < v.message_count
        LIMIT 1
        """;

    private const string ReadMemories =
        """
        SELECT m.user_id, m.memory_id, m.updated_at, m.content, true
        FROM dev.user_memories AS m
        WHERE m.model IS DISTINCT FROM $1
        UNION ALL
        SELECT m.user_id, m.session_id, m.updated_at, m.conversation_summary, false
        FROM dev.session_memories AS m
        WHERE m.is_active AND m.model IS DISTINCT FROM $1
        LIMIT $2
        """;

    // What was there of another model goes with the first vectors of this one.
    private const string WriteBlock =
        """
        UPDATE dev.message_vectors
        SET model = $4, model_count = $5 + $6, model_vectors = CASE WHEN model = $4 THEN coalesce(model_vectors, '') ELSE '' END || $7
        WHERE user_id = $1 AND session_id = $2 AND block = $3 AND CASE WHEN model = $4 THEN model_count ELSE 0 END = $5
        """;

    // Of the content that was embedded, and no other.
    private const string WriteUserMemory =
        "UPDATE dev.user_memories SET model = $4, model_vector = $5 WHERE user_id = $1 AND memory_id = $2 AND updated_at = $3";

    private const string WriteSessionMemory =
        "UPDATE dev.session_memories SET model = $4, model_vector = $5 WHERE user_id = $1 AND session_id = $2 AND updated_at = $3";

    public static async Task<long> CountAsync(NpgsqlConnection connection, EmbeddingModel model, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(CountAll, connection) { Parameters = { new NpgsqlParameter<string> { TypedValue = model.Name } } };
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>Some of what waits: memories, or messages of one block; none where nothing does.</summary>
    public static async Task<IReadOnlyList<WaitingItem>> ReadAsync(
        NpgsqlConnection connection, EmbeddingModel model, int limit, CancellationToken cancellationToken)
    {
        var memories = await ReadMemoriesAsync(connection, model, limit, cancellationToken);
        return memories.Count > 0 ? memories : await ReadBlockAsync(connection, model, limit, cancellationToken);
    }

    /// <summary>Stores the vectors of items that were read together.</summary>
    public static async Task WriteAsync(
        NpgsqlConnection connection, EmbeddingModel model, IReadOnlyList<WaitingItem> items, IReadOnlyList<byte[]> vectors, CancellationToken cancellationToken)
    {
        if (items[0].Place is { } place)
        {
            await ExecuteAsync(
                connection,
                WriteBlock,
                [
                    new NpgsqlParameter<string> { TypedValue = items[0].UserId },
                    new NpgsqlParameter<Guid> { TypedValue = items[0].Id },
                    new NpgsqlParameter<int> { TypedValue = place.Block },
                    new NpgsqlParameter<string> { TypedValue = model.Name },
                    new NpgsqlParameter<int> { TypedValue = place.From },
                    new NpgsqlParameter<int> { TypedValue = items.Count },
                    new NpgsqlParameter<byte[]> { TypedValue = [.. vectors.SelectMany(vector => vector)] },
                ],
                cancellationToken);
            return;
        }

        foreach (var (item, vector) in items.Zip(vectors))
        {
            await ExecuteAsync(
                connection,
                item.IsOfUser ? WriteUserMemory : WriteSessionMemory,
                [
                    new NpgsqlParameter<string> { TypedValue = item.UserId },
                    new NpgsqlParameter<Guid> { TypedValue = item.Id },
                    new NpgsqlParameter<DateTimeOffset> { TypedValue = item.UpdatedAt },
                    new NpgsqlParameter<string> { TypedValue = model.Name },
                    new NpgsqlParameter<byte[]> { TypedValue = vector },
                ],
                cancellationToken);
        }
    }

    private static async Task<IReadOnlyList<WaitingItem>> ReadMemoriesAsync(
        NpgsqlConnection connection, EmbeddingModel model, int limit, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(ReadMemories, connection)
        {
            Parameters = { new NpgsqlParameter<string> { TypedValue = model.Name }, new NpgsqlParameter<int> { TypedValue = limit } },
        };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var items = new List<WaitingItem>();
        while (await reader.ReadAsync(cancellationToken))
        {
            items.Add(new WaitingItem(
                reader.GetString(0), reader.GetGuid(1), reader.GetString(3), Place: null, reader.GetFieldValue<DateTimeOffset>(2), reader.GetBoolean(4)));
        }

        return items;
    }

    private static async Task<IReadOnlyList<WaitingItem>> ReadBlockAsync(
        NpgsqlConnection connection, EmbeddingModel model, int limit, CancellationToken cancellationToken)
    {
        string userId;
        Guid sessionId;
        int block, count, done;
        await using (var command = new NpgsqlCommand(FindBlock, connection) { Parameters = { new NpgsqlParameter<string> { TypedValue = model.Name } } })
        {
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            if (!await reader.ReadAsync(cancellationToken))
            {
                return [];
            }

            (userId, sessionId, block, count, done) = (reader.GetString(0), reader.GetGuid(1), reader.GetInt32(2), reader.GetInt32(3), reader.GetInt32(4));
        }

        var positions = Enumerable.Range(done + 1, Math.Min(limit, count - done))
            .Select(place => new MessagePosition(sessionId, ((long)block * MessageVectors.Size) + place))
            .ToList();
        var messages = (await MessageReader.FindAsync(connection, userId, positions, cancellationToken)).ToDictionary(message => message.Sequence);

        // One that is not there any more keeps its place, so that the others keep theirs.
        return positions.ConvertAll(position => new WaitingItem(
            userId,
            sessionId,
            messages.TryGetValue(position.Sequence, out var message) ? RankingText.Of(message) : Nothing,
            (block, done),
            default,
            IsOfUser: false));
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, NpgsqlParameter[] parameters, CancellationToken cancellationToken)
    {
#pragma warning disable CA2100 // One of three constant texts.
        await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        command.Parameters.AddRange(parameters);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}

/// <summary>A text that is to be embedded.</summary>
/// <param name="UserId">Whose it is.</param>
/// <param name="Id">Of a memory of a user its id, else the session.</param>
/// <param name="Text">The text.</param>
/// <param name="Place">Of a message its block, and how many of that had been embedded before what was read with it; <see langword="null"/> for memories.</param>
/// <param name="UpdatedAt">Of a memory its version.</param>
/// <param name="IsOfUser">Whether it is a memory of a user, and not of a session.</param>
internal sealed record WaitingItem(string UserId, Guid Id, string Text, (int Block, int From)? Place, DateTimeOffset UpdatedAt, bool IsOfUser);
