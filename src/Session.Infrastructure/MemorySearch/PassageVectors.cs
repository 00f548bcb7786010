using Microsoft.Extensions.Options;
using NpgsqlTypes;
using SessionService.Infrastructure.Embeddings;
using SessionService.Infrastructure.Persistence;
using SessionService.Infrastructure.Search;

namespace SessionService.Infrastructure.MemorySearch;

/// <summary>
/// Joins segments of the search index, which hold messages of many sessions, with the vectors, which are stored by session.
/// </summary>
internal sealed class PassageVectors(PassageCache cache, IOptions<EmbeddingOptions> options)
{
    // By hand for unnested arrays.
    private const string ReadBlocks =
        """
        SELECT v.session_id, v.block, v.vectors, v.model, v.model_count, CASE WHEN v.model = ANY ($4) THEN v.model_vectors END
        FROM unnest($2, $3) AS b (session_id, block)
        JOIN dev.message_vectors AS v ON v.user_id = $1 AND v.session_id = b.session_id AND v.block = b.block
        """;

    private static int EmbeddedBytes => StaticEmbedding.Shipped.Dimensions;

    /// <summary>The segments with their vectors.</summary>
    public async Task<IReadOnlyList<PassageSet>> ReadAsync(
        Sql sql, string userId, IReadOnlyList<IndexSegment> segments, CancellationToken cancellationToken)
    {
        var passages = new PassageSet[segments.Count];
        for (var i = 0; i < segments.Count; i++)
        {
            passages[i] = cache.FindPassages(userId, segments[i].SegmentId)
                ?? await ReadAsync(sql, userId, segments[i], cancellationToken);
        }

        return passages;
    }

    /// <summary>Vectors of texts by the embedded model, computed now or found in the cache.</summary>
    public IReadOnlyDictionary<string, VectorColumn> Of(IEnumerable<string> texts) =>
        new Dictionary<string, VectorColumn>(StringComparer.Ordinal)
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

    private async Task<PassageSet> ReadAsync(Sql sql, string userId, IndexSegment segment, CancellationToken cancellationToken)
    {
        var blocks = await ReadBlocksAsync(sql, userId, segment, cancellationToken);
        var columns = new Dictionary<string, VectorColumn>(StringComparer.Ordinal)
        {
            [EmbeddedModel.Name] = Gather(segment, EmbeddedBytes, message => blocks.TryGetValue(KeyOf(message), out var block)
                ? Slice(block.Vectors, VectorIndexing.PlaceOf(message.Sequence), EmbeddedBytes)
                : default),
        };
        foreach (var model in options.Value.UsableModels)
        {
            columns.Add(model.Key, Gather(segment, model.Dimensions, message =>
                blocks.TryGetValue(KeyOf(message), out var block)
                && block.Model == model.Key
                && VectorIndexing.PlaceOf(message.Sequence) < block.ModelCount
                    ? Slice(block.ModelVectors!, VectorIndexing.PlaceOf(message.Sequence), model.Dimensions)
                    : default));
        }

        var passages = new PassageSet(segment, columns);

        // An incomplete set is read again the next time.
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
        Sql sql, string userId, IndexSegment segment, CancellationToken cancellationToken)
    {
        var keys = segment.Messages.Select(KeyOf).Distinct().ToList();
        var blocks = await sql
            .Statement(
                ReadBlocks,
                userId,
                SqlValue.Column(keys, key => key.Item1, NpgsqlDbType.Uuid),
                SqlValue.Column(keys, key => key.Item2, NpgsqlDbType.Integer),
                SqlValue.Column(options.Value.UsableModels, model => model.Key, NpgsqlDbType.Text))
            .ListAsync(
                row => (
                    Key: (row.GetGuid(0), row.GetInt32(1)),
                    Block: new Block(
                        row.GetFieldValue<byte[]>(2),
                        row.IsDBNull(3) ? null : row.GetString(3),
                        row.GetInt32(4),
                        row.IsDBNull(5) ? null : row.GetFieldValue<byte[]>(5))),
                cancellationToken);
        return blocks.ToDictionary(block => block.Key, block => block.Block);
    }

    private sealed record Block(byte[] Vectors, string? Model, int ModelCount, byte[]? ModelVectors);
}
