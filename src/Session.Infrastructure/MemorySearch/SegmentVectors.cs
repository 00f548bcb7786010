using Microsoft.Extensions.Options;
using Npgsql;
using NpgsqlTypes;
using SessionService.Infrastructure.Embeddings;
using SessionService.Infrastructure.Persistence;
using SessionService.Infrastructure.Search;

namespace SessionService.Infrastructure.MemorySearch;

/// <summary>Puts the vectors of messages, which are stored by session, beside the messages of segments.</summary>
internal sealed class SegmentVectors(PassageCache cache, IOptions<EmbeddingOptions> options)
{
    private const string ReadBlocks =
        """
        SELECT v.session_id, v.block, v.vectors, v.model, v.model_count, CASE WHEN v.model = ANY ($4) THEN v.model_vectors END
        FROM unnest($2, $3) AS b (session_id, block)
        JOIN dev.message_vectors AS v ON v.user_id = $1 AND v.session_id = b.session_id AND v.block = b.block
        """;

    private static int EmbeddedBytes => StaticEmbedding.Shipped.Dimensions;

    /// <summary>The segments with their vectors.</summary>
    public async Task<IReadOnlyList<PassageSegment>> ReadAsync(
        NpgsqlConnection connection, string userId, IReadOnlyList<IndexSegment> segments, CancellationToken cancellationToken)
    {
        var passages = new PassageSegment[segments.Count];
        for (var i = 0; i < segments.Count; i++)
        {
            passages[i] = cache.FindPassages(userId, segments[i].SegmentId)
                ?? await ReadAsync(connection, userId, segments[i], cancellationToken);
        }

        return passages;
    }

    /// <summary>Vectors of texts by the embedded model, made here and now, or lately.</summary>
    public IReadOnlyDictionary<string, VectorColumn> Of(IEnumerable<string> texts) => new Dictionary<string, VectorColumn>(StringComparer.Ordinal)
    {
        [EmbeddedModel.Name] = new([.. texts.SelectMany(Embed)], EmbeddedBytes),
    };

    private byte[] Embed(string text)
    {
        if (cache.FindVector(text) is { } known)
        {
            return known;
        }

        var vector = PackedVector.Pack(StaticEmbedding.Shipped.Embed(text));
        cache.Add(text, vector);
        return vector;
    }

    private async Task<PassageSegment> ReadAsync(NpgsqlConnection connection, string userId, IndexSegment segment, CancellationToken cancellationToken)
    {
        var blocks = await ReadBlocksAsync(connection, userId, segment, cancellationToken);
        var columns = new Dictionary<string, VectorColumn>(StringComparer.Ordinal)
        {
            [EmbeddedModel.Name] = Gather(segment, EmbeddedBytes, message =>
                blocks.TryGetValue(KeyOf(message), out var block) ? Slice(block.Vectors, VectorIndexing.PlaceOf(message.Sequence), EmbeddedBytes) : default),
        };
        foreach (var model in options.Value.UsableModels)
        {
            columns.Add(model.Key, Gather(segment, model.Dimensions, message =>
                blocks.TryGetValue(KeyOf(message), out var block) && block.Model == model.Key && VectorIndexing.PlaceOf(message.Sequence) < block.ModelCount
                    ? Slice(block.ModelVectors!, VectorIndexing.PlaceOf(message.Sequence), model.Dimensions)
                    : default));
        }

        var passages = new PassageSegment(segment, columns);

        // What is not complete is looked at anew the next time.
        if (options.Value.Current is not { } current || columns[current.Key].Missing is null)
        {
            cache.Add(userId, segment.SegmentId, passages);
        }

        return passages;
    }

    private static (Guid, int) KeyOf(IndexedMessage message) => (message.SessionId, VectorIndexing.BlockOf(message.Sequence));

    private static ReadOnlyMemory<byte> Slice(byte[] vectors, int place, int bytes) =>
        (place + 1) * bytes <= vectors.Length ? vectors.AsMemory(place * bytes, bytes) : default;

    private static VectorColumn Gather(IndexSegment segment, int bytes, Func<IndexedMessage, ReadOnlyMemory<byte>> find)
    {
        var packed = new byte[segment.Messages.Count * bytes];
        HashSet<int>? missing = null;
        for (var i = 0; i < segment.Messages.Count; i++)
        {
            var vector = find(segment.Messages[i]);
            if (vector.IsEmpty)
            {
                (missing ??= []).Add(i);
            }

            vector.Span.CopyTo(packed.AsSpan(i * bytes));
        }

        return new VectorColumn(packed, bytes, missing);
    }

    private async Task<Dictionary<(Guid SessionId, int Block), Block>> ReadBlocksAsync(
        NpgsqlConnection connection, string userId, IndexSegment segment, CancellationToken cancellationToken)
    {
        var keys = segment.Messages.Select(KeyOf).Distinct().ToList();
        await using var command = new NpgsqlCommand(ReadBlocks, connection)
        {
            Parameters =
            {
                new NpgsqlParameter<string> { TypedValue = userId },
                ArrayParameter.Of(keys, key => key.Item1, NpgsqlDbType.Uuid),
                ArrayParameter.Of(keys, key => key.Item2, NpgsqlDbType.Integer),
                ArrayParameter.Of(options.Value.UsableModels, model => model.Key, NpgsqlDbType.Text),
            },
        };
        await command.PrepareAsync(cancellationToken);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var blocks = new Dictionary<(Guid, int), Block>();
        while (await reader.ReadAsync(cancellationToken))
        {
            blocks.Add(
                (reader.GetGuid(0), reader.GetInt32(1)),
                new Block(
                    reader.GetFieldValue<byte[]>(2),
                    reader.IsDBNull(3) ? null : reader.GetString(3),
                    reader.GetInt32(4),
                    reader.IsDBNull(5) ? null : reader.GetFieldValue<byte[]>(5)));
        }

        return blocks;
    }

    private sealed record Block(byte[] Vectors, string? Model, int ModelCount, byte[]? ModelVectors);
}
