using NpgsqlTypes;
using SessionService.Infrastructure.Embeddings;
using SessionService.Infrastructure.Persistence;
using SessionService.Infrastructure.Search;

namespace SessionService.Infrastructure.MemorySearch;

/// <summary>
/// Joins segments of the search index, which hold messages of many sessions, with the vectors, which are stored by session.
/// </summary>
internal sealed class PassageVectors(PassageCache cache, EmbeddingModels models, TimeProvider time)
{
    // By hand for unnested arrays.
    private const string ReadBlocks =
        """
        SELECT v.session_id, v.block, v.vectors, v.model, v.model_count, CASE WHEN v.model = ANY ($4) THEN v.model_vectors END
        FROM unnest($2, $3) AS b (session_id, block)
        JOIN dev.message_vectors AS v ON v.user_id = $1 AND v.session_id = b.session_id AND v.block = b.block
        """;

    // By hand for the sum with a condition.
    private const string CountWaiting =
        """
        SELECT coalesce(sum(v.message_count - CASE WHEN v.model = $2 THEN v.model_count ELSE 0 END), 0)
        FROM dev.message_vectors AS v
        WHERE v.user_id = $1
        """;

    // While a user's messages are embedded, vectors that are new since then count this much later.
    private static readonly TimeSpan ReadAgainAfter = TimeSpan.FromMinutes(1);

    /// <summary>The segments with their vectors.</summary>
    public async Task<IReadOnlyList<PassageSet>> ReadAsync(
        Sql sql, string userId, IReadOnlyList<IndexSegment> segments, CancellationToken cancellationToken)
    {
        var model = models.Current;
        long? waiting = null;
        var passages = new PassageSet[segments.Count];
        for (var i = 0; i < segments.Count; i++)
        {
            var found = cache.FindPassages(userId, segments[i].SegmentId);
            if (found is null || (model is not null && !found.IsComplete(model)))
            {
                waiting ??= model is null ? 0 : await CountWaitingAsync(sql, userId, model, cancellationToken);
                found = found is not null && IsRecent(found, waiting.Value)
                    ? found
                    : await ReadAsync(sql, userId, segments[i], waiting.Value, cancellationToken);
            }

            passages[i] = found;
        }

        return passages;
    }

    private static Task<long> CountWaitingAsync(Sql sql, string userId, EmbeddingModel model, CancellationToken cancellationToken) =>
        sql.Statement(CountWaiting, userId, model.Key).ValueAsync<long>(cancellationToken);

    // A large set takes long to read: not for each question while its messages are embedded, but at once when all are.
    private bool IsRecent(PassageSet passages, long waiting) =>
        passages.Waiting == waiting || (waiting > 0 && time.GetElapsedTime(passages.ReadAt) < ReadAgainAfter);

    /// <summary>Vectors of texts by the embedded model, computed now or found in the cache.</summary>
    public IReadOnlyDictionary<string, VectorColumn> Of(IEnumerable<string> texts) =>
        new Dictionary<string, VectorColumn>(StringComparer.Ordinal)
        {
            [EmbeddingModel.OfWords.Key] = new([.. texts.SelectMany(Embed)], EmbeddingModel.OfWords),
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

    private async Task<PassageSet> ReadAsync(
        Sql sql, string userId, IndexSegment segment, long waiting, CancellationToken cancellationToken)
    {
        var blocks = await ReadBlocksAsync(sql, userId, segment, cancellationToken);
        var ofWords = EmbeddingModel.OfWords;
        var columns = new Dictionary<string, VectorColumn>(StringComparer.Ordinal)
        {
            [ofWords.Key] = Gather(segment, ofWords, message => blocks.TryGetValue(KeyOf(message), out var block)
                ? Slice(block.Vectors, VectorIndexing.PlaceOf(message.Sequence), ofWords.Dimensions)
                : default),
        };
        foreach (var model in models.Usable)
        {
            columns.Add(model.Key, Gather(segment, model, message =>
                blocks.TryGetValue(KeyOf(message), out var block)
                && block.Model == model.Key
                && VectorIndexing.PlaceOf(message.Sequence) < block.ModelCount
                    ? Slice(block.ModelVectors!, VectorIndexing.PlaceOf(message.Sequence), model.Dimensions)
                    : default));
        }

        var passages = new PassageSet(segment, columns) { Waiting = waiting, ReadAt = time.GetTimestamp() };
        cache.Add(userId, segment.SegmentId, passages);
        return passages;
    }

    private static (Guid, int) KeyOf(IndexedMessage message) => (message.SessionId, VectorIndexing.BlockOf(message.Sequence));

    private static ReadOnlyMemory<byte> Slice(byte[] vectors, int place, int bytes) =>
        (place + 1) * bytes <= vectors.Length ? vectors.AsMemory(place * bytes, bytes) : default;

    private static VectorColumn Gather(IndexSegment segment, EmbeddingModel model, Func<IndexedMessage, ReadOnlyMemory<byte>> find)
    {
        var bytes = model.Dimensions;
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

        return new VectorColumn(packed, model, missing);
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
                SqlValue.Column(models.Usable, model => model.Key, NpgsqlDbType.Text))
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
